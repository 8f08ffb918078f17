"""Scan the files of a module before each command."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from pytest_gocache.results.file_tree import FileState, FileTree
from pytest_gocache.results.seen_files import LARGEST, Texts

__all__ = ["TreeScan"]

_VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".bzr"})
_MOST_FILES = 5000  # 20 ms for each command
_MOST_READ = 500


class TreeScan:
    """Scans the folders of modules, and reads small files, so that a failure can say which contents changed."""

    def __init__(self) -> None:
        self._trees: dict[Path, FileTree] = {}
        self._too_large: set[Path] = set()
        self._read: set[str] = set()

    def read(self, root: Path, texts: Texts) -> FileTree:
        """The files below ``root``, as they are now; an empty tree when there are more than 5000.

        ``texts`` records the content of small files. The content of Go files is left to `SourceScan`, which reads them
        all.
        """
        last = self._trees.get(root, FileTree())
        if root in self._too_large:
            return last
        info = os.stat(root)  # noqa: PTH116 - as below
        folder = (info.st_dev, info.st_ino)
        files: dict[str, FileState] = {}
        for name, path, state in _files(str(root)):
            files[sys.intern(name)] = state  # a test with many steps has one copy of each name
            if len(files) > _MOST_FILES:
                self._too_large.add(root)
                files = {}
                break
            if not name.endswith(".go") and (last.files.get(name) != state or last.folder != folder):
                self._read_text(path, state, texts)
        if folder != last.folder or files != last.files:
            self._trees[root] = last = FileTree(folder, files)
        return last

    def _read_text(self, path: str, state: FileState, texts: Texts) -> None:
        if state.size > LARGEST or (len(self._read) >= _MOST_READ and path not in self._read):
            return
        self._read.add(path)
        try:
            with open(path, "rb") as stream:  # noqa: PTH123 - before each command
                texts.add(path, stream.read())
        except OSError:
            return  # it is gone again, or must not be read


def _files(root: str) -> Iterator[tuple[str, str, FileState]]:
    """The path from the root, the absolute path and the state of each regular file. Linked folders are left out."""
    waiting = [("", root)]
    while waiting:
        inside, folder = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue
        for entry in entries:
            name = f"{inside}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _VERSION_CONTROL:
                    waiting.append((f"{name}/", entry.path))
                continue
            try:
                info = entry.stat()
            except OSError:  # a dangling symbolic link
                continue
            if stat.S_ISREG(info.st_mode):
                yield name, entry.path, FileState(info.st_size, info.st_mtime_ns)
