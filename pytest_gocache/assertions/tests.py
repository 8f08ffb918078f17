"""Assertions on test results: from the test result cache, or from a run."""

from __future__ import annotations

from pytest_gocache.assertions.failure import fail, named
from pytest_gocache.assertions.idle import refuse_idle
from pytest_gocache.explain.wording import (
    why_tests_did_not_run,
    why_tests_ran,
)
from pytest_gocache.results.against import held_against
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import tests_of
from pytest_gocache.results.tables import counted

__all__ = ["assert_test_cached", "assert_test_ran"]


@named
def assert_test_cached(result: Result, *patterns: str, against: Result | None = None) -> None:
    """The result of every test package that matches came from the test result cache.

    ``patterns`` are Go package patterns; without a pattern, every test package of the command counts. A package without
    test files counts only when a pattern without ``...`` names it. With ``against``, a result of `load_result`, the
    reasons are held against that recording, and not against the earlier commands of the test.

    Raises `AssertionError` when a test ran, with the reason, or did not build; `PatternError` for a pattern that
    matches no test package; and `UsageError` for a command that printed no test results.
    """
    result = held_against(result, against)
    wrong = [outcome for outcome in tests_of(result, patterns) if not outcome.cached]
    if wrong:
        fail(
            "assert_test_cached",
            f"{counted(wrong, 'test package was', 'test packages were')} not served from the cache by {result.title}",
            *why_tests_ran(result, wrong),
        )


@named
def assert_test_ran(result: Result, *patterns: str) -> None:
    """The tests of every package that matches were executed, whether they passed or failed.

    Parameters and errors are those of `assert_test_cached`; raises `AssertionError` when a result came from the test
    result cache, or a test did not build.
    """
    refuse_idle("assert_test_ran", result, patterns, "tested nothing")
    wrong = [outcome for outcome in tests_of(result, patterns) if not outcome.ran]
    if wrong:
        fail(
            "assert_test_ran",
            f"{counted(wrong, 'test package was', 'test packages were')} not executed by {result.title}",
            *why_tests_did_not_run(result, wrong),
        )
