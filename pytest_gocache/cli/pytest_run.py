"""Run pytest for a subcommand that is only a shorter way to call it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pytest_gocache.cli.common import exit_status
from pytest_gocache.host import process

__all__ = ["add_pytest_options", "run_pytest"]


def add_pytest_options(parser: argparse.ArgumentParser, arguments: str, about: str) -> None:
    """Say in the help of a subcommand what it takes, and what its exit status is."""
    parser.usage = f"{parser.prog} {arguments} [-- PYTEST_OPTION ...]"
    parser.epilog = f"{about}\nexit status: that of pytest, 0 when all passes and 1 when something fails"
    parser.formatter_class = argparse.RawDescriptionHelpFormatter


def run_pytest(options: Sequence[str]) -> int:
    """Run pytest in the current folder, with this process's input and output; returns its exit status."""
    argv = [sys.executable, "-m", "pytest", *options]
    return exit_status(process.run_in_terminal(argv, cwd=Path.cwd(), env=os.environ).returncode)
