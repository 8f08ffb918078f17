"""Assertions on test results: replayed from the cache, or executed."""

from __future__ import annotations

from pytest_gocache.assertions.failure import fail
from pytest_gocache.explain.wording import (
    why_tests_did_not_run,
    why_tests_ran,
)
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import tests_of
from pytest_gocache.results.tables import counted

__all__ = ["assert_test_cached", "assert_test_ran"]


def assert_test_cached(result: Result, *patterns: str) -> None:
    """The result of every test package that matches was replayed from the test result cache; without a pattern: of all.

    Packages without test files count only when named exactly. Raises `PatternError` when no test matches, and
    `UsageError` for a command that is not ``go test``.
    """
    wrong = [outcome for outcome in tests_of(result, patterns) if not outcome.cached]
    if wrong:
        fail(
            f"assert_test_cached: {counted(wrong, 'test package was', 'test packages were')} not served from the cache "
            f"by {result.title}",
            *why_tests_ran(result, wrong),
        )


def assert_test_ran(result: Result, *patterns: str) -> None:
    """The tests of every package that matches were executed, with whatever verdict; without a pattern: of all."""
    wrong = [outcome for outcome in tests_of(result, patterns) if not outcome.ran]
    if wrong:
        fail(
            f"assert_test_ran: {counted(wrong, 'test package was', 'test packages were')} not executed by "
            f"{result.title}",
            *why_tests_did_not_run(result, wrong),
        )
