"""The assertion that what the cache served is what an empty cache gives."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_gocache.assertions.failure import fail
from pytest_gocache.errors import RerunError, UsageError
from pytest_gocache.golang.action import Kind, TestStatus
from pytest_gocache.results.packages import binary_of, programs_of, sha256_of
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import compiles_of
from pytest_gocache.results.tables import counted, rows

__all__ = ["assert_up_to_date"]

_CGO_TOOLS = frozenset({"cgo", "gcc", "clang", "cc", "g++", "c++"})


def assert_up_to_date(result: Result) -> None:
    """The cache hits of the command are correct: in an empty cache, the same command gives the same outputs.

    The assertion compares the compiled form of every package, and the binaries that the command left in place, byte by
    byte; a test whose result came from the cache must pass when it runs. This finds the stale builds that Go cannot
    see, such as a C header outside of the package.

    The command runs once more, with the sources as they are now, and so do its tests. Of a program such as ``make``,
    each go command that it called runs once more.

    Raises `AssertionError` when an output differs, `RerunError` when the command fails in the empty cache, and
    `UsageError` for a command without an action graph and for a result that cannot run again.
    """
    compiles_of(result)
    for command in result.go_commands:
        if command.actions:
            _require_up_to_date(command)


def _require_up_to_date(result: Result) -> None:
    if result.circumstances.rerun is None:
        raise UsageError(
            f"assert_up_to_date: {result.title} cannot run again, because no command of this process returned this "
            "Result: it is unpickled or made by hand"
        )
    fresh = result.circumstances.rerun(result)
    if fresh.returncode != 0 and result.returncode == 0 and not fresh.tests:
        raise RerunError(result.command, str(result.cwd), fresh.returncode, fresh.stdout, fresh.stderr)
    wrong = [*_packages(result, fresh), *_binaries(result, fresh), *_tests(result, fresh)]
    if wrong:
        fail(
            f"assert_up_to_date: {counted(wrong, 'output', 'outputs')} of {result.title} "
            f"{'differs' if len(wrong) == 1 else 'differ'} from what an empty cache gives",
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
            continue  # the import that makes the difference is listed
        if action.ran:
            yield action.package, "same inputs, different output: its compile is not repeatable"
        else:
            yield action.package, "the cached output is stale: nothing in its key changed, but a new compile differs"


def _binaries(result: Result, fresh: Result) -> Iterator[tuple[str, str]]:
    now = {action.package: action for action in fresh.links()}
    for action in result.links():
        again = now.get(action.package)
        if again is None:
            continue
        before, after = binary_of(result, action), binary_of(fresh, again)
        if before and after and sha256_of(before) != sha256_of(after):
            yield action.package, f"the binary at {action.target} differs from a newly built one"


def _tests(result: Result, fresh: Result) -> Iterator[tuple[str, str]]:
    for package, outcome in result.tests.items():
        again = fresh.tests.get(package)
        if outcome.cached and again is not None and again.status is TestStatus.FAILED:
            yield package, "its cached test result is stale: the cached test passed, but it fails when it runs"


def _remedy(fresh: Result) -> str:
    """What to do when packages outside the standard library use cgo; empty for other commands."""
    for action in fresh.actions:
        own = action.kind in (Kind.COMPILE, Kind.OTHER) and action.package not in fresh.std
        if own and not _CGO_TOOLS.isdisjoint(programs_of(action)):
            return (
                "no cache key contains the C headers and libraries outside of a package: after an upgrade, run "
                "`go clean -cache` and remove the binaries, or put their version into CGO_CFLAGS"
            )
    return ""
