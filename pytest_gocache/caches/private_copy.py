"""The files of a store entry as this process lends them to tests: a checked copy, which no other process uses."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pytest_gocache.host.files import remove_tree

__all__ = ["DamagedError", "PrivateCopies"]

_INDEX_BYTES = 175  # entrySize in cmd/go/internal/cache/cache.go
_MANY = 100  # files; fewer are not worth a thread


class DamagedError(Exception):
    """A file of the store is not what Go wrote. ``args[0]`` is its path."""


class PrivateCopies:
    """Copies of files of the store, for the caches of one process.

    The caches of tests share data files with a copy by hard links. A test that writes to such a file in place changes
    the copy, and neither the store nor another process. Entries have most files in common: one folder serves them all.
    """

    def __init__(self, make_folder: Callable[[], Path]) -> None:
        self._make_folder = make_folder
        self._root: Path | None = None
        self._folders: list[_Folder] = []
        self._of: dict[Path, _Folder] = {}

    def provide(self, source: Path, names: Sequence[str]) -> tuple[Path, bool]:
        """A folder with these files of the build cache ``source`` as Go wrote them, and whether a test had damaged one.

        The name of a folder with an executable has a slash at the end. Raises `DamagedError` when a file of the source
        is not what Go wrote, and `FileNotFoundError` when the source disappears meanwhile.
        """
        if self._root is None:
            self._root = self._make_folder()
        known = self._of.get(source)
        folders = [known] if known is not None else self._folders
        # Of two entries with different outputs for one action, each has the data files of its own output only.
        folder = next((one for one in folders if not one.contradicts(source, names)), None)
        if folder is None:
            folder = _Folder(self._root / str(len(self._folders)))
            self._folders.append(folder)
        self._of[source] = folder
        return folder.path, folder.provide(source, names)

    def forget(self, source: Path) -> None:
        """The source is gone: a new one of the same name may be different."""
        self._of.pop(source, None)

    def clear(self) -> None:
        """Delete the copies."""
        if self._root is not None:
            remove_tree(self._root)
        self._root, self._folders, self._of = None, [], {}


class _Folder:
    """One folder with copies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._marks: dict[str, tuple[int, ...]] = {}
        self._indexes: dict[str, bytes] = {}
        self._from: set[tuple[Path, str]] = set()

    def contradicts(self, source: Path, names: Iterable[str]) -> bool:
        """Whether an index file here has a different output than that of the source."""
        new = (n for n in names if n in self._indexes and (source, n) not in self._from)
        for name in new:
            if _output((source / name).read_bytes()) != _output(self._indexes[name]):
                return True
            self._from.add((source, name))
        return False

    def provide(self, source: Path, names: Sequence[str]) -> bool:
        """Have these files here; returns whether a test had damaged one of them."""
        damaged = [name for name in names if name in self._marks and not self._is_whole(name)]
        for name in damaged:
            del self._marks[name]
            remove_tree(self.path / name)
        missing = [name for name in names if name not in self._marks]
        for part in {name[:2] for name in missing}:
            (self.path / part).mkdir(parents=True, exist_ok=True)
        if len(missing) < _MANY:
            self._copy(source, missing)
        else:
            # The file system and the checksums do most of the work, without Python's lock: two threads share it.
            with ThreadPoolExecutor(2) as both:
                list(both.map(lambda half: self._copy(source, half), (missing[::2], missing[1::2])))
        return bool(damaged)

    def _is_whole(self, name: str) -> bool:
        """Whether a file is still as it was copied. Tests have no links to index files."""
        if name.endswith("-a"):
            return True
        try:
            marks = _marks(self.path / name)
            if marks == self._marks[name]:
                return True
            # Go gives a file that it uses a new time, once an hour. Only the content tells this from a damage.
            whole = [hashlib.sha256(file.read_bytes()).hexdigest() for file in _files(self.path / name)] == [_sum(name)]
        except OSError:
            return False
        if whole:
            self._marks[name] = marks
        return whole

    def _copy(self, source: Path, names: Iterable[str]) -> None:
        for name in names:
            for file in _files(source / name):
                content = file.read_bytes()
                if not _is_written_by_go(name, content):
                    raise DamagedError(str(file))
                if name.endswith("-a"):
                    self._indexes[name] = content
                    self._from.add((source, name))
                target = self.path / name / file.name if name.endswith("/") else self.path / name
                target.parent.mkdir(exist_ok=True)
                # The new time is young: Go does not set another one while it uses the file in the next hour.
                target.write_bytes(content)
                target.chmod(file.stat().st_mode)
            self._marks[name] = _marks(self.path / name)


def _files(path: Path) -> list[Path]:
    return sorted(path.iterdir()) if path.is_dir() else [path]


def _output(index: bytes) -> bytes:
    """The output ID in an index file: the time in it does not matter."""
    return index[68:132]


def _sum(name: str) -> str:
    """The SHA-256 in the name of a data file."""
    return name[3:67]


def _is_written_by_go(name: str, content: bytes) -> bool:
    if name.endswith("-a"):
        return len(content) == _INDEX_BYTES and content.startswith(f"v1 {_sum(name)} ".encode("ascii", "replace"))
    return hashlib.sha256(content).hexdigest() == _sum(name)


def _marks(path: Path) -> tuple[int, ...]:
    found: list[int] = []
    for file in _files(path):
        info = os.lstat(file)
        found += [info.st_ino, info.st_size, info.st_mtime_ns]
    return tuple(found)
