"""Clones of warm caches that tests have finished with, reset for the next tests."""

from __future__ import annotations

import os
import stat
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.caches.clone import clone_files, subfolders
from pytest_gocache.host.files import remove_tree

__all__ = ["ClonePool"]

_MOST = 4  # clones in the pool: a test needs one for each of its machines


@dataclass(slots=True)
class _Clone:
    """A clone, with marks of its files that reveal later changes."""

    kind: Hashable
    marks: dict[str, tuple[int, ...]]


class ClonePool:
    """The clones of one pytest process, for one test after the other.

    It takes much longer to make and delete a thousand files than to find the few files that a test adds or changes
    (``make bench``, store and isolation). A clone that cannot be reset is deleted.
    """

    def __init__(self) -> None:
        self._lent: list[tuple[BuildCache, _Clone]] = []
        self._kept: list[tuple[Path, _Clone]] = []
        self._moved = 0
        self._place: Path | None = None

    def put(self, cache: BuildCache, kind: Hashable, source: Path, names: Sequence[str]) -> None:
        """Fill the empty ``cache`` with the files ``names`` of the warm cache ``source``, from the pool if possible.

        ``kind`` identifies the source and the names. Raises as `clone_files`.
        """
        self._lent = [(lent, clone) for lent, clone in self._lent if lent.folder.exists()]
        clone = self._take(cache, kind, source)
        if clone is None:
            cache.add(source, names)
            clone = _Clone(kind, _marks(cache.path))
        self._lent.append((cache, clone))

    def keep(self, folder: Path, place: Path) -> None:
        """Move the clones in the folder of a test, which is about to be deleted, to the folder ``place``."""
        place.mkdir(exist_ok=True, parents=True)
        self._place = place
        clones = [(cache, clone) for cache, clone in self._lent if cache.folder.is_relative_to(folder)]
        self.forget(folder)
        for cache, clone in clones:
            # A cache that is no longer warm was emptied or restored by its test. A test may have deleted its cache.
            if cache.warm and cache.folder.is_dir() and not cache.folder.is_symlink():
                self._moved += 1
                kept = place / str(self._moved)
                cache.folder.rename(kept)
                self._kept.append((kept, clone))
        while len(self._kept) > _MOST:
            remove_tree(self._kept.pop(0)[0])

    def forget(self, folder: Path) -> None:
        """Leave the clones in the folder of a test to that test."""
        self._lent = [(cache, clone) for cache, clone in self._lent if not cache.folder.is_relative_to(folder)]

    def drop(self) -> None:
        """Delete the clones in the pool: they may share a file that a test has damaged."""
        while self._kept:
            remove_tree(self._kept.pop()[0])

    def clear(self) -> None:
        """Delete the clones in the pool, and their folder."""
        self._kept.clear()
        if self._place is not None:
            remove_tree(self._place)

    def _take(self, cache: BuildCache, kind: Hashable, source: Path) -> _Clone | None:
        """Move a clone of this kind from the pool into ``cache``; None when there is none."""
        found = next((index for index, (_, clone) in enumerate(self._kept) if clone.kind == kind), None)
        if found is None:
            return None
        folder, clone = self._kept.pop(found)
        try:
            _reset(folder, clone, source)
        except OSError:
            remove_tree(folder)
            return None
        cache.adopt(folder, clone.marks)
        return clone


def _reset(folder: Path, clone: _Clone, source: Path) -> None:
    """Undo every change to a clone. Raises `OSError` when that is impossible."""
    _refuse_locked(folder.stat())
    changed = dict(clone.marks)
    for part in list(os.scandir(folder)):
        if len(part.name) != 2 or not part.is_dir(follow_symlinks=False):  # noqa: PLR2004 - "00" to "ff"
            remove_tree(Path(part.path))
            continue
        _refuse_locked(part.stat())
        with os.scandir(part.path) as entries:
            for entry in entries:
                name = f"{part.name}/{entry.name}"
                mark = clone.marks.get(name)
                if mark is not None and _mark(entry, mark) == mark:
                    del changed[name]
                else:
                    remove_tree(Path(entry.path))
    clone_files(source, folder, names=changed)
    if changed:
        clone.marks = _marks(folder)


def _refuse_locked(folder: os.stat_result) -> None:
    if stat.S_IMODE(folder.st_mode) & stat.S_IRWXU != stat.S_IRWXU:
        raise PermissionError("a test has changed the permissions of its cache's folders")


def _marks(cache: Path) -> dict[str, tuple[int, ...]]:
    marks: dict[str, tuple[int, ...]] = {}
    for part in subfolders(cache):
        with os.scandir(part.path) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    marks[f"{part.name}/{entry.name}/"] = ()  # an executable: equals no mark, so it is cloned again
                else:
                    marks[f"{part.name}/{entry.name}"] = _mark(entry)
    return marks


def _mark(entry: os.DirEntry[str], like: tuple[int, ...] = ()) -> tuple[int, ...]:
    """A mark that changes when the file is written to or replaced; ``like`` is its earlier mark.

    For a hard link to the store's file, the inode number is enough. For a copy, size and times count too: a program can
    set the modification time, but not the time of the last status change.
    """
    if len(like) == 1:
        return (entry.inode(),)
    info = entry.stat(follow_symlinks=False)
    if info.st_nlink > 1:
        return (info.st_ino,)
    return (info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns)
