"""What the ready-made checks find in results, and how a failed check reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_gocache.checks.findings import (
    CheckFailed,
    Finding,
    different_outputs,
    downloaded,
    failed_tests,
    hanging,
    passed,
    require,
)
from pytest_gocache.checks.repository import BaseBuild
from pytest_gocache.errors import GoTimeoutError
from pytest_gocache.golang.action import Action, Kind, TestOutcome, TestStatus
from pytest_gocache.results.result import Circumstances, Result
from tests.made_results import action, result


def made(number: int, package: str, kind: Kind = Kind.COMPILE, *, key: str = "k", content: str = "c") -> Action:
    one = action(number, package, kind=kind, span=f"{number}-{number + 0.5}")
    return replace(one, action_id=key, build_id=f"{key}/{content}")


def build(*actions: Action, step: int = 1, cpus: int = 2) -> Result:
    return replace(result(*actions, step=step), circumstances=Circumstances(cpus=cpus))


def go_test(**statuses: TestStatus) -> Result:
    outcomes = {name: TestOutcome(name, status, cached=False, seconds=0.1) for name, status in statuses.items()}
    return Result(
        ("go", "test", "./..."), 3, Path("/src"), 1, "ok  \ta\t0.1s\nbroken\nFAIL\tb\t0.1s\n", "", 1.0, (), outcomes
    )


def test_a_promise_holds_when_every_finding_is_empty() -> None:
    require("nothing happens")
    require("nothing happens", Finding(), Finding())


def test_a_broken_promise_lists_each_subject_once_and_every_line() -> None:
    with pytest.raises(CheckFailed) as failed:
        require("x", Finding(("a", "b"), ("one", "")), Finding(), Finding(("b", "c"), ("two",)))
    assert failed.value.subjects == ("a", "b", "c")
    assert str(failed.value) == "x\none\ntwo"


def test_tests_that_fail_are_found_with_what_they_printed() -> None:
    tested = go_test(a=TestStatus.PASSED, b=TestStatus.FAILED, c=TestStatus.BUILD_FAILED, d=TestStatus.NO_TESTS)
    assert passed(tested) == ["a"]
    assert failed_tests(tested) == Finding(
        ("b", "c"), ("the tests of b, c fail: Go does not cache failures", "  broken", "  FAIL\tb\t0.1s")
    )
    assert failed_tests(go_test(a=TestStatus.PASSED)) == Finding()


def test_tests_that_hang_are_found_with_their_names_and_goroutines() -> None:
    hangs = ["panic: test timed out after 10m0s", "\trunning tests:", "\t\tTestHang (10m0s)", ""]
    goroutines = [f"goroutine {number} [sleep]:" for number in range(50)]
    printed = "\n".join(["before", *hangs, *goroutines, "FAIL\tb\t600.01s", "FAIL", ""])
    finding = failed_tests(replace(go_test(b=TestStatus.FAILED), stdout=printed))
    assert finding.subjects == ("b",)
    assert finding.lines[1:4] == tuple(f"  {line}" for line in hangs[:3])
    assert finding.lines[-1] == "  FAIL"
    assert "  goroutine 49 [sleep]:" in finding.lines


def test_a_command_that_hangs_names_the_packages_or_else_itself() -> None:
    known = GoTimeoutError(
        ("make", "test"), "/src", -9, "", "", 2.5, "still running: b", ["b"], "goroutine 5 [select]:"
    )
    failed = hanging(known)
    assert failed.subjects == ("b",)
    assert str(failed) == f"a command exceeds the time limit\n{known}"
    assert hanging(GoTimeoutError(("make", "test"), "/src", -9, "", "", 2.5)).subjects == ("make test",)


def test_downloads_are_found() -> None:
    built = build(made(0, "a"))
    assert downloaded(built) == Finding()
    assert downloaded(replace(built, downloads=("m@v1.0.0",))) == Finding(
        ("m@v1.0.0",), ("`go build 'a b'` (step 1) downloaded m@v1.0.0, although GOMODCACHE was restored",)
    )


def base(*actions: Action) -> BaseBuild:
    first = build(*actions)
    return BaseBuild(first, first, {})


def test_the_same_content_is_no_difference() -> None:
    assert different_outputs(base(made(0, "a"), made(1, "a", Kind.LINK)), build(made(0, "a"))) == Finding()


def test_the_same_inputs_with_different_content_are_found() -> None:
    finding = different_outputs(base(made(0, "a")), build(made(0, "a", content="d"), step=4))
    assert finding.subjects == ("a",)
    assert finding.lines[0].startswith("1 output differs between the first build and `go build 'a b'` (step 4);")
    assert "  a  same inputs, different content" in finding.lines


def test_a_discarded_binary_is_compared_by_its_inputs() -> None:
    finding = different_outputs(base(made(0, "a", Kind.LINK)), build(made(0, "a", Kind.LINK, key="l")))
    assert finding.subjects == ("a",)
    assert "binaries that `go build` discards are compared by their inputs" in finding.lines
