"""The assertion that compiles overlap in time."""

from __future__ import annotations

from itertools import pairwise

from pytest_gocache.assertions.failure import fail, named
from pytest_gocache.errors import UsageError
from pytest_gocache.results.given_flags import compile_limit
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import compiles_of, dependencies_of
from pytest_gocache.results.tables import counted

__all__ = ["assert_parallel"]


@named
def assert_parallel(result: Result, at_least: int = 2) -> None:
    """At some time, at least ``at_least`` compiles ran at once.

    ``at_least`` is a number of compiles, 2 or more. Raises `AssertionError` when fewer compiles overlapped. Raises
    `UsageError` when that says nothing about the command: it compiled too few packages, each of its packages imports
    the one before, or it has no action graph.
    """
    if at_least < 2:  # noqa: PLR2004 - a single compile always runs
        raise UsageError(f"expected at_least of 2 or more, and got {at_least}")
    compiled = sorted((a for a in compiles_of(result) if a.ran), key=lambda action: action.started)
    most = result.max_parallel
    if most < at_least:
        few = len(compiled) < at_least
        if few or all(one.id in dependencies_of(result, [other]) for one, other in pairwise(compiled)):
            why = f"{at_least} cannot overlap" if few else "each imports the one before, so no two can overlap"
            raise UsageError(
                f"{result.title} compiled {counted(compiled, 'package', 'packages')}: {why}; start "
                f"from a cache that lacks at least {at_least} packages that do not import each other"
            )
        seconds = sum(action.ended - action.started for action in compiled)
        fail(
            "assert_parallel",
            f"at most {most} of {len(compiled)} compiles ran at a time in {result.title}, expected {at_least}",
            f"  {seconds:.1f} s of compiling in a command of {result.seconds:.1f} s",
            _why_serial(result, at_least),
        )


def _why_serial(result: Result, at_least: int) -> str:
    limit, what = min(compile_limit(command) for command in result.go_commands if command.actions)
    if limit >= at_least:
        return "no setting limits them: look for packages that import each other, and for one slow compile"
    if what:
        return f"{what} limits how many actions run at a time: the default is the number of CPUs"
    return f"the number of CPUs, {limit}, limits how many actions run at a time: -p={at_least} raises the limit"
