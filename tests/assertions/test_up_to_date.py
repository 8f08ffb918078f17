"""The assertion that what the cache served is what an empty cache gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from inline_snapshot import snapshot

from pytest_gocache import Result, UsageError
from pytest_gocache.assertions.up_to_date import assert_up_to_date
from pytest_gocache.errors import RerunError
from pytest_gocache.golang.action import TestStatus
from tests.messages import failure

Recorded = Callable[[str], list[Result]]
LIB = "example.com/app/lib"


def held_against(result: Result, fresh: Result) -> Result:
    """The result, with another one as what the same command does in an empty cache."""
    return replace(result, circumstances=replace(result.circumstances, rerun=lambda _: fresh))


def with_other_output(result: Result, package: str) -> Result:
    """The result, with a package compiled to another content."""
    actions = (replace(a, build_id=f"{a.build_id}x") if a.package == package else a for a in result.actions)
    return replace(result, actions=tuple(actions))


def test_what_compiles_to_the_same_is_up_to_date(recorded: Recorded) -> None:
    first, touched, *_ = recorded("lib-edited")
    assert_up_to_date(held_against(touched, first))


def test_a_package_that_compiles_to_another_content(recorded: Recorded) -> None:
    first, touched, *_ = recorded("lib-edited")
    assert failure(assert_up_to_date, held_against(touched, with_other_output(first, LIB))) == snapshot("""\
1 output of `go build ./...` (step 2) differs from what an empty cache gives [assert_up_to_date]
  ./lib  the cached output is stale: nothing in its key changed, but a new compile differs\
""")
    assert failure(assert_up_to_date, held_against(first, with_other_output(touched, LIB))) == snapshot("""\
1 output of `go build ./...` (step 1) differs from what an empty cache gives [assert_up_to_date]
  ./lib  same inputs, different output: its compile is not repeatable\
""")


def test_a_test_that_fails_when_it_is_run(recorded: Recorded) -> None:
    first, cached, *_ = recorded("tested")
    failed = {**first.tests, LIB: replace(first.tests[LIB], status=TestStatus.FAILED)}
    assert failure(assert_up_to_date, held_against(cached, replace(first, tests=failed, returncode=1))) == snapshot("""\
1 output of `go test ./...` (step 2) differs from what an empty cache gives [assert_up_to_date]
  ./lib  its cached test result is stale: the cached test passed, but it fails when it runs
-count=1 always runs the test: use it for a test that reads what Go does not track\
""")


def test_a_command_that_cannot_be_run_again(recorded: Recorded) -> None:
    first = recorded("lib-edited")[0]
    assert failure(assert_up_to_date, first, raises=UsageError) == snapshot(
        "assert_up_to_date: `go build ./...` (step 1) cannot run again, because no command of this process returned this Result: it is unpickled or made by hand"
    )
    broken = replace(recorded("broken")[1], stderr="lib.go:5:9: undefined: undefined\n", cwd=Path("/src/app"))
    again = held_against(replace(first, cwd=Path("/src/app")), broken)
    assert failure(assert_up_to_date, again, raises=RerunError) == snapshot("""\
assert_up_to_date: `go build ./...` failed with exit status 1 when it ran again in an empty build cache in /src/app
stderr:
lib.go:5:9: undefined: undefined\
""")
