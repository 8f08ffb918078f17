"""The line of a report that says what a go command did."""

from __future__ import annotations

import pytest

from pytest_gocache.golang.action import Kind, Status, TestOutcome, TestStatus
from pytest_gocache.plugin.report_section import lines_of
from pytest_gocache.results.result import Result
from tests.made_results import action, result


@pytest.mark.parametrize(
    ("made", "line"),
    [
        (result(), "no action graph"),
        (result(action(0, "a", Status.CACHED)), "compiled nothing; 1 cached"),
        (result(action(0, "a"), action(1, "m", kind=Kind.LINK)), "compiled a; linked m; 0 cached"),
        (result(*(action(i, f"p{i}") for i in range(6))), "compiled p0, p1, p2, p3 and 2 more; 0 cached"),
        (result(returncode=2), "exit status 2"),
        (result(returncode=-9), "killed by 9"),
        (
            result(
                a=TestOutcome("a", TestStatus.PASSED, cached=False, seconds=0.1),
                b=TestOutcome("b", TestStatus.PASSED, cached=True, seconds=None),
            ),
            "tests ran a; tests cached b",
        ),
    ],
)
def test_a_line_says_what_a_command_did(made: Result, line: str) -> None:
    assert lines_of(made) == [f"  1. go build 'a b'  [1.25 s]  {line}"]
