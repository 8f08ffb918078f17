"""Build caches that tests are done with: undone to what they were cloned as, they are the next tests' clones."""

from __future__ import annotations

import os
import stat
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.caches.clone import clone_files, subfolders
from pytest_gocache.host.files import remove_tree

__all__ = ["Spares"]

_MOST = 4  # kept at a time: a test needs one, or as many as it has machines


@dataclass(slots=True)
class _Clone:
    """A clone as it was made, which tells what a test has done to it since."""

    kind: Hashable
    marks: dict[str, tuple[int, ...]]


class Spares:
    """The clones of one pytest process.

    To make a clone of a thousand files and to delete it costs far more than to find the few files that a test has added
    or changed (``make bench``, store and isolation). What cannot be undone is not kept.
    """

    def __init__(self) -> None:
        self._lent: list[tuple[BuildCache, _Clone]] = []
        self._kept: list[tuple[Path, _Clone]] = []
        self._moved = 0
        self._place: Path | None = None

    def put(self, cache: BuildCache, kind: Hashable, source: Path, names: Sequence[str]) -> None:
        """Put the files ``names`` of the warm cache ``source`` into ``cache``, which has nothing in it yet.

        ``kind`` stands for both. Raises what `clone_files` raises.
        """
        self._lent = [(lent, how) for lent, how in self._lent if lent.path.exists()]
        clone = self._take(cache, kind, source)
        if clone is None:
            cache.add(source, names)
            clone = _Clone(kind, _marks(cache.path))
        self._lent.append((cache, clone))

    def keep(self, folder: Path, place: Path) -> None:
        """Move the clones below a test's ``folder``, which is about to be deleted, to the folder ``place``."""
        place.mkdir(exist_ok=True)
        self._place = place
        theirs = [(cache, clone) for cache, clone in self._lent if cache.path.is_relative_to(folder)]
        self.forget(folder)
        for cache, clone in theirs:
            # One that is no longer warm was emptied or replaced; another may be gone altogether.
            if cache.warm and cache.path.is_dir() and not cache.path.is_symlink():
                self._moved += 1
                kept = place / str(self._moved)
                cache.path.rename(kept)
                self._kept.append((kept, clone))
        while len(self._kept) > _MOST:
            remove_tree(self._kept.pop(0)[0])

    def forget(self, folder: Path) -> None:
        """Leave the clones below a test's ``folder`` where they are."""
        self._lent = [(cache, clone) for cache, clone in self._lent if not cache.path.is_relative_to(folder)]

    def clear(self) -> None:
        """Delete what is kept, and where."""
        self._kept.clear()
        if self._place is not None:
            remove_tree(self._place)

    def _take(self, cache: BuildCache, kind: Hashable, source: Path) -> _Clone | None:
        """Make a kept clone of this kind, if there is one, the content of ``cache``."""
        found = next((index for index, (_, clone) in enumerate(self._kept) if clone.kind == kind), None)
        if found is None:
            return None
        folder, clone = self._kept.pop(found)
        try:
            _undo(folder, clone, source)
        except OSError:
            # Whatever was done to it, a new one has none of it.
            remove_tree(folder)
            return None
        cache.take_over(folder, clone.marks)
        return clone


def _undo(folder: Path, clone: _Clone, source: Path) -> None:
    """Make a cache what it was as a clone. Raises `OSError` when that cannot be done."""
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
                    marks[f"{part.name}/{entry.name}/"] = ()  # an executable: equal to nothing, so made anew
                else:
                    marks[f"{part.name}/{entry.name}"] = _mark(entry)
    return marks


def _mark(entry: os.DirEntry[str], like: tuple[int, ...] = ()) -> tuple[int, ...]:
    """What tells whether a file is the one that it was; ``like`` is its mark from before.

    A link to the store's file is that one as long as it has its number. What was copied must not have been written to,
    and the time of a file's last change can only be put back by changing the clock.
    """
    if len(like) == 1:
        return (entry.inode(),)
    info = entry.stat(follow_symlinks=False)
    if info.st_nlink > 1:
        return (info.st_ino,)
    return (info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns)
