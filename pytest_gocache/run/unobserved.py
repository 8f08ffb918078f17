"""What go commands that nobody observed left in the caches while a program ran."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

__all__ = ["index_files", "written_unobserved"]

_CLOCK_SECONDS = 0.01  # the times of files lag behind by one tick of the kernel


def index_files(cache: Path) -> frozenset[str]:
    """The index files of a GOCACHE, as paths inside it: Go adds one for each action that runs."""
    found: list[str] = []
    for folder in os.scandir(cache) if cache.is_dir() else ():
        if folder.is_dir() and len(folder.name) == 2:  # noqa: PLR2004 - the first byte of a key
            found += [f"{folder.name}/{file.name}" for file in os.scandir(folder) if file.name.endswith("-a")]
    return frozenset(found)


def written_unobserved(
    cache: Path, before: frozenset[str], started: float, observed: Iterable[tuple[float, float]]
) -> tuple[str, ...]:
    """The index files that were written while the program ran and no observed command did.

    Go writes one for each action that runs, a link among them: a new one, or the one of ``before`` with the same key.
    ``started`` is the start of the program, ``observed`` has the start and the end of each observed command, in epoch
    seconds.
    """
    spans = list(observed)
    found = []
    for name in sorted(index_files(cache)):
        stat = (cache / name).stat()
        # Of a new file not the modification time: a copy of a file keeps it. A warm cache may be a clone older than
        # the program.
        written = stat.st_mtime if name in before else stat.st_ctime
        if written >= started and not any(start - _CLOCK_SECONDS <= written <= end for start, end in spans):
            found.append(name)
    return tuple(found)
