"""``pytest-gocache check [REPO]``: the ready-made checks."""

from __future__ import annotations

import argparse

from pytest_gocache.cli.pytest_run import add_pytest_options, run_pytest

__all__ = ["add_arguments"]

_ABOUT = """\
The same as `pytest --pyargs pytest_gocache.checks --go-repo REPO`. More options of pytest come after --, like
`-- --go-checks=report` or `-- -k warm`.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    add_pytest_options(parser, "[REPO]", _ABOUT)
    parser.add_argument("repo", metavar="REPO", nargs="?", default=".", help="the Go repository (default: this folder)")
    parser.set_defaults(run=_run, rest="an option of pytest")


def _run(arguments: argparse.Namespace) -> int:
    return run_pytest(["--pyargs", "pytest_gocache.checks", "--go-repo", arguments.repo, *arguments.program])
