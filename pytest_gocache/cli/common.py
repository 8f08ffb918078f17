"""What the subcommands share: their exit status, their lines, and the user's cache folder."""

from __future__ import annotations

import sys
from pathlib import Path

from pytest_gocache.errors import StoreError
from pytest_gocache.host.files import user_cache_folder

__all__ = ["BROKEN", "cache_folder", "exit_status", "say"]

BROKEN = 2
"""The exit status when the command itself cannot do its work: wrong arguments, no toolchain, a damaged recording."""


def exit_status(returncode: int) -> int:
    """The exit status of a program, as shells report it: 128 and the signal for a program that a signal ended."""
    return returncode if returncode >= 0 else 128 - returncode


def say(text: str) -> None:
    """Print a line about the library's own work, where it does not mix with the program's output."""
    print(f"pytest-gocache: {text}", file=sys.stderr)  # noqa: T201 - a command line prints


def cache_folder() -> Path:
    """The user's folder with the store and the last runs. Raises `StoreError` without a home folder."""
    folder = user_cache_folder()
    if folder is None:
        raise StoreError("there is no home folder for the store and the last runs: set HOME or XDG_CACHE_HOME")
    return folder
