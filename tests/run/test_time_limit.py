"""The error of a command that exceeded its time limit: what was seen of its tests."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_gocache import GoTimeoutError, Result
from pytest_gocache.run.time_limit import timeout_error
from tests.made_results import command

PRINTED = "ok  \ta.org/fine\t0.1s\n?   \ta.org/plain\t[no test files]\n"


@pytest.fixture
def killed(tmp_path: Path) -> Result:
    """A ``go test`` of four packages; two verdicts were printed."""
    nodes = [{"ID": 0, "Mode": "build", "Package": "a.org/hangs"}]
    tested = ("fine", "plain", "hangs", "later")
    nodes += [{"ID": 1 + n, "Mode": "test run", "Package": f"a.org/{name}"} for n, name in enumerate(tested)]
    (tmp_path / "graph.json").write_text(json.dumps(nodes), encoding="ascii")
    return replace(command("test ./..."), stdout=PRINTED, evidence=tmp_path)


def error_of(result: Result, *tested: str) -> GoTimeoutError:
    return timeout_error(result, tested, 2.5, lambda package: "." not in package)


def lines_on_tests(error: GoTimeoutError) -> list[str]:
    return [line for line in str(error).splitlines() if "the tests of" in line]


def test_the_tests_that_ran_are_known(killed: Result) -> None:
    error = error_of(killed, "a.org/hangs")
    assert error.packages == ("a.org/hangs",)
    assert lines_on_tests(error) == [
        "still running: the tests of a.org/hangs",
        "also without a verdict: the tests of a.org/later",
    ]
    assert error.so_far.endswith("\ncompiled before that: nothing")
    assert error.seconds == 2.5


def test_without_proc_the_graph_names_what_has_no_verdict(killed: Result) -> None:
    error = error_of(killed)
    assert error.packages == ("a.org/hangs", "a.org/later")
    assert lines_on_tests(error) == ["without a verdict: the tests of a.org/hangs, a.org/later"]


def test_a_test_binary_of_an_unknown_package(killed: Result) -> None:
    error = error_of(killed, "")
    assert error.packages == ()
    assert lines_on_tests(error) == [
        "still running: the tests of a package that is unknown",
        "also without a verdict: the tests of a.org/hangs, a.org/later",
    ]


@pytest.mark.parametrize("text", [None, "", "[{"], ids=["absent", "empty", "cut"])
def test_an_unknown_graph_names_nothing(killed: Result, tmp_path: Path, text: str | None) -> None:
    graph = tmp_path / "graph.json"
    graph.unlink() if text is None else graph.write_text(text, encoding="ascii")
    error = error_of(killed)
    assert (error.packages, lines_on_tests(error)) == ((), [])


def test_a_build_has_no_tests(killed: Result) -> None:
    error = error_of(replace(killed, command=("go", "build", "./...")))
    assert (error.packages, lines_on_tests(error)) == ((), [])


def test_the_go_commands_of_a_program_count(killed: Result) -> None:
    error = error_of(replace(killed, command=("make", "test"), commands=(killed,), stdout=""))
    assert error.packages == ("a.org/hangs", "a.org/later")


def test_goroutines_are_read_from_the_output(killed: Result) -> None:
    listed = "SIGQUIT: quit\n\ngoroutine 5 [select]:\na.org/hangs.TestHang()\n\t/a.go:1 +0x1\n\nrip 0x1\n"
    error = error_of(replace(killed, stdout=PRINTED + listed), "a.org/hangs")
    assert error.goroutines == "goroutine 5 [select]:\n  a.org/hangs.TestHang()\n    /a.go:1"
    assert str(error).endswith(f"goroutines of the tests:\n{error.goroutines}")
