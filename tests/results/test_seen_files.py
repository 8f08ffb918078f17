"""Texts remembers what files were seen to contain."""

from __future__ import annotations

from pytest_gocache.results.seen_files import Texts

KIB = 1024
FILE = "/m/lib/lib.go"


def texts(*seen: bytes) -> Texts:
    found = Texts()
    for content in seen:
        found.add(FILE, content)
    return found


def test_contents_come_in_the_order_in_which_they_were_seen() -> None:
    found = texts(b"one", b"two", b"three")
    found.add("/m/other.go", b"else")
    assert list(found.of(FILE)) == [b"one", b"two", b"three"]
    assert list(found.of("/m/other.go")) == [b"else"]
    assert list(found.of("/m/never.go")) == []


def test_what_is_still_there_is_not_remembered_twice_in_a_row() -> None:
    assert list(texts(b"one", b"one", b"two", b"two", b"one").of(FILE)) == [b"one", b"two", b"one"]


def test_what_was_given_out_does_not_change() -> None:
    found = texts(b"one")
    before = found.of(FILE)
    found.add(FILE, b"two")
    assert list(before) == [b"one"]


def test_a_large_file_is_left_out() -> None:
    largest = b"x" * 256 * KIB
    assert list(texts(b"small", largest, b"other").of(FILE)) == [b"small", largest, b"other"]
    assert list(texts(b"small", largest + b"x", b"other").of(FILE)) == [b"small", b"other"]


def test_all_files_together_have_a_limit_and_small_ones_still_fit_under_it() -> None:
    found = Texts()
    for number in range(127):
        found.add(f"/m/{number}.go", b"x" * 256 * KIB)
    found.add("/m/half.go", b"x" * 128 * KIB)
    found.add("/m/too-much.go", b"x" * (128 * KIB + 1))
    found.add("/m/just.go", b"x" * 128 * KIB)
    found.add("/m/full.go", b"x")
    kept = [name for name in ("126", "half", "too-much", "just", "full") if found.of(f"/m/{name}.go")]
    assert kept == ["126", "half", "just"]


def test_what_is_not_remembered_again_takes_no_room() -> None:
    found = Texts()
    for _ in range(200):
        found.add(FILE, b"x" * 256 * KIB)
    found.add("/m/other.go", b"fits")
    assert list(found.of("/m/other.go")) == [b"fits"]


def test_what_the_test_itself_wrote_is_marked() -> None:
    found = texts(b"one")
    assert found.edited == set()
    found.edit(FILE, b"two")
    assert found.edited == {FILE}
    assert list(found.of(FILE)) == [b"one", b"two"]
