"""Builds that compile one package at a time, and builds in which compiles miss each other by accident."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_gocache.checks.serial import could_overlap, limited_commands, waiting_commands
from pytest_gocache.golang.action import Action, Kind, Status
from pytest_gocache.results.result import Circumstances, Result
from tests.made_results import action, result


def build(*actions: Action, gomaxprocs: str = "") -> Result:
    env = {"GOMAXPROCS": gomaxprocs} if gomaxprocs else {}
    return replace(result(*actions), circumstances=Circumstances(env=env, cpus=2))


@pytest.mark.parametrize("package", ["lib", "fmt"])
def test_a_compile_that_waits_for_another_one_cannot_overlap_with_it(package: str) -> None:
    lower, upper = action(0, package), action(1, "app", span="1-2")
    assert could_overlap(replace(result(lower, upper), std=frozenset({"fmt"})))
    assert not could_overlap(replace(result(lower, replace(upper, deps=(0,))), std=frozenset({"fmt"})))


def test_a_compile_that_was_ready_while_another_one_ran_alone_waited() -> None:
    finding = waiting_commands(build(action(0, "lib"), action(1, "app", span="1-2")))
    assert finding.subjects == ("go build a b",)
    assert finding.lines == (
        "`go build 'a b'` (step 1): 2 compiles ran one at a time, 2.0 s in total",
        "  app was ready, and waited 1.00 s until lib was compiled",
        "  no Go setting limits the compiles: check how many CPUs the command may use",
    )


@pytest.mark.parametrize(
    "others",
    [
        pytest.param([action(2, "app", span="0.5-2")], id="compiles overlap"),
        pytest.param([replace(action(2, "app", span="1-2"), deps=(0,))], id="one imports the other"),
        pytest.param([action(2, "app", span="1-2"), action(3, "fmt", Status.CACHED, span="0.3-1.1")], id="busy"),
        pytest.param(
            [action(2, "app", kind=Kind.OTHER, span="0-0.99"), replace(action(3, "app", span="1-2"), deps=(2,))],
            id="cgo first",
        ),
    ],
)
def test_compiles_that_miss_each_other_by_accident_are_no_finding(others: list[Action]) -> None:
    assert not waiting_commands(build(action(0, "lib"), *others)).subjects


def test_a_setting_is_found_without_any_wait() -> None:
    short = [action(0, "lib", span="0-0.001"), action(1, "app", span="1-2")]
    finding = limited_commands(build(*short, gomaxprocs="1"))
    assert finding.subjects == ("go build a b",)
    assert finding.lines[1].startswith("  GOMAXPROCS=1 in the environment limits how many compiles run at a time")
    assert not limited_commands(build(*short, gomaxprocs="2")).subjects
    assert not limited_commands(build(*short)).subjects
