"""The error of a command that exceeded its time limit: whose tests hung, and what the command had done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pytest_gocache.errors import ActionGraphError, GoTimeoutError
from pytest_gocache.golang.action import Kind
from pytest_gocache.golang.goroutines import own_goroutines
from pytest_gocache.golang.graph_node import read_nodes
from pytest_gocache.golang.test_output import parse_test_output
from pytest_gocache.results.given_flags import arguments_of
from pytest_gocache.results.result import Result
from pytest_gocache.results.tables import listed
from pytest_gocache.run.compiled_so_far import compiled_so_far

__all__ = ["timeout_error"]

_MOST_LINES = 60  # of goroutines
_MOST_NAMED = 4


def timeout_error(
    result: Result, tested: Sequence[str], seconds: float, is_std: Callable[[str], bool]
) -> GoTimeoutError:
    """The error of a command that was killed after ``seconds``.

    ``tested`` has the packages whose test binaries ran then; "" for a package that is unknown.
    """
    running = sorted({name for name in tested if name})
    waiting = sorted({name for name in _without_verdict(result) if name not in running})
    lines = []
    if tested:
        unknown = ["a package that is unknown"] if "" in tested else []
        names = listed([*map(result.short_name, running), *unknown], _MOST_NAMED)
        lines.append(f"still running: the tests of {names}")
    if waiting:
        names = listed([*map(result.short_name, waiting)], _MOST_NAMED)
        lines.append(f"{'also ' if tested else ''}without a verdict: the tests of {names}")
    return GoTimeoutError(
        result.command,
        str(result.cwd),
        result.returncode,
        result.stdout,
        result.stderr,
        seconds,
        "\n".join([*lines, compiled_so_far(result, is_std)]),
        running or ([] if tested else waiting),
        "\n".join(own_goroutines(result.stdout, is_std, _MOST_LINES)),
    )


def _without_verdict(result: Result) -> Iterator[str]:
    """The packages that a ``go test`` was asked to test and printed no verdict of, as far as its graph shows them.

    Go writes a first graph before the first action.
    """
    for command in result.go_commands:
        graph = command.evidence / "graph.json" if command.evidence is not None else None
        if arguments_of(command).verb != "test" or graph is None or not graph.is_file():
            continue
        try:
            nodes = read_nodes(graph.read_bytes())
        except ActionGraphError:
            continue
        ended = parse_test_output(command.stdout)
        yield from (node.package for node in nodes if node.kind is Kind.TEST and node.package not in ended)
