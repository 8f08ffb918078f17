"""The files of a module at one moment, and what changed between two moments."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["FileChange", "FileState", "FileTree", "changed_files"]


class FileState(NamedTuple):
    """What the file system says about a file."""

    size: int
    """In bytes."""
    modified: int
    """In nanoseconds since the epoch."""


@dataclass(frozen=True, slots=True)
class FileTree:
    """The files of a module right before a command. Without a file, they are not known."""

    folder: tuple[int, int] = (0, 0)
    """The device and the inode of the module's root: a new checkout in the same place is a different folder."""
    files: Mapping[str, FileState] = field(default_factory=dict)
    """Path relative to the module's root, with slashes → the file. Version-control data is left out."""


class FileChange(enum.Enum):
    """What happened to a file. The value is the text after its name."""

    CHANGED = ""
    """The contents differ."""
    ADDED = "added"
    REMOVED = "removed"
    NEW_TIME = "same size, new time"
    """The modification time differs and the size does not. The contents are not known."""
    WRITTEN = "outside of the module, new time"
    """The file is outside of the folder that is scanned, and its modification time is after the step."""


Content = Callable[[str], "bytes | None"]
"""Path relative to the module's root → the content of the file; None when it is not known."""


def changed_files(before: FileTree, old: Content, now: FileTree, new: Content) -> Iterator[tuple[str, FileChange]]:
    """The files that differ between two moments, by name. ``old`` and ``new`` give the known contents."""
    if before is now:
        return
    same_folder = before.folder == now.folder
    for name in sorted(before.files.keys() | now.files.keys()):
        was, is_now = before.files.get(name), now.files.get(name)
        if was is None or is_now is None:
            yield name, FileChange.ADDED if was is None else FileChange.REMOVED
        elif was != is_now or not same_folder:
            change = _change(_of_size(old(name), was.size), _of_size(new(name), is_now.size), was, is_now)
            # Every file of a new checkout has a new time.
            if change and (same_folder or change is not FileChange.NEW_TIME):
                yield name, change


def _change(old: bytes | None, new: bytes | None, was: FileState, is_now: FileState) -> FileChange | None:
    if old is not None and new is not None:
        return FileChange.CHANGED if old != new else None
    return FileChange.CHANGED if was.size != is_now.size else FileChange.NEW_TIME


def _of_size(content: bytes | None, size: int) -> bytes | None:
    """The content; None when the file changed after the content was read."""
    return content if content is not None and len(content) == size else None
