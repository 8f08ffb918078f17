"""``pytest-gocache diff OLD NEW``: why the actions of one recording ran, held against a different one."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from pytest_gocache.errors import RecordingError
from pytest_gocache.recordings.difference import Difference, FailOn, difference
from pytest_gocache.recordings.load import load_recording_or_log
from pytest_gocache.recordings.render import as_data, as_markdown, as_text

__all__ = ["add_arguments", "add_outputs", "report"]

_EPILOG = """\
OLD and NEW are folders that `pytest-gocache record` or Result.save wrote. Each cause has the seconds of what it made
run: its own packages, and those that follow because they import or link them.

Without record: GODEBUG=gocachehash=1 go build -debug-actiongraph=DIR/graph.json ./... 2> DIR/stderr makes a folder DIR
that is enough for both. As OLD, the log alone is enough.

exit status: 0; 1 for what --fail-on names; 2 for a recording that cannot be read or compared
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("old", metavar="OLD", type=Path, help="the recording or the log to compare with")
    parser.add_argument("new", metavar="NEW", type=Path, help="the recording or the log to explain")
    add_outputs(parser)
    parser.set_defaults(run=_run)


def add_outputs(parser: argparse.ArgumentParser) -> None:
    """Add the options for what to write, and what to fail for."""
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the difference as JSON")
    parser.add_argument(
        "--markdown",
        metavar="FILE",
        type=Path,
        help="write it as Markdown; in GitHub Actions it is in the summary, too",
    )
    parser.add_argument(
        "--fail-on",
        metavar="WHAT",
        action="append",
        default=[],
        choices=[what.value for what in FailOn],
        help="exit with 1 for: rebuilt (a package that OLD has, outside the standard library, was compiled), "
        "cold-std (one of the standard library was), tests (a test was executed); repeatable",
    )


def report(found: Difference, arguments: argparse.Namespace) -> int:
    """Print and write a difference. Returns the exit status.

    Raises `RecordingError` for a file that cannot be written.
    """
    print(as_text(found))  # noqa: T201 - a command line prints
    markdown = as_markdown(found)
    try:
        if arguments.json:
            arguments.json.write_text(json.dumps(as_data(found), indent=1) + "\n", encoding="utf-8")
        if arguments.markdown:
            arguments.markdown.write_text(markdown, encoding="utf-8")
        if os.environ.get("GITHUB_STEP_SUMMARY"):
            with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as summary:
                summary.write(markdown)
    except OSError as error:
        raise RecordingError(f"{error.filename} cannot be written: {error.strerror}") from error
    return int(any(found.has(FailOn(what)) for what in arguments.fail_on))


def _run(arguments: argparse.Namespace) -> int:
    old = load_recording_or_log(arguments.old, ran=False)
    return report(difference(old, load_recording_or_log(arguments.new, ran=True)), arguments)
