"""The assertion that compiles overlap in time."""

from __future__ import annotations

from itertools import pairwise

from pytest_gocache.assertions.failure import fail
from pytest_gocache.errors import UsageError
from pytest_gocache.results.given_flags import limit_of
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import compiles_of, dependencies_of
from pytest_gocache.results.tables import counted

__all__ = ["assert_parallel"]


def assert_parallel(result: Result, at_least: int = 2) -> None:
    """At least so many compiles overlapped in time.

    Raises `UsageError` when that could not be: too few packages were compiled, or each of them imports another one.
    """
    if at_least < 2:  # noqa: PLR2004 - one alone overlaps with nothing
        raise UsageError(f"assert_parallel: at_least={at_least} says nothing: it takes two to overlap")
    compiled = sorted((a for a in compiles_of(result) if a.ran), key=lambda action: action.started)
    most = result.max_parallel
    if most < at_least:
        few = len(compiled) < at_least
        if few or all(one.id in dependencies_of(result, [other]) for one, other in pairwise(compiled)):
            why = f"{at_least} could not overlap" if few else "each imports the one before, so none could overlap"
            raise UsageError(
                f"{result.title} compiled {counted(compiled, 'package', 'packages')}: {why}; start from a cache that "
                "lacks packages which do not import one another"
            )
        seconds = sum(action.ended - action.started for action in compiled)
        fail(
            f"assert_parallel: of {len(compiled)} compiles at most {most} ran at a time in {result.title}",
            f"  {seconds:.1f} s of compiling in a command of {result.seconds:.1f} s",
            _why_serial(result, at_least),
        )


def _why_serial(result: Result, at_least: int) -> str:
    limit, what = min(limit_of(command) for command in result.go_commands if command.actions)
    if limit >= at_least:
        return "no setting limits them to fewer: see which import one another, and how long each one takes"
    if what:
        return f"{what} limits how many may run at a time: without it, as many as there are CPUs"
    return f"as many may run at a time as there are CPUs, {limit} here: -p={at_least} makes it more"
