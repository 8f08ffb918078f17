"""``pytest-gocache record DIR -- PROGRAM``: run a program as it is, and record its go commands."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pytest_gocache.caches.warm_store import WarmStore
from pytest_gocache.cli.common import BROKEN, cache_folder, exit_status, say
from pytest_gocache.errors import GoCacheError, RecordingError, UsageError
from pytest_gocache.host.files import remove_tree
from pytest_gocache.recordings.command_text import command_text
from pytest_gocache.recordings.record import observed
from pytest_gocache.results.recording_files import require_empty
from pytest_gocache.results.result import Result

__all__ = ["add_arguments", "observed_here", "require_go"]

_EPILOG = """\
The program has its own caches, environment, input and output, and its exit status is that of this command. It must find
go on PATH: a go that it calls by an absolute path is not seen. Since Go 1.23, GODEBUG is an input of test results: a
test that a plain `go test` cached runs once more under record, and the other way round.

exit status: that of the program; 128 and the signal that ended it; 2 when a program that succeeds cannot be recorded
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.usage = "pytest-gocache record DIR -- PROGRAM [ARGUMENT ...]"
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("dir", metavar="DIR", type=Path, help="a new or empty folder for the recording")
    parser.set_defaults(run=_run, rest="the program to run")


def observed_here(argv: Sequence[str], folder: Path) -> Result:
    """Run a program in the current folder, and observe its go commands.

    Raises as `observed`, `UsageError` without a program, and `StoreError` without a folder for the store.
    """
    if not argv:
        raise UsageError("no program to run: write it after --, as in `-- go build ./...`")
    # Without a limit: that of the tests is an ini option, and an entry that this command deletes is one of theirs.
    store = WarmStore(cache_folder(), os.environ, say, sys.maxsize, named_by="the variable XDG_CACHE_HOME")
    return observed(argv, cwd=Path.cwd(), ambient=os.environ, store=store, folder=folder)


def _run(arguments: argparse.Namespace) -> int:
    require_empty(arguments.dir)  # before the program runs, which may take long
    scratch = Path(tempfile.mkdtemp(prefix="pytest-gocache-"))
    try:
        result = observed_here(arguments.program, scratch)
        try:
            _write(result, arguments.dir)
        except GoCacheError as error:
            say(f"nothing is recorded: {error}")
            return exit_status(result.returncode) or BROKEN
        return exit_status(result.returncode)
    finally:
        remove_tree(scratch)


def require_go(result: Result) -> None:
    """Raise `RecordingError` for a program that called no go command that was seen."""
    if not result.commands:
        raise RecordingError(
            f"{command_text(result)} called no go on PATH; a go called by an absolute path is not seen"
        )


def _write(result: Result, folder: Path) -> None:
    require_go(result)
    result.save(folder)
    number = len(result.commands)
    say(f"{number} go command{'s' if number > 1 else ''} recorded in {folder}")
    logged = [command for command in result.commands if command.circumstances.log_off is None]
    if any(outcome.ran for command in logged for outcome in command.tests.values()):
        say("since Go 1.23, GODEBUG is an input of test results: a test that was cached without record runs once more")
