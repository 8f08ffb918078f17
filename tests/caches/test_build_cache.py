"""BuildCache on a folder made by hand."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from pytest_gocache.caches.build_cache import BuildCache, CacheEntry
from pytest_gocache.errors import UsageError
from tests.caches.made_caches import APP, LIB, STORED, action, files_of, index_text, key_of, result_with, same_file


def test_a_new_cache_is_not_trimmed_today(tmp_path: Path) -> None:
    made = BuildCache(tmp_path / "a" / "cache")
    made.create()
    assert abs(int((made.path / "trim.txt").read_text(encoding="ascii")) - time.time()) < 3600
    assert (made.path / "README").is_file()
    assert made.entries() == ()
    assert os.fspath(made) == str(made.path)
    assert repr(made) == f"BuildCache({str(made.path)!r})"


def test_entries_are_read_and_sorted(cache: BuildCache) -> None:
    found = cache.entries()
    assert [e.action for e in found] == sorted(key_of(n) for n in (LIB, APP, "link"))
    lib = next(e for e in found if e.action == key_of(LIB))
    content = b"the archive of lib"
    assert lib == CacheEntry(key_of(LIB), hashlib.sha256(content).hexdigest(), len(content), float(STORED))


GOOD = index_text(key_of(LIB), b"the archive of lib")


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param("", id="empty"),
        pytest.param("\0" * 175, id="zeros"),
        pytest.param("v2" + GOOD[2:], id="another version"),
        pytest.param(GOOD.replace(str(STORED), "x" * 10), id="no number"),
        pytest.param(GOOD + GOOD, id="twice"),
        pytest.param(GOOD[:20], id="cut in the key"),
        pytest.param(GOOD[:150], id="cut in the size"),
        pytest.param(GOOD[:-8], id="cut in the time"),
        pytest.param(GOOD.replace(key_of(LIB), key_of("other")), id="another key than its name"),
        pytest.param(GOOD.replace(key_of(LIB), key_of(LIB)[:-1] + "g"), id="no hexadecimal key"),
    ],
)
def test_a_damaged_entry_is_left_out_as_go_does(damaged: str, cache: BuildCache) -> None:
    index = cache.path / key_of(LIB)[:2] / f"{key_of(LIB)}-a"
    index.write_text(damaged, encoding="latin-1")
    assert {e.action for e in cache.entries()} == {key_of(APP), key_of("link")}


def test_an_index_file_that_is_not_ascii_is_left_out(cache: BuildCache) -> None:
    index = cache.path / key_of(LIB)[:2] / f"{key_of(LIB)}-a"
    index.write_bytes(b"v1 \xff\xff \xff 1 2\n")
    assert len(cache.entries()) == 2


def test_clone_is_a_cache_of_its_own(cache: BuildCache, tmp_path: Path) -> None:
    clone = cache.clone(tmp_path / "clone")
    assert clone.entries() == cache.entries()
    for name in ("trim.txt", "testexpire.txt", "README"):
        assert (clone.path / name).read_bytes() == (cache.path / name).read_bytes()
        assert not same_file(clone.path / name, cache.path / name)
    with pytest.raises(UsageError, match="not empty"):
        cache.clone(tmp_path / "clone")


Damage = Callable[[BuildCache], None]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda c: c.age(timedelta(days=6)), id="age"),
        pytest.param(lambda c: c.corrupt(LIB), id="truncate"),
        pytest.param(lambda c: c.corrupt(LIB, APP, how="flip"), id="flip"),
        pytest.param(lambda c: c.evict(LIB, APP), id="evict"),
        pytest.param(lambda c: c.clear_tests(), id="clear_tests"),
        pytest.param(lambda c: c.clear(), id="clear"),
    ],
)
def test_what_is_done_to_a_clone_does_not_touch_the_original(damage: Damage, cache: BuildCache, tmp_path: Path) -> None:
    before = files_of(cache.path)
    clone = cache.clone(tmp_path / "clone")
    damage(clone)
    assert files_of(cache.path) == before
    assert files_of(clone.path) != before


def test_age_moves_every_time_and_the_last_trim_back(cache: BuildCache) -> None:
    trim = int((cache.path / "trim.txt").read_text(encoding="ascii"))
    before = files_of(cache.path)
    cache.age(timedelta(days=6))
    days = 6 * 86400
    assert int((cache.path / "trim.txt").read_text(encoding="ascii")) == trim - days
    after = files_of(cache.path)
    assert after.keys() == before.keys()
    for name, (content, moment) in after.items():
        assert moment == pytest.approx(before[name][1] - days, abs=0.01), name
        assert name == "trim.txt" or content == before[name][0]


def test_truncate_cuts_the_data_in_half_and_flip_keeps_its_size(cache: BuildCache) -> None:
    lib, app = (hashlib.sha256(c).hexdigest() for c in (b"the archive of lib", b"the archive of app!"))
    cache.corrupt(LIB)
    cache.corrupt(APP, how="flip")
    assert (cache.path / lib[:2] / f"{lib}-d").read_bytes() == b"the archi"
    flipped = (cache.path / app[:2] / f"{app}-d").read_bytes()
    assert len(flipped) == len(b"the archive of app!")
    assert [i for i, (a, b) in enumerate(zip(flipped, b"the archive of app!", strict=True)) if a != b] == [9]


def test_evict_forgets_a_package_and_nothing_else(cache: BuildCache) -> None:
    cache.evict(LIB)
    assert {e.action for e in cache.entries()} == {key_of(APP), key_of("link")}
    with pytest.raises(UsageError, match="not in the build cache"):
        cache.evict(LIB)


@pytest.mark.parametrize("verb", ["evict", "corrupt"])
def test_a_package_that_was_never_considered_is_an_error(verb: str, cache: BuildCache) -> None:
    before = files_of(cache.path)
    with pytest.raises(UsageError, match=r"no go command of this test has considered the package 'example\.com/other'"):
        getattr(cache, verb)(LIB, "example.com/other")
    assert files_of(cache.path) == before, "half of it was done"


def test_an_unknown_way_to_corrupt_is_an_error(cache: BuildCache) -> None:
    with pytest.raises(UsageError, match="^gocache.corrupt: how='burn' is neither 'truncate' nor 'flip'"):
        cache.corrupt(LIB, how="burn")  # type: ignore[arg-type]


def test_clear_leaves_an_empty_cold_cache(cache: BuildCache) -> None:
    cache.warm = True
    cache.clear()
    assert cache.entries() == ()
    assert {*files_of(cache.path)} == {"README", "trim.txt"}
    assert not cache.warm


def test_clear_tests_expires_results_and_nothing_else(cache: BuildCache) -> None:
    entries = cache.entries()
    begun = time.time_ns()
    cache.clear_tests()
    assert begun <= int((cache.path / "testexpire.txt").read_text(encoding="ascii")) <= time.time_ns()
    assert cache.entries() == entries


def test_a_warm_cache_is_added_once_and_evictions_last(cache: BuildCache, tmp_path: Path) -> None:
    mine = BuildCache(tmp_path / "mine", warm=True)
    mine.create()
    mine.add(cache.path)
    assert len(mine.entries()) == len(cache.entries())
    mine.add(cache.path)
    mine.learn(result_with(action(LIB)))
    mine.evict(LIB)
    again = cache.clone(tmp_path / "again")
    mine.add(again.path)
    assert {e.action for e in mine.entries()} == {key_of(APP), key_of("link")}
