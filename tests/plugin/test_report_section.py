"""The line of a report that says what a go command did."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from pytest_gocache.golang.action import Kind, Status, TestOutcome, TestStatus
from pytest_gocache.plugin.report_section import lines_of, section
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
        (result(returncode=-9), "killed by signal 9"),
        (
            result(*(action(i, "m/" + "p" * 25 + f"{i}") for i in range(4))),
            f"compiled m/{'p' * 25}0, m/{'p' * 25}1 and 2 more; 0 cached",
        ),
        (result(action(0, "p" * 80), action(1, "q")), f"compiled {'p' * 80} and 1 more; 0 cached"),
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


def test_a_long_command_is_shown_in_full_once() -> None:
    long = replace(result(), command=("go", "test", "./a/long/folder/of/packages/...", "./b/..."))
    shown: dict[str, int] = {}
    (first,), (second,) = lines_of(long, shown), lines_of(replace(long, step=3), shown)
    assert "./b/...  [" in first
    assert second == "  3. go test ./a/long/folder/of/packages/... … as in step 1  [1.25 s]  no action graph"


def test_a_program_lists_the_go_commands_that_build_or_fail() -> None:
    env = replace(result(), command=("go", "env", "GOARCH"))
    failed = replace(result(returncode=1), command=("go", "env", "NAME"))
    build = replace(result(action(0, "a")), command=("go", "build"))
    program = replace(result(), command=("make",), commands=(env, failed, build))
    assert lines_of(program) == [
        "  1. make  [1.25 s]  3 go commands",
        "       go env NAME  [1.25 s]  exit status 1",
        "       go build  [1.25 s]  compiled a; 0 cached",
    ]


def test_checks_that_share_commands_list_them_once(pytestconfig: pytest.Config) -> None:
    build, again, tests, own = (replace(result(), step=step) for step in (1, 2, 3, 3))
    first, second = (cast(pytest.Item, SimpleNamespace(name=name, config=pytestconfig)) for name in ("one", "two"))
    assert section(first, [build, again, own], causes=False).splitlines() == [
        line for made in (build, again, own) for line in lines_of(made)
    ]
    shown = section(second, [build, again, tests], causes=False)
    assert shown.splitlines() == ["1-2. as in one", *lines_of(tests)]
    # A second attempt of the same check.
    assert section(second, [build, again, tests], causes=False) == shown
