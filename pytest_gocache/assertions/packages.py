"""Assertions on the packages that a command compiles."""

from __future__ import annotations

from pytest_gocache.assertions.failure import fail
from pytest_gocache.errors import PatternError
from pytest_gocache.explain.wording import (
    what_was_rebuilt,
    why_not_rebuilt,
    why_they_ran,
)
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import compiles_of, matching
from pytest_gocache.results.tables import counted

__all__ = ["assert_cached", "assert_only_rebuilt", "assert_rebuilt"]


def assert_cached(result: Result, *patterns: str) -> None:
    """Nothing that matches was compiled; without a pattern: nothing at all, the standard library included.

    A pattern stands for a package with all of its test variants; ``lib [lib.test]`` names one variant. Links do not
    count: see `assert_not_relinked`. Raises `PatternError` for a pattern that matches no package of the command.
    """
    compiles = compiles_of(result)
    chosen = matching(result, compiles, patterns) if patterns else compiles
    rebuilt = [action for action in chosen if action.ran]
    if rebuilt:
        fail(
            f"assert_cached: {counted(rebuilt, 'package was', 'packages were')} rebuilt by {result.title}",
            *why_they_ran(result, rebuilt),
        )


def assert_rebuilt(result: Result, *patterns: str) -> None:
    """Everything that matches was compiled: the packages, and their test variants where the command has them.

    What Go generates only for a test (``lib.test``, ``lib_test``) must be named to count. Raises `PatternError` without
    a pattern, and for one that matches no package of the command.
    """
    if not patterns:
        raise PatternError("assert_rebuilt needs a package pattern: without one it would say nothing")
    chosen = matching(result, compiles_of(result), patterns, scaffolds=False)
    missing = [action for action in chosen if not action.ran]
    if missing:
        fail(
            f"assert_rebuilt: {counted(missing, 'package was', 'packages were')} not rebuilt by {result.title}",
            *why_not_rebuilt(result, missing),
            what_was_rebuilt(result),
        )


def assert_only_rebuilt(result: Result, *patterns: str) -> None:
    """Exactly what matches was compiled: all of it, and nothing else; without a pattern: nothing.

    What Go generates only for a test of a package (``lib.test``, ``lib_test``) may be compiled with it.
    """
    compiles = compiles_of(result)
    chosen = matching(result, compiles, patterns, scaffolds=False) if patterns else []
    allowed = {action.id for action in matching(result, compiles, patterns)} if patterns else set()
    missing = [action for action in chosen if not action.ran]
    others = [action for action in compiles if action.ran and action.id not in allowed]
    if missing or others:
        rebuilt = f"{counted(others, 'other package was', 'other packages were')} rebuilt"
        not_rebuilt = f"{counted(missing, 'package was', 'packages were')} not rebuilt"
        said = " and ".join(text for text, actions in ((rebuilt, others), (not_rebuilt, missing)) if actions)
        fail(
            f"assert_only_rebuilt: {said} by {result.title}",
            f"  expected exactly: {', '.join(patterns) or 'nothing'}",
            *(why_they_ran(result, others, "also rebuilt: ") if others else ()),
            *(why_not_rebuilt(result, missing, "not rebuilt: ") if missing else ()),
        )
