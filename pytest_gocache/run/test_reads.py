"""What the tests of a go command have read, kept for explanations before later runs replace it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.golang.test_log import hashed_reads, operations
from pytest_gocache.golang.testcache_log import parse_lookups
from pytest_gocache.results.logs import Logs

__all__ = ["keep_test_reads"]

# Since Go 1.23, the first input of every test result.
_GODEBUG = "env GODEBUG "
# Modes of Unix → bits of io/fs.FileMode, which keeps the permissions as they are.
_MODES = {stat.S_IFDIR: 1 << 31, stat.S_IFLNK: 1 << 27, stat.S_IFIFO: 1 << 25, stat.S_IFSOCK: 1 << 24}
_MODES |= {stat.S_IFBLK: 1 << 26, stat.S_IFCHR: 1 << 26 | 1 << 21}
_SPECIAL = {stat.S_ISUID: 1 << 23, stat.S_ISGID: 1 << 22, stat.S_ISVTX: 1 << 20}


def keep_test_reads(logs: Logs, stderr: bytes, cache: BuildCache, folder_of: Callable[[str], Path]) -> None:
    """Keep what the tests read that ``go test`` looked up or stored, by ``stderr``; ``cache`` has their logs.

    Go hashes the reads of all tests under one name, and those of parallel tests interleave. Only a test's own log tells
    them apart, and its next run replaces the log. ``folder_of`` gives the folder of a package.
    """
    opened: dict[str, None] = {}
    for package, asked in parse_lookups(stderr).packages.items():
        folder = str(folder_of(package))
        for key in dict.fromkeys([*(lookup.key for lookup in asked.lookups), *asked.saved]):
            log = cache.output(key)
            if log is not None:
                reads = hashed_reads(log, folder)
                logs.learn("testInputs", reads)
                logs.learn("testInputs", (_GODEBUG, *reads))
                opened |= {name: None for operation, name in operations(log, folder) if operation == "open"}
    for name in opened:
        if os.path.isdir(name):  # noqa: PTH112 - most are files, and there may be thousands
            logs.learn("open", tuple(_hashed_folder(name)))


def _hashed_folder(folder: str) -> Iterator[str]:
    """The lines that Go hashes for a folder that a test opens. Source: hashOpen in cmd/go/internal/test."""
    try:
        yield _hashed_status(os.stat(folder))  # noqa: PTH116 - as above
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: os.fsencode(entry.name)):
                yield f"file {entry.name} "
                yield _hashed_status(entry.stat(follow_symlinks=False))
    except OSError:
        return  # it is gone, or changes: the rest would not be what Go saw


def _hashed_status(info: os.stat_result) -> str:
    """A file's size, mode and time as Go prints them, in the time zone of a hermetic environment, UTC."""
    mode = stat.S_IMODE(info.st_mode) & 0o777 | _MODES.get(stat.S_IFMT(info.st_mode), 0)
    mode |= sum(bit for special, bit in _SPECIAL.items() if info.st_mode & special)
    seconds, nanoseconds = divmod(info.st_mtime_ns, 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    fraction = f".{nanoseconds:09d}".rstrip("0").rstrip(".")
    is_folder = str(stat.S_ISDIR(info.st_mode)).lower()
    return f"stat {info.st_size} {mode:x} {moment}{fraction} +0000 UTC {is_folder}\n"
