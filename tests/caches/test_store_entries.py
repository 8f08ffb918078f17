"""The entries of the store, as their descriptions tell them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.caches.store_entries import described, listed, stored, take_out


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '"x"', "\xff" * 9, "[" * 100_000])
def test_a_damaged_description_is_empty(text: str, tmp_path: Path) -> None:
    (tmp_path / "entry.json").write_text(text, encoding="latin-1")
    assert described(tmp_path / "entry.json") == {}
    assert described(tmp_path / "none.json") == {}


@pytest.mark.parametrize(
    ("packages", "for_tests", "for_builds"),
    [
        ((), "what every test needs", "what every build needs"),
        (("fmt",), "fmt", "fmt, for builds"),
        (("fmt", "net/http", "bufio"), "net/http and 2 more", "net/http and 2 more, for builds"),
    ],
)
def test_the_packages_of_an_entry_in_a_few_words(packages: tuple[str, ...], for_tests: str, for_builds: str) -> None:
    assert listed(frozenset(packages), for_builds=False) == for_tests
    assert listed(frozenset(packages), for_builds=True) == for_builds


def test_an_entry_that_is_taken_out_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    folder = tmp_path / "warm" / "x" / "y"
    folder.mkdir(parents=True)
    (folder / "entry.json").write_text('{"variant": "go1.27.3", "bytes": 7}', encoding="ascii")
    (entry,) = stored(tmp_path)
    assert (entry.label, entry.packages, entry.for_builds, entry.bytes) == ("go1.27.3", frozenset(), False, 7)
    take_out(tmp_path, entry)
    assert stored(tmp_path) == []
    assert not list((tmp_path / "tmp").iterdir())
