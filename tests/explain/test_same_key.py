"""Why an action runs although its key is an old one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from pytest_gocache import Result
from pytest_gocache.explain.explainer import explain
from pytest_gocache.explain.same_key import reason_with_same_key
from pytest_gocache.results.reasons import ReasonCode
from tests.made_results import action, command
from tests.recorded_results import newest_go


@pytest.mark.parametrize(
    ("line", "goflags", "flag"),
    [
        ("build .", "", None),
        ("build -a .", "", "-a"),
        ("build .", "-a", "-a in GOFLAGS"),
        ("build -a=false .", "-a", None),
    ],
)
def test_a_rebuild_that_is_forced(line: str, goflags: str, flag: str | None) -> None:
    then = command("build .")
    result = replace(command(line, goflags), step=2, previous=then)
    reason = reason_with_same_key(result, action(1, "lib"), then, action(1, "lib"))
    assert reason.code is (ReasonCode.FORCED if flag else ReasonCode.OUTPUT_GONE)
    assert reason.details.flag == (flag or "")


# What real go commands did.

Recorded = Callable[[str], list[Result]]
APP = "example.com/app"


def why(result: Result, *patterns: str) -> str:
    return str(explain(result, patterns))


def test_what_took_an_output_out_of_the_cache(recorded: Recorded) -> None:
    _, evicted, cleared, _, cleaned = recorded("cache-damaged")
    assert why(evicted, "./lib") == snapshot("""\
`go build ./...` (step 2)
  ./lib  nothing in its key changed since step 1, but its output was evicted (gocache.evict) before step 2\
""")
    assert why(cleared, "./lib") == snapshot("""\
`go build ./lib` (step 3)
  ./lib  nothing in its key changed since step 2, but the build cache was emptied (gocache.clear) before step 3\
""")
    assert why(cleaned, "./lib") == snapshot("""\
`go build ./lib` (step 5)
  ./lib  nothing in its key changed since step 3, but `go clean -cache` (step 4) emptied the build cache\
""")


def test_a_compile_that_failed_runs_again(recorded: Recorded) -> None:
    assert why(recorded("broken")[2], "./lib") == snapshot("""\
`go build -gcflags=-N ./...` (step 3)
  ./lib  its last compile (step 2) failed, and failures are not cached\
""")


def test_what_dash_a_forces(recorded: Recorded) -> None:
    assert why(recorded("lib-edited")[3], "./lone") == snapshot("""\
`go build -a ./lone` (step 4)
  ./lone  forced by -a: nothing in its key changed since step 3
remove -a, which compiles everything every time: to empty a doubtful cache, run `go clean -cache` once\
""")


def test_a_link_whose_binary_is_not_kept(recorded: Recorded) -> None:
    assert why(recorded("lib-edited")[1], "./cmd/app") == snapshot("""\
`go build ./...` (step 2)
  link of ./cmd/app  nothing in its key changed since step 1, but Go did not keep its binary\
""")


@newest_go
def test_the_link_of_a_test_that_had_to_run(recorded: Recorded) -> None:
    assert why(recorded("tested")[2], "./lib") == snapshot("""\
`go test -count=1 ./lib` (step 3)
  link of ./lib.test  nothing in its key changed since step 1, but the test had to run, and Go keeps no test binaries
  test of ./lib       -count=1 switches the test cache off
-count=1 runs tests every time: leave it out where a cached result is enough\
""")
