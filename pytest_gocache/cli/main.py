"""The command ``pytest-gocache``: its subcommands, and its exit status."""

from __future__ import annotations

import argparse
import importlib
import os
import shlex
import sys
from collections.abc import Sequence
from typing import Any

from pytest_gocache.cli.common import BROKEN
from pytest_gocache.errors import GoCacheError

__all__ = ["main"]

_COMMANDS = {
    "check": "run the ready-made checks on a Go repository",
    "diff": "explain what ran in one recording and not in a different one",
    "gate": "run the same tests on two Go toolchains, and compare what they did",
    "init": "write the first tests of a repository, and a CI job that runs them",
    "record": "run a program, and record the go commands that it calls",
    "report": "make the page and the trace of a run from its JSON",
    "store": "list the warm caches of the standard library, or delete unused ones",
    "why": "run a program, and explain what its go commands ran since its last run here",
}
_INTERRUPTED = 130
_CLOSED = 141  # as shells report SIGPIPE


class _Version(argparse.Action):
    """Print the version. It is looked up only here, because `importlib.metadata` is slow to import."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from pytest_gocache import __version__

        print(f"pytest-gocache {__version__}")  # noqa: T201 - a command line prints
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``pytest-gocache`` with these arguments, by default those of this process. Returns the exit status."""
    words = sys.argv[1:] if argv is None else list(argv)
    parser = argparse.ArgumentParser(
        prog="pytest-gocache",
        description="What the Go build cache did, and why.",
        epilog="exit status: 0; 1 for what --fail-on names; 2 for a wrong argument and for what cannot be read",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    # Only the module of the command that runs is imported: --help and a typing mistake answer at once.
    chosen = next((word for word in words if not word.startswith("-")), "")
    for name, text in _COMMANDS.items():
        sub = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        if name == chosen:
            importlib.import_module(f"pytest_gocache.cli.{name}").add_arguments(sub)
    # What follows -- is the user's: options of a program, or of pytest.
    end = words.index("--") if "--" in words else len(words)
    arguments, unknown = parser.parse_known_args(words[:end], argparse.Namespace(program=words[end + 1 :], rest=""))
    refused = unknown if arguments.rest else [*unknown, *words[end:]]
    if refused:
        hint = f"; {arguments.rest} comes after --" if arguments.rest else ""
        commands.choices[arguments.command].error(f"unrecognized arguments: {shlex.join(refused)}{hint}")
    try:
        status = int(arguments.run(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # `| head` has read enough. Without this, Python reports the closed pipe once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _CLOSED
    except GoCacheError as error:
        print(f"pytest-gocache {arguments.command}: {error}", file=sys.stderr)  # noqa: T201 - a command line prints
        return BROKEN
    except KeyboardInterrupt:
        return _INTERRUPTED
    return status
