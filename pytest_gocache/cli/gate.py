"""``pytest-gocache gate BASE..CANDIDATE [PATH ...]``: the same tests on two toolchains."""

from __future__ import annotations

import argparse

from pytest_gocache.cli.pytest_run import add_pytest_options, run_pytest

__all__ = ["add_arguments"]

_ABOUT = """\
The same as `pytest PATH ... --go-gate BASE..CANDIDATE`. More options of pytest come after --, like `-- -n 2`.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    add_pytest_options(parser, "BASE..CANDIDATE [PATH ...]", _ABOUT)
    parser.add_argument("sides", metavar="BASE..CANDIDATE", help="two toolchains, like 1.25.5..1.27.3")
    parser.add_argument("paths", metavar="PATH", nargs="*", help="the tests (default: what pytest collects here)")
    parser.set_defaults(run=_run, rest="an option of pytest")


def _run(arguments: argparse.Namespace) -> int:
    return run_pytest([*arguments.paths, "--go-gate", arguments.sides, *arguments.program])
