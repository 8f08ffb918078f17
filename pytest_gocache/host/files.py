"""Files and folders: remove them whatever their permissions, make them writable, link or copy them, expand ``~``."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import sys
from pathlib import Path

from pytest_gocache.errors import UsageError

__all__ = [
    "DISK_FULL",
    "expand_home",
    "full_folder",
    "home_folder",
    "link_or_copy",
    "make_writable",
    "remove_tree",
    "user_cache_folder",
]

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system answers when no file, or no more of a file, can be written."""


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


def home_folder() -> Path | None:
    """The user's home folder; None without HOME for a user whom the system does not know, as in many containers."""
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home if home.is_absolute() else None


def user_cache_folder() -> Path | None:
    """The library's folder in the user's cache folder, which may be absent; None without a home folder."""
    home = home_folder()
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "pytest-gocache" if home else None
    # As its specification says, a relative path in XDG_CACHE_HOME does not count.
    caches = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not caches.is_absolute():
        if home is None:
            return None
        caches = home / ".cache"
    return caches / "pytest-gocache"


def expand_home(path: str, setting: str) -> Path:
    """A path that a user wrote, with ``~`` expanded. `UsageError` when there is no such home folder."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise UsageError(f"{setting}={path}: `~` has no home folder here: write the full path") from error


def full_folder(path: Path) -> str:
    """The folder of a file that could not be written, and whether inodes are what its disk has run out of."""
    folder = next((one for one in (path, *path.parents) if one.is_dir()), path)
    disk = os.statvfs(folder)
    return f"{folder}{' (which has no inode left)' if disk.f_files and not disk.f_favail else ''}"
