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

_MANY = 100  # files; fewer are not worth a thread


def cache_files(cache: Path) -> list[str]:
    """The names of a build cache's files, like ``3f/3f8…-a``. A folder with an executable has a slash at the end."""
    names = []
    for sub in subfolders(cache):
        with os.scandir(sub.path) as entries:
            names += [f"{sub.name}/{e.name}{'/' if e.is_dir(follow_symlinks=False) else ''}" for e in entries]
    return names


def clone_files(
    source: Path, target: Path, known: Container[str] = (), names: Iterable[str] | None = None
) -> list[str]:
    """Clone the files ``names`` of the cache ``source`` (by default all) into ``target``, except those in ``known``.

    Go rewrites index files in place, so they are copied. It rewrites data files only when they are damaged, so they
    are hard-linked, or copied where links are impossible. Files that ``target`` already has do not change. Returns the
    names that were cloned. Raises `FileNotFoundError` when ``source`` disappears meanwhile.
    """
    wanted = [name for name in (cache_files(source) if names is None else names) if name not in known]
    for sub in {name[:2] for name in wanted}:
        (target / sub).mkdir(exist_ok=True)
    if len(wanted) < _MANY:
        _clone(source, target, wanted)
    else:
        # The file system does most of the work, without Python's lock: two threads share it.
        middle = len(wanted) // 2
        with ThreadPoolExecutor(2) as both:
            list(both.map(lambda half: _clone(source, target, half), (wanted[:middle], wanted[middle:])))
    return wanted


def _clone(source: Path, target: Path, names: Iterable[str]) -> None:
    link_or_copy: Callable[[str, str], object] = os.link
    for name in names:
        origin, goal = f"{source}/{name}", f"{target}/{name}"
        if name.endswith("/"):
            # From Go 1.24 on, an executable is in a folder of its own.
            _clone_executable(Path(origin), Path(goal))
        elif name.endswith("-d"):
            link_or_copy = _clone_data(link_or_copy, origin, goal)
        else:
            _copy_index(origin, goal)


def subfolders(cache: Path) -> Iterator[os.DirEntry[str]]:
    """The folders ``00`` to ``ff`` of a build cache."""
    with os.scandir(cache) as entries:
        for entry in entries:
            if len(entry.name) == 2 and entry.is_dir():  # noqa: PLR2004 - two hexadecimal digits
                yield entry


def _clone_data(link_or_copy: Callable[[str, str], object], source: str, target: str) -> Callable[[str, str], object]:
    """Clone a data file with `os.link`, or `shutil.copy2` where that fails; returns the function for the next file."""
    if link_or_copy is shutil.copy2 and os.path.lexists(target):
        return link_or_copy
    try:
        link_or_copy(source, target)
    except FileExistsError:
        pass
    except OSError as error:
        # EMLINK: this file has too many links. The other errors: no link between these two folders is possible.
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EACCES):
            raise
        if not os.path.lexists(target):
            shutil.copy2(source, target)
        return link_or_copy if error.errno == errno.EMLINK else shutil.copy2
    return link_or_copy


def _copy_index(source: str, target: str) -> None:
    # File objects would be slow: there are thousands of these files, each of 175 bytes.
    file = os.open(source, os.O_RDONLY)
    try:
        content = os.read(file, os.fstat(file).st_size)
    finally:
        os.close(file)
    try:
        file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
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
            _clone_data(os.link, str(file), str(target / file.name))
