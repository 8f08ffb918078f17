"""``pytest-gocache report RUN -o FILE``: the page and the trace of a run, made later from its JSON."""

from __future__ import annotations

import argparse
from pathlib import Path

from pytest_gocache.errors import RecordingError
from pytest_gocache.plugin.report.page import page_of
from pytest_gocache.plugin.report.read_run import read_run
from pytest_gocache.plugin.report.run_file import merged
from pytest_gocache.plugin.report.trace import trace_bytes

__all__ = ["add_arguments"]

_EPILOG = """\
RUN is a file that `pytest --gocache-json RUN` wrote. Several of them, from several jobs or hosts, become one report; a
gate has a report of its own.

exit status: 0; 2 for a file that cannot be read or written
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the subcommand."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("runs", metavar="RUN", type=Path, nargs="+", help="the JSON of a run")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="write the page")
    parser.add_argument(
        "--trace", metavar="FILE", type=Path, help="write the trace; compressed when the name ends in .gz"
    )
    parser.set_defaults(run=_run, error=parser.error)


def _run(arguments: argparse.Namespace) -> int:
    if not (arguments.output or arguments.trace):
        arguments.error("name a file: -o report.html, or --trace trace.json.gz")
    run = merged([read_run(file) for file in arguments.runs])
    if arguments.output:
        _write(arguments.output, page_of(run).encode())
    if arguments.trace:
        _write(arguments.trace, trace_bytes(run, arguments.trace.name))
    return 0


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise RecordingError(f"{file} cannot be written: {error.strerror or error}") from error
