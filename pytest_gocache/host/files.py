"""Folders that are removed or made writable, whatever their permissions."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from pathlib import Path

__all__ = ["make_writable", "remove_tree"]


def remove_tree(folder: Path) -> None:
    """Delete a folder, read-only files and folders of a module cache included; an absent one is fine."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
        return
    while folder.exists():
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:  # noqa: PERF203 - somebody else deletes it, too
            continue
        except PermissionError:
            make_writable(folder)
            shutil.rmtree(folder)


def make_writable(folder: Path) -> None:
    """Give the owner write permission on every folder below: what deleting read-only files takes on POSIX."""
    for parent, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):
            Path(parent).chmod(stat.S_IRWXU)
