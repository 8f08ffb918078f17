"""Files and folders: remove them whatever their permissions, make them writable, link or copy them."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from pathlib import Path

__all__ = ["link_or_copy", "make_writable", "remove_tree"]


def remove_tree(folder: Path) -> None:
    """Delete a folder, read-only files and folders of a module cache included; an absent one is fine."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        folder.unlink()  # rmtree would wait for a writer of a named pipe
        return
    while folder.exists():
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:  # noqa: PERF203 - a different process deletes the same folder
            continue
        except PermissionError:
            make_writable(folder)
            shutil.rmtree(folder)


def make_writable(folder: Path) -> None:
    """Give the owner write permission on the folder and its subfolders: POSIX needs it to delete read-only files."""
    for parent, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):
            Path(parent).chmod(stat.S_IRWXU)


def link_or_copy(source: str | Path, target: str | Path) -> None:
    """Make ``target`` a hard link to a file that never changes, or a copy where the file system has no such links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
