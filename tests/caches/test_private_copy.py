"""PrivateCopies: what a test does to its files stays with it, and what is damaged in the store is found."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_gocache.caches.clone import cache_files, clone_files
from pytest_gocache.caches.private_copy import DamagedError, PrivateCopies
from tests.caches.made_caches import files_of, put


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A cache in the store: two outputs, an executable, and many more."""
    cache = tmp_path / "store"
    cache.mkdir()
    for number in range(120):
        put(cache, f"package {number}", b"compiled %d" % number)
    put(cache, "program", b"\x7fELF", executable=True)
    return cache


class Lent:
    """What a process lends to its tests."""

    def __init__(self, folder: Path, source: Path) -> None:
        self.folder, self.source = folder, source
        self.copies = PrivateCopies(lambda: folder / "private")
        self.tests = 0

    def test(self) -> Path:
        """The cache of one more test."""
        self.tests += 1
        cache = self.folder / f"test-{self.tests}"
        cache.mkdir()
        clone_files(self.provide()[0], cache)
        return cache

    def provide(self) -> tuple[Path, bool]:
        return self.copies.provide(self.source, cache_files(self.source))


@pytest.fixture
def lent(tmp_path: Path, source: Path) -> Lent:
    return Lent(tmp_path, source)


def truncate(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(0)


def invert(file: Path) -> None:
    content = file.read_bytes()
    with file.open("r+b") as opened:
        opened.write(bytes(255 - byte for byte in content))


def data_files(cache: Path) -> list[Path]:
    return [path for path in cache.rglob("*") if path.is_file() and not path.name.endswith("-a")]


@pytest.mark.parametrize("damage", [truncate, invert])
def test_what_a_test_writes_in_place_reaches_neither_the_store_nor_the_next_test(
    lent: Lent, source: Path, damage: Callable[[Path], None]
) -> None:
    before = files_of(source)
    for file in data_files(lent.test()):
        damage(file)

    assert files_of(source) == before
    assert lent.provide()[1] is True
    assert {name: content for name, (content, _) in files_of(lent.test()).items()} == {
        name: content for name, (content, _) in before.items()
    }
    assert lent.provide()[1] is False


def test_another_process_is_not_reached(tmp_path: Path, lent: Lent, source: Path) -> None:
    other = Lent(tmp_path / "other", source)
    other.folder.mkdir()
    theirs = files_of(other.test())
    for file in data_files(lent.test()):
        truncate(file)
    assert files_of(tmp_path / "other" / "test-1") == theirs
    assert other.provide()[1] is False


def test_a_new_time_alone_is_no_damage(lent: Lent) -> None:
    folder = lent.provide()[0]
    for file in data_files(folder):
        os.utime(file, (1, 1))
    inodes = {file: file.stat().st_ino for file in data_files(folder)}
    assert lent.provide() == (folder, False)
    assert {file: file.stat().st_ino for file in data_files(folder)} == inodes


def test_a_file_that_is_gone_comes_again(lent: Lent) -> None:
    folder = lent.provide()[0]
    for file in data_files(folder)[:3]:
        file.unlink()
    assert lent.provide()[1] is True
    assert len(data_files(folder)) == len(data_files(lent.source))


@pytest.mark.parametrize("kind", ["-a", "-d", "app"])
@pytest.mark.parametrize("damage", [truncate, invert])
def test_damage_in_the_store_is_found(lent: Lent, source: Path, kind: str, damage: Callable[[Path], None]) -> None:
    file = next(path for path in source.rglob("*") if path.is_file() and path.name.endswith(kind))
    damage(file)
    with pytest.raises(DamagedError, match=file.name):
        lent.provide()


def test_a_file_is_copied_once_for_all_entries(tmp_path: Path, lent: Lent, source: Path) -> None:
    second = tmp_path / "second"
    second.mkdir()
    clone_files(source, second)
    put(second, "more", b"more")
    first = lent.provide()[0]
    assert lent.copies.provide(second, cache_files(second)) == (first, False)
    assert sorted(cache_files(first)) == sorted(cache_files(second))


def test_entries_with_different_outputs_of_one_action_are_kept_apart(tmp_path: Path, lent: Lent) -> None:
    second = tmp_path / "second"
    second.mkdir()
    put(second, "package 1", b"compiled differently")
    first = lent.provide()[0]
    folder, _ = lent.copies.provide(second, cache_files(second))
    assert folder != first
    assert sorted(cache_files(folder)) == sorted(cache_files(second))


def test_nothing_is_left(lent: Lent) -> None:
    folder = lent.provide()[0]
    lent.copies.clear()
    assert not folder.exists()
