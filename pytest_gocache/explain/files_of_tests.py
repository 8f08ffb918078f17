"""The files that a test read, by the log that Go keeps with its result."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from pytest_gocache.explain.history import index_of
from pytest_gocache.golang.test_log import operations
from pytest_gocache.golang.testcache_log import Lookup
from pytest_gocache.results.packages import folder_in_modules
from pytest_gocache.results.result import Result

__all__ = ["files_read", "kept_by", "modification_time", "replayed"]

_SYSTEM_FOLDERS = ("/dev", "/proc", "/sys")


def replayed(result: Result, package: str) -> Lookup | None:
    """The lookup that found the result which a command replayed; None when Go's log does not have it."""
    found = index_of(result).lookups.packages.get(package)
    lookups = reversed(found.lookups) if found else ()
    return next((lookup for lookup in lookups if lookup.inputs and not lookup.missed), None)


def kept_by(result: Result, package: str, hit: Lookup) -> Result | None:
    """The earlier command that kept the result which a command replayed; None when it is not known."""
    for then in result.earlier():
        before = index_of(then).lookups.packages.get(package)
        if before and before.saved.get(hit.key) == hit.inputs:
            return then
    return None


def files_read(result: Result, package: str, key: str) -> Iterator[str]:
    """The absolute paths of what a test opened or asked for, without the folders of Go and of the system.

    ``key`` is that of the test's result. Go logs these paths, and tracks only those in the module of the package.
    """
    around = result.circumstances
    folder = folder_in_modules(result, package)
    log = around.test_log(key) if around.test_log else None
    if folder is None or log is None:
        return
    settings = (around.settings.get(name) for name in ("GOCACHE", "TMPDIR", "GOTMPDIR"))
    ignored = tuple(
        f"{one}{os.sep}" for one in (around.goroot, around.modcache, *filter(None, settings), *_SYSTEM_FOLDERS)
    )
    for operation, name in operations(log, str(folder)):
        path = os.path.normpath(name)
        if operation in ("open", "stat") and not path.startswith(ignored):
            yield path


def modification_time(path: str) -> float:
    """The modification time of a regular file in epoch seconds; 0 for other files and for none."""
    try:
        info = os.stat(path)  # noqa: PTH116 - a test may read thousands
    except OSError:
        return 0.0
    return info.st_mtime if stat.S_ISREG(info.st_mode) else 0.0
