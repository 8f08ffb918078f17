"""Action and TestOutcome: what follows from their fields."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_gocache.golang.action import Status, TestOutcome, TestStatus, without_variant
from tests.made_results import action


@pytest.mark.parametrize(
    ("package", "plain"),
    [("lib", "lib"), ("lib [lib.test]", "lib"), ("lib_test [lib.test]", "lib_test"), ("lib.test", "lib.test")],
)
def test_a_package_without_its_test_variant(package: str, plain: str) -> None:
    assert without_variant(package) == plain
    assert action(1, package).plain == plain


@pytest.mark.parametrize("status", Status)
def test_an_action_that_failed_ran(status: Status) -> None:
    assert action(1, "lib", status).ran is (status in (Status.RAN, Status.FAILED))


@pytest.mark.parametrize(("build_id", "content"), [("", ""), ("aaa/bbb", "bbb"), ("aaa/x/y/bbb", "bbb")])
def test_the_content_id_is_the_last_part_of_the_build_id(build_id: str, content: str) -> None:
    assert replace(action(1, "lib"), build_id=build_id).content_id == content


@pytest.mark.parametrize("status", TestStatus)
@pytest.mark.parametrize("cached", [True, False])
def test_a_test_ran_when_it_has_a_verdict_that_is_not_cached(status: TestStatus, *, cached: bool) -> None:
    executed = not cached and status in (TestStatus.PASSED, TestStatus.FAILED)
    assert TestOutcome("lib", status, cached=cached, seconds=None).ran is executed
