"""``pytest-gocache why -- PROGRAM``: run a program, and explain what ran since its last run in this checkout."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from pytest_gocache.cli.common import BROKEN, cache_folder, exit_status, say
from pytest_gocache.cli.diff import add_outputs, report
from pytest_gocache.cli.record import observed_here, require_go
from pytest_gocache.errors import GoCacheError
from pytest_gocache.host.files import remove_tree
from pytest_gocache.recordings.command_text import command_text
from pytest_gocache.recordings.difference import difference, require_comparable
from pytest_gocache.recordings.last_runs import LastRuns
from pytest_gocache.results.result import Result

__all__ = ["add_arguments"]

_EPILOG = """\
The last run of each command in each checkout is kept in the user's cache folder, 50 of them at most. The program runs
as under `pytest-gocache record`.

exit status: that of the program; 1 for what --fail-on names; 2 when a program that succeeds cannot be explained
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.usage = "pytest-gocache why [OPTIONS] [PATTERN ...] -- PROGRAM [ARGUMENT ...]"
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("patterns", metavar="PATTERN", nargs="*", help="only packages that match, like ./lib/...")
    add_outputs(parser)
    parser.set_defaults(run=_run, rest="the program to run")


def _run(arguments: argparse.Namespace) -> int:
    scratch = Path(tempfile.mkdtemp(prefix="pytest-gocache-"))
    try:
        result = observed_here(arguments.program, scratch)
        try:
            found = _explain(result, arguments)
        except GoCacheError as error:
            say(f"nothing is explained: {error}")
            found = BROKEN
        return exit_status(result.returncode) or found
    finally:
        remove_tree(scratch)


def _explain(result: Result, arguments: argparse.Namespace) -> int:
    require_go(result)
    # Before it takes the place of a run that the next one can be compared with.
    require_comparable(result)
    runs = LastRuns(cache_folder() / "runs")
    try:
        old = runs.of(result)
        if old is not None:
            return report(difference(old, result, arguments.patterns), arguments)
        compiled = f"{len(result.compiled)} of {len(result.packages)} packages compiled"
        print(f"{command_text(result)}: {compiled}; this is its first run here: run it again to compare")  # noqa: T201 - it prints
        return 0
    finally:
        runs.keep(result)
