"""What to call the command of a recording or of a log."""

from __future__ import annotations

import shlex

from pytest_gocache.errors import printable
from pytest_gocache.results.result import Result
from pytest_gocache.results.tables import one_line

__all__ = ["UNKNOWN_COMMAND", "command_text"]

UNKNOWN_COMMAND = ("go",)
"""The command of a plain log, which does not name it."""


def command_text(result: Result) -> str:
    """The command in shell syntax and backquotes. A recording has no steps to tell its commands apart by."""
    if result.command == UNKNOWN_COMMAND:
        return "the logged command"
    return printable(f"`{one_line(shlex.join(result.command))}`")
