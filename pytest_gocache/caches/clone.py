"""Clones of build caches: index files are copied, data files are hard-linked."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Container, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

__all__ = ["cache_files", "clone_files", "subfolders"]

_MANY = 100  # files; for fewer no thread is started
_BINARY = getattr(os, "O_BINARY", 0)  # Windows


def cache_files(cache: Path) -> list[str]:
    """The names of a build cache's files, like ``3f/3f8…-a``; a folder that holds an executable ends in a slash."""
    names = []
    for sub in subfolders(cache):
        with os.scandir(sub.path) as entries:
            names += [f"{sub.name}/{e.name}{'/' if e.is_dir(follow_symlinks=False) else ''}" for e in entries]
    return names


def clone_files(
    source: Path, target: Path, known: Container[str] = (), names: Iterable[str] | None = None
) -> list[str]:
    """Put cache files of ``source`` into ``target``: ``names`` (all, if not given) without those in ``known``.

    Go rewrites index files in place, so they are copied; it rewrites data files only when they are damaged, so they
    are hard-linked, or copied where links cannot be made. Returns the names put there. A file that ``target`` has
    already is left alone. Raises `FileNotFoundError` when ``source`` disappears underway.
    """
    wanted = [name for name in (cache_files(source) if names is None else names) if name not in known]
    for sub in {name[:2] for name in wanted}:
        (target / sub).mkdir(exist_ok=True)
    if len(wanted) < _MANY:
        _clone(source, target, wanted)
    else:
        # To make a file is the file system's work, which other threads need not wait for: two of them share it.
        middle = len(wanted) // 2
        with ThreadPoolExecutor(2) as both:
            list(both.map(lambda half: _clone(source, target, half), (wanted[:middle], wanted[middle:])))
    return wanted


def _clone(source: Path, target: Path, names: Iterable[str]) -> None:
    link: Callable[[str, str], object] = os.link
    for name in names:
        origin, goal = f"{source}/{name}", f"{target}/{name}"
        if name.endswith("/"):
            # From Go 1.24 on, an executable is a folder that holds it.
            _clone_executable(Path(origin), Path(goal))
        elif name.endswith("-d"):
            link = _link_or_copy(link, origin, goal)
        else:
            _copy_index(origin, goal)


def subfolders(cache: Path) -> Iterator[os.DirEntry[str]]:
    """The folders ``00`` to ``ff`` of a build cache."""
    with os.scandir(cache) as entries:
        for entry in entries:
            if len(entry.name) == 2 and entry.is_dir():  # noqa: PLR2004 - two hexadecimal digits
                yield entry


def _link_or_copy(link: Callable[[str, str], object], source: str, target: str) -> Callable[[str, str], object]:
    """Link one file, or copy it; returns the way that worked, so that a refusal is met only once a thread."""
    if link is shutil.copy2 and os.path.lexists(target):
        return link
    try:
        link(source, target)
    except FileExistsError:
        pass
    except OSError as error:
        # EMLINK: too many links to this one file. The others: this pair of folders cannot have links at all.
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EACCES):
            raise
        if not os.path.lexists(target):
            shutil.copy2(source, target)
        return link if error.errno == errno.EMLINK else shutil.copy2
    return link


def _copy_index(source: str, target: str) -> None:
    # Without file objects: there are thousands of these files, and each has only 175 bytes.
    file = os.open(source, os.O_RDONLY | _BINARY)
    try:
        content = os.read(file, os.fstat(file).st_size)
    finally:
        os.close(file)
    try:
        file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
    except FileExistsError:
        return
    try:
        while content:
            content = content[os.write(file, content) :]
    finally:
        os.close(file)


def _clone_executable(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for file in source.iterdir():
        with contextlib.suppress(FileExistsError):
            _link_or_copy(os.link, str(file), str(target / file.name))
