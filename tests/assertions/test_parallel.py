"""The assertion that the compiles of a recorded command overlapped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from inline_snapshot import snapshot

from pytest_gocache import Result, UsageError
from pytest_gocache.assertions.parallel import assert_parallel
from tests.messages import failure, normalised

Recorded = Callable[[str], list[Result]]


def test_compiles_that_overlap(recorded: Recorded) -> None:
    first = recorded("from-nothing")[0]
    assert_parallel(first)
    assert first.max_parallel == 2  # it was recorded on two processors


def why_serial(result: Result, at_least: int = 2) -> str:
    return normalised(failure(assert_parallel, result, at_least))


def test_what_limits_them(recorded: Recorded) -> None:
    first = recorded("from-nothing")[0]
    two_cpus = replace(first, circumstances=replace(first.circumstances, cpus=2))
    many_cpus = replace(first, circumstances=replace(first.circumstances, cpus=64))
    assert why_serial(two_cpus, 3).splitlines()[-1] == snapshot(
        "the number of CPUs, 2, limits how many actions run at a time: -p=3 raises the limit"
    )
    assert why_serial(many_cpus, 40).splitlines()[-1] == snapshot(
        "no setting limits them: look for packages that import each other, and for one slow compile"
    )
    assert why_serial(recorded("one-at-a-time")[0]) == snapshot("""\
at most 1 of 2 compiles ran at a time in `go build -p=1 ./lib ./lone` (step 1), expected 2 [assert_parallel]
  N s of compiling in a command of N s
-p=1 limits how many actions run at a time: the default is the number of CPUs\
""")
    in_goflags = replace(recorded("one-at-a-time")[0], command=("go", "build", "./lib", "./lone"))
    env = {"GOFLAGS": "-p=1", "GOMAXPROCS": "2"}
    in_goflags = replace(in_goflags, circumstances=replace(in_goflags.circumstances, env=env))
    assert why_serial(in_goflags).splitlines()[-1] == snapshot(
        "-p=1 in GOFLAGS limits how many actions run at a time: the default is the number of CPUs"
    )


def test_compiles_that_could_not_overlap(recorded: Recorded) -> None:
    _, touched, edited, *_ = recorded("lib-edited")
    assert failure(assert_parallel, touched, raises=UsageError) == snapshot(
        "assert_parallel: `go build ./...` (step 2) compiled 0 packages: 2 cannot overlap; start from a cache that lacks at least 2 packages that do not import each other"
    )
    assert failure(assert_parallel, edited, raises=UsageError) == snapshot(
        "assert_parallel: `go build ./...` (step 3) compiled 3 packages: each imports the one before, so no two can overlap; start from a cache that lacks at least 2 packages that do not import each other"
    )
    assert failure(assert_parallel, edited, 1, raises=UsageError) == snapshot(
        "assert_parallel: expected at_least of 2 or more, and got 1"
    )
