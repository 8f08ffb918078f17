"""``assert_up_to_date``: what the cache served is what an empty cache gives."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_gocache.assertions.failure import fail
from pytest_gocache.errors import UsageError
from pytest_gocache.golang.action import Kind, TestStatus
from pytest_gocache.results.packages import binary_of, programs_of, sha256_of
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import compiles_of
from pytest_gocache.results.tables import counted, rows

__all__ = ["assert_up_to_date"]

_CGO_TOOLS = frozenset({"cgo", "gcc", "clang", "cc", "g++", "c++"})


def assert_up_to_date(result: Result) -> None:
    """The command's hits are correct: the same command in an empty cache compiles every package to the same content.

    Binaries that it left in place must be the same, byte by byte, and a test result that was replayed must be one that
    running the test gives again. This is what catches the stale builds that Go cannot see, like a C header outside of
    the package. The command runs once more, with the sources as they are now: tests run, too. Of a program, each go
    command that it has called runs once more, by itself. Raises `UsageError` for a command without an action graph, and
    when it fails in the empty cache.
    """
    compiles_of(result)
    for command in result.go_commands:
        if command.actions:
            _require_up_to_date(command)


def _require_up_to_date(result: Result) -> None:
    if result.circumstances.rerun is None:
        raise UsageError(f"{result.title} cannot be run again: only the test that ran it has what it takes")
    fresh = result.circumstances.rerun(result)
    if fresh.returncode != 0 and result.returncode == 0 and not fresh.tests:
        raise UsageError(
            f"{result.title} fails in an empty cache, with exit status {fresh.returncode}:\n{fresh.stderr}"
        )
    wrong = [*_packages(result, fresh), *_binaries(result, fresh), *_tests(result, fresh)]
    if wrong:
        fail(
            f"assert_up_to_date: {counted(wrong, 'output', 'outputs')} of {result.title} would not be the same from an "
            "empty cache",
            rows((name, [why]) for name, why in wrong),
            _remedy(fresh),
        )


def _packages(result: Result, fresh: Result) -> Iterator[tuple[str, str]]:
    now = {action.package: action for action in fresh.compiles()}
    for action in result.compiles():
        again = now.get(action.package)
        if again is None or not action.content_id or not again.content_id or action.content_id == again.content_id:
            continue
        if action.action_id != again.action_id:
            continue  # it follows an import that is listed itself
        if action.ran:
            yield (
                action.package,
                "compiled twice from the same inputs, to different content: its compile is not repeatable",
            )
        else:
            yield action.package, "the cached output is stale: nothing in its key changed, and compiled anew it differs"


def _binaries(result: Result, fresh: Result) -> Iterator[tuple[str, str]]:
    now = {action.package: action for action in fresh.links()}
    for action in result.links():
        again = now.get(action.package)
        if again is None:
            continue
        before, after = binary_of(result, action), binary_of(fresh, again)
        if before and after and sha256_of(before) != sha256_of(after):
            yield action.package, f"the binary at {action.target} differs from one that is built anew"


def _tests(result: Result, fresh: Result) -> Iterator[tuple[str, str]]:
    for package, outcome in result.tests.items():
        again = fresh.tests.get(package)
        if outcome.cached and again is not None and again.status is TestStatus.FAILED:
            yield package, "its cached test result is stale: it passed, and fails when it is run"


def _remedy(fresh: Result) -> str:
    """What to do when packages outside the standard library use cgo; nothing is known of others."""
    for action in fresh.actions:
        own = action.kind in (Kind.COMPILE, Kind.OTHER) and action.package not in fresh.std
        if own and not _CGO_TOOLS.isdisjoint(programs_of(action)):
            return (
                "headers and libraries outside of a cgo package are in no key: run `go clean -cache` and remove the "
                "binaries after an upgrade, or put their version into CGO_CFLAGS"
            )
    return ""
