"""Results, package sets, and the counts and lines that reports are made of."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_gocache.checks.findings import could_overlap
from pytest_gocache.golang.action import Action, Kind, Status, TestOutcome, TestStatus
from pytest_gocache.plugin.report_section import lines_of
from pytest_gocache.plugin.totals import Totals
from pytest_gocache.results.result import PackageSet, Result


def action(
    number: int, package: str, status: Status = Status.RAN, kind: Kind = Kind.COMPILE, span: str = "0-1"
) -> Action:
    started, ended = map(float, span.split("-"))
    return Action(
        id=number,
        mode="build",
        kind=kind,
        package=package,
        import_path=package,
        scaffold=False,
        status=status,
        action_id="",
        build_id="",
        deps=(),
        started=started,
        ended=ended,
        commands=(),
    )


def result(
    *actions: Action, step: int = 1, returncode: int = 0, previous: Result | None = None, **tests: TestOutcome
) -> Result:
    return Result(
        ("go", "build", "a b"), step, Path("/src"), returncode, "", "", 1.25, actions, tests, previous=previous
    )


@pytest.mark.parametrize(
    ("spans", "most"),
    [
        ([], 0),
        (["0-1"], 1),
        (["0-1", "1-2"], 1),
        (["0-2", "1-3"], 2),
        (["0-9", "1-2", "3-4", "3-5"], 3),
        (["0-1", "0-1", "0-1"], 3),
    ],
)
def test_parallel_compiles_are_those_that_overlap(spans: list[str], most: int) -> None:
    assert result(*(action(i, f"p{i}", span=span) for i, span in enumerate(spans))).max_parallel == most


@pytest.mark.parametrize("package", ["lib", "fmt"])
def test_a_compile_that_waits_for_another_one_cannot_overlap_with_it(package: str) -> None:
    lower, upper = action(0, package), action(1, "app", span="1-2")
    assert could_overlap(replace(result(lower, upper), std=frozenset({"fmt"})))
    assert not could_overlap(replace(result(lower, replace(upper, deps=(0,))), std=frozenset({"fmt"})))


def test_only_compiles_that_ran_count_as_parallel() -> None:
    one, other = action(0, "a"), action(1, "b", Status.CACHED)
    assert result(one, other, action(2, "c", kind=Kind.LINK)).max_parallel == 1


def test_the_sets_hold_what_their_names_say() -> None:
    made = result(
        action(0, "a"),
        action(1, "b", Status.FAILED),
        action(2, "c", Status.CACHED),
        action(3, "d", Status.NOT_RUN),
        action(4, "m", kind=Kind.LINK),
        action(5, "n", Status.CACHED, Kind.LINK),
        action(6, "a", kind=Kind.VET),
        action(7, "x", kind=Kind.OTHER),
    )
    assert made.packages == {"a", "b", "c", "d"}
    assert made.compiled == {"a", "b"}
    assert made.failed == {"b"}
    assert made.cached == {"c"}
    assert made.linked == {"m"}
    assert made.vetted == {"a"}
    assert [a.package for a in made.compiles()] == ["a", "b", "c", "d"]
    assert [a.package for a in made.links()] == ["m", "n"]


def test_a_set_remembers_its_result_and_its_operations_are_plain() -> None:
    made = result(action(0, "a"), action(1, "b"))
    assert isinstance(made.compiled, PackageSet)
    assert (made.compiled.result, made.compiled.what) == (made, "compiled")
    assert type(made.compiled - {"a"}) is frozenset
    assert type(made.compiled & {"a"}) is frozenset
    assert pickle.loads(pickle.dumps(made.compiled)) == frozenset({"a", "b"})  # noqa: S301 - our own


def test_a_result_pickles_and_knows_the_steps_before_it() -> None:
    first = result(step=1)
    third = result(step=3, previous=result(step=2, previous=first))
    assert [r.step for r in third.earlier()] == [2, 1]
    assert list(first.earlier()) == []
    assert pickle.loads(pickle.dumps(first)) == first  # noqa: S301 - our own
    assert third.title == "`go build 'a b'` (step 3)"


def test_totals_count_and_add_up() -> None:
    one, other = Totals(store_hits=2), Totals()
    one.count(result(action(0, "a"), action(1, "c", Status.CACHED), action(2, "m", kind=Kind.LINK)))
    other.count(result(action(0, "a")))
    other.add(one.plain())
    assert other.plain() == {
        "commands": 2,
        "seconds": 2.5,
        "compiled": 2,
        "cached": 1,
        "linked": 1,
        "store_hits": 2,
        "store_misses": 0,
    }


def test_totals_of_an_older_worker_lack_what_it_did_not_count() -> None:
    totals = Totals(commands=1)
    totals.add({"commands": 2})
    assert totals.commands == 3


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
