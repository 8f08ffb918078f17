"""assert_up_to_date on results made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_gocache import assert_up_to_date
from pytest_gocache.golang.action import Action, Status
from pytest_gocache.results.result import Circumstances, Result
from tests.made_results import action, result


def compiled(number: int, key: str, content: str, *deps: int, package: str = "example.com/app/lib") -> Action:
    made = action(number, package, Status.CACHED)
    return replace(made, action_id=key, build_id=f"{key}/{content}", deps=deps)


def rerun_as(fresh: Result, *actions: Action, returncode: int = 0) -> Result:
    return replace(result(*actions, returncode=returncode), circumstances=Circumstances(rerun=lambda _: fresh))


def test_both_compiles_of_a_package_are_compared() -> None:
    # With PGO, a package is compiled for each profile.
    fresh = result(compiled(1, "plain", "a"), compiled(2, "profiled", "b"))
    assert_up_to_date(rerun_as(fresh, compiled(1, "plain", "a"), compiled(2, "profiled", "b")))
    for plain, profiled in (("stale", "b"), ("a", "stale")):
        with pytest.raises(AssertionError, match="example.com/app/lib  the cached output is stale"):
            assert_up_to_date(rerun_as(fresh, compiled(1, "plain", plain), compiled(2, "profiled", profiled)))


def test_a_different_key_counts_unless_an_import_differs() -> None:
    fresh = result(compiled(1, "low", "new"), compiled(2, "high", "x", 1, package="example.com/app/high"))
    with pytest.raises(AssertionError, match=r"1 output .*\n  example.com/app/lib  the cached output is stale"):
        assert_up_to_date(
            rerun_as(fresh, compiled(1, "low", "old"), compiled(2, "older", "y", 1, package="example.com/app/high"))
        )
    with pytest.raises(AssertionError, match=r"1 output .*\n  example.com/app/high  its cache key differs"):
        assert_up_to_date(
            rerun_as(fresh, compiled(1, "low", "new"), compiled(2, "older", "y", 1, package="example.com/app/high"))
        )


@pytest.mark.parametrize(("before", "after"), [(1, 0), (0, 2), (1, 2)])
def test_a_different_exit_status_counts(before: int, after: int) -> None:
    fresh = result(compiled(1, "low", "a"), returncode=after)
    with pytest.raises(Exception, match="exit status"):
        assert_up_to_date(rerun_as(fresh, compiled(1, "low", "a"), returncode=before))
    assert_up_to_date(rerun_as(fresh, compiled(1, "low", "a"), returncode=after))
