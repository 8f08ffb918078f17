"""Unpack a saved cache: it has regular files and folders, and nothing else comes out of it."""

from __future__ import annotations

import lzma
import os
import shutil
import stat
import tarfile
import zlib
from pathlib import Path

__all__ = ["UNREADABLE", "NotACacheError", "copy_saved", "is_archive", "unpack"]

UNREADABLE = (OSError, EOFError, ValueError, OverflowError, tarfile.TarError, zlib.error, lzma.LZMAError)
"""What reading a damaged archive raises."""

_PIECE = 1 << 20


class NotACacheError(Exception):
    """A saved cache has something that no cache has."""


def is_archive(path: Path) -> bool:
    """Whether a name is that of an archive that `unpack` reads."""
    return path.name.endswith((".tar", ".tar.gz", ".tgz"))


def unpack(archive: Path, target: Path) -> None:
    """Unpack an archive into the folder ``target``, which does not exist, with its modification times.

    Permissions are those of Go: a file or folder is read-only or writable, and a file may be executable. Files that are
    hard links to one another become copies. Raises `NotACacheError` for a name outside of the archive and for a member
    that is neither a file nor a folder, and one of `UNREADABLE`.
    """
    target.mkdir()
    folders: list[tuple[Path, tarfile.TarInfo]] = []
    with tarfile.open(archive) as tar:
        for member in tar:
            path = target / _inside(member.name)
            if member.isdir():
                path.mkdir(parents=True, exist_ok=True)
                folders.append((path, member))
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                _write(tar, member, path)
        # tarfile takes a damaged header for the end. Only the rest shows a wrong checksum.
        while tar.fileobj.read(_PIECE):
            pass
    # After all files: a read-only folder takes no file, and a new file changes the time of its folder.
    for path, member in reversed(folders):
        path.chmod(0o755 if member.mode & stat.S_IWUSR else 0o555)
        os.utime(path, (member.mtime, member.mtime))


def copy_saved(source: Path, target: Path) -> None:
    """Copy a folder, modification times included, to ``target``, which does not exist.

    Raises `NotACacheError` for something in it that is neither a file nor a folder, and `OSError`.
    """
    waiting = [source]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                elif not entry.is_file(follow_symlinks=False):
                    what = "a symbolic link" if entry.is_symlink() else "a device, a pipe or a socket"
                    raise NotACacheError(f"{os.path.relpath(entry.path, source)} is {what}")
    shutil.copytree(source, target)


def _inside(name: str) -> str:
    if name.startswith("/") or ".." in name.split("/"):
        raise NotACacheError(f"the name {name!r} is outside of it")
    return name


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    source = member
    if member.islnk():
        try:
            source = tar.getmember(member.linkname)
        except KeyError:
            raise NotACacheError(f"{member.name} is a hard link to {member.linkname!r}, outside of it") from None
    if not source.isreg():
        what = "a symbolic link" if member.issym() else "a link to a link" if member.islnk() else "a device or a pipe"
        raise NotACacheError(f"{member.name} is {what}")
    content = tar.extractfile(source)
    path.unlink(missing_ok=True)  # of two members with one name, the last one counts
    with path.open("xb") as file:
        if content is not None:
            shutil.copyfileobj(content, file)
    writable = 0o644 if member.mode & stat.S_IWUSR else 0o444
    path.chmod(writable | (0o111 if member.mode & stat.S_IXUSR else 0))
    os.utime(path, (member.mtime, member.mtime))
