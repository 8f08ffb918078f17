"""The assertion that what the cache served is what an empty cache gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from inline_snapshot import snapshot

from pytest_gocache import Result, UsageError
from pytest_gocache.assertions.up_to_date import assert_up_to_date
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
assert_up_to_date: 1 output of `go build ./...` (step 2) would not be the same from an empty cache
  example.com/app/lib  the cached output is stale: nothing in its key changed, and compiled anew it differs\
""")
    assert failure(assert_up_to_date, held_against(first, with_other_output(touched, LIB))) == snapshot("""\
assert_up_to_date: 1 output of `go build ./...` (step 1) would not be the same from an empty cache
  example.com/app/lib  compiled twice from the same inputs, to different content: its compile is not repeatable\
""")


def test_a_test_that_fails_when_it_is_run(recorded: Recorded) -> None:
    first, cached, *_ = recorded("tested")
    failed = {**first.tests, LIB: replace(first.tests[LIB], status=TestStatus.FAILED)}
    assert failure(assert_up_to_date, held_against(cached, replace(first, tests=failed, returncode=1))) == snapshot("""\
assert_up_to_date: 1 output of `go test ./...` (step 2) would not be the same from an empty cache
  example.com/app/lib  its cached test result is stale: it passed, and fails when it is run\
""")


def test_a_command_that_cannot_be_run_again(recorded: Recorded) -> None:
    first = recorded("lib-edited")[0]
    assert failure(assert_up_to_date, first, raises=UsageError) == snapshot(
        "`go build ./...` (step 1) cannot be run again: only the test that ran it has what it takes"
    )
    broken = replace(recorded("broken")[1], stderr="lib.go:5:9: undefined: undefined\n")
    assert failure(assert_up_to_date, held_against(first, broken), raises=UsageError) == snapshot("""\
`go build ./...` (step 1) fails in an empty cache, with exit status 1:
lib.go:5:9: undefined: undefined
""")
