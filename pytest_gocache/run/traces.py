"""The traces of a program on disk: files of the module, entries of the build cache, and downloaded modules."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_gocache.results.given_flags import arguments_of
from pytest_gocache.results.left_binaries import ARCHIVE, first_bytes, go_binaries_among, left_binaries
from pytest_gocache.results.packages import modules_in
from pytest_gocache.results.result import Result
from pytest_gocache.run.unobserved import index_files, written_unobserved

__all__ = ["BUILD_INDIRECTLY", "Traces", "with_idleness"]

_INDEX_FILE = 66  # characters: 64 of a hash, and "-a"
BUILD_INDIRECTLY = frozenset({"generate", "tool"})
"""Commands that write no graph of their own, but start go commands that build, or a tool that Go builds first."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What is on disk before a program starts, to compare with what is there after it."""

    root: Path
    """The root of the module."""
    cache: Path
    """The GOCACHE."""
    modcache: Path
    """The GOMODCACHE."""
    started: float
    """Epoch seconds."""
    tree: Path
    """The checkout that has the module."""
    files: dict[str, tuple[int, ...]]
    """File in the checkout → what changes when the file is written."""
    indexed: frozenset[str]
    modules: frozenset[str]

    @classmethod
    def before(cls, root: Path, cache: Path, modcache: Path, tree: Path) -> Traces:
        """What is there now."""
        found = dict(_files(tree))
        return cls(root, cache, modcache, time.time(), tree, found, index_files(cache), frozenset(modules_in(modcache)))

    def written(self) -> tuple[tuple[str, ...], tuple[Path, ...]]:
        """The files that were created or written since, sorted: in the module, relative to its root; and others."""
        files = sorted(self.tree / name for name, state in _files(self.tree) if self.files.get(name) != state)
        inside = tuple(file.relative_to(self.root).as_posix() for file in files if file.is_relative_to(self.root))
        return inside, tuple(file for file in files if not file.is_relative_to(self.root))

    def downloads(self) -> tuple[str, ...]:
        """``module@version`` of the modules that were downloaded since, sorted."""
        return tuple(sorted(set(modules_in(self.modcache)) - self.modules))

    def gaps(self, observed: Iterable[tuple[float, float]]) -> tuple[str, ...]:
        """`Result.gaps`, from writes to the build cache outside of the ``observed`` times, in epoch seconds."""
        if not written_unobserved(self.cache, self.indexed, self.started, observed):
            return ()
        return ("it wrote to the build cache while no observed go command ran, so it calls a go that is not on PATH",)


def _files(root: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    folders = [""]
    while folders:
        folder = folders.pop()
        # A program may leave something in the background that deletes files. What this user cannot read, the program
        # could not read either.
        with contextlib.suppress(FileNotFoundError, PermissionError), os.scandir(root / folder) as entries:
            for entry in entries:
                name = f"{folder}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    folders += [f"{name}/"] if entry.name != ".git" else []
                elif entry.is_file(follow_symlinks=False) and (state := _state(entry)):
                    yield name, state


def _state(entry: os.DirEntry[str]) -> tuple[int, ...]:
    """What changes when a file is written; empty for a file that is gone."""
    try:
        stat = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return ()
    # A copy may keep the modification time, but never the time of the last change.
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def with_idleness(result: Result, others: Sequence[Path] = ()) -> Result:
    """The result of a program that ended, with its `Result.idle`, or with a gap that speaks against it.

    ``others`` are the files that it wrote in the checkout outside of the module.
    """
    idle, gaps = _idleness(result, others)
    return replace(result, idle=idle, gaps=(*result.gaps, *gaps))


def _gap_of(file: Path, name: Path) -> str:
    """What a file that the program wrote shows of a go that is not observed; empty for nothing."""
    if name.name.endswith("-a") and len(name.name) == _INDEX_FILE:
        return f"it wrote to a build cache in {name.parent.parent}, and no observed go command did"
    first = first_bytes(file)
    if first is None:
        return f"it wrote {name}, which cannot be read: it may be a binary"
    return f"it wrote the archive {name}, which Go may have made" if first == ARCHIVE else ""


def _idleness(result: Result, others: Sequence[Path]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    verbs = {arguments_of(command).verb: arguments_of(command).builds for command in result.commands}
    unknown = result.gaps or result.returncode or any(verbs.values()) or not BUILD_INDIRECTLY.isdisjoint(verbs)
    # With a cache program, a go that is not observed does not write to GOCACHE.
    if unknown or result.circumstances.settings.get("GOCACHEPROG"):
        return (), ()
    for binary in (*left_binaries(result), *go_binaries_among(others)):
        name = Path(os.path.relpath(binary.path, result.cwd))
        return (), (f"it left {name}, which no observed go command linked",)
    for name in (*map(Path, result.written), *others):
        if gap := _gap_of(result.cwd / name, name):
            return (), (gap,)
    called = ", ".join(f"go {verb}".strip() for verb in verbs)
    first = f"it called only go commands that build nothing: {called}" if called else "it called no go command"
    return (first, "it wrote nothing to the build cache", "it wrote no Go binary in the module"), ()
