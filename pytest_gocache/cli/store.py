"""``pytest-gocache store``: what is in the store of warm caches, and how to make it smaller."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from pytest_gocache.caches.store_entries import StoreEntry, listed, stored
from pytest_gocache.caches.warm_store import WarmStore
from pytest_gocache.cli.common import cache_folder, say
from pytest_gocache.errors import UsageError

__all__ = ["add_arguments"]

_DAY = 86400.0
_EPILOG = """\
An entry that a test used in the last hour is never deleted. The next test that needs a deleted entry makes it again.

exit status: 0; 2 when the store cannot be read or written
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--dir", metavar="DIR", type=Path, help="the store (default: the user's cache folder)")
    parser.add_argument("--delete-unused", metavar="DAYS", type=float, help="delete what no test used for so long")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    root = arguments.dir or cache_folder()
    if arguments.dir and not root.is_dir():
        raise UsageError(f"--dir: there is no folder {root}")
    if arguments.delete_unused is not None:
        if not arguments.delete_unused >= 0:
            raise UsageError(f"--delete-unused: {arguments.delete_unused:g} is no number of days")
        store = WarmStore(root, os.environ, say, sys.maxsize, named_by="--dir")
        deleted = store.delete_unused(arguments.delete_unused * _DAY)
        _print(f"deleted from {root}", deleted)
        return 0
    _print(str(root), stored(root))
    return 0


def _print(title: str, entries: Sequence[StoreEntry]) -> None:
    total = sum(entry.bytes for entry in entries)
    print(f"{title}: {len(entries)} {'entry' if len(entries) == 1 else 'entries'}, {_mb(total)}")  # noqa: T201 - it prints
    rows = [
        (entry.label, listed(entry.packages, for_builds=entry.for_builds), _mb(entry.bytes), _ago(entry.used))
        for entry in reversed(entries)
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)] if rows else []
    for label, packages, size, used in rows:
        print(f"  {label:{widths[0]}}  {packages:{widths[1]}}  {size:>{widths[2]}}  {used}")  # noqa: T201


def _mb(size: int) -> str:
    return f"{size / 1024**2:,.0f} MB"  # as gocache_store_limit and the summary of a run count


def _ago(moment: float) -> str:
    days = int((time.time() - moment) // _DAY)
    return "used today" if days < 1 else f"unused for {days} day{'s' if days > 1 else ''}"
