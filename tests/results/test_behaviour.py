"""What a command did, as lines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_gocache import NoEvidenceError
from pytest_gocache.golang.action import Kind, Status, TestOutcome, TestStatus
from pytest_gocache.results.behaviour import behaviour_of, deed_of, state_of
from pytest_gocache.results.reasons import Reason, ReasonCode
from tests.made_results import action, result

APP = "example.com/app"
MODULES = {".": APP}
ACTIONS = (
    action(0, "fmt"),
    action(1, "os"),
    action(2, f"{APP}/lib"),
    action(3, f"{APP}/old", Status.CACHED),
    action(4, f"{APP}/lib [{APP}/lib.test]"),
    action(5, f"{APP}/bad", Status.FAILED),
    action(6, f"{APP}/cmd/app", kind=Kind.LINK),
    replace(action(7, f"{APP}/lib.test"), scaffold=True),
    action(8, f"{APP}/lib.test", kind=Kind.LINK),
    action(9, f"{APP}/lib", kind=Kind.VET),
    replace(action(10, "fmt", kind=Kind.VET), facts_only=True),
)
TESTS = {
    f"{APP}/lib": TestOutcome(f"{APP}/lib", TestStatus.PASSED, cached=False, seconds=0.1),
    f"{APP}/old": TestOutcome(f"{APP}/old", TestStatus.PASSED, cached=True, seconds=None),
    f"{APP}/bad": TestOutcome(f"{APP}/bad", TestStatus.BUILD_FAILED, cached=False, seconds=None),
    f"{APP}/none": TestOutcome(f"{APP}/none", TestStatus.NO_TESTS, cached=False, seconds=None),
}
MADE = replace(
    result(*ACTIONS, returncode=1),
    std=frozenset({"fmt", "os"}),
    modules=MODULES,
    tests=TESTS,
    downloads=("example.com/dep@v1.2.3", "example.com/dep@v1.2.4"),
)


def test_each_deed_is_a_line_without_versions_and_folders() -> None:
    assert behaviour_of(MADE) == (
        "compile ./bad failed",
        "compile ./lib",
        "compile ./lib [./lib.test]",
        "compile std",
        "link ./cmd/app",
        "link ./lib.test",
        "vet ./lib",
        "test ./bad build failed",
        "test ./lib passed",
        "test ./old cached",
        "download example.com/dep",
        "exit status 1",
    )


def test_a_command_that_did_nothing_has_no_lines_and_one_that_was_not_seen_is_an_error() -> None:
    cached = result(action(0, "a", Status.CACHED))
    assert behaviour_of(cached) == ()
    assert behaviour_of(replace(result(), idle=("it called no go command",))) == ()
    with pytest.raises(NoEvidenceError, match="unseen"):
        behaviour_of(replace(cached, gaps=("an unseen go",)))
    with pytest.raises(NoEvidenceError, match="no package matches"):
        behaviour_of(result())


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("compile ./old", "cached"),
        ("compile ./old failed", "cached"),
        ("compile ./new", "not part of the command"),
        ("test ./old passed", "cached"),
        ("test ./bad passed", "build failed"),
        ("test ./new passed", "not part of the command"),
        ("exit status 2", "not part of the command"),
    ],
)
def test_a_line_that_is_missing_has_a_state(line: str, state: str) -> None:
    assert state_of(line, MADE) == state


def test_a_reason_belongs_to_a_line() -> None:
    def reason(package: str, kind: Kind) -> Reason:
        return Reason(package, kind, ReasonCode.CHANGED, modules=MODULES)

    assert deed_of(reason(f"{APP}/lib", Kind.COMPILE), MADE) == "compile ./lib"
    assert deed_of(reason("fmt", Kind.COMPILE), MADE) == "compile std"
    assert deed_of(reason(f"{APP}/lib", Kind.TEST), MADE) == "test ./lib"
