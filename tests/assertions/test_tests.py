"""Assertions on the test results of recorded commands."""

from __future__ import annotations

from collections.abc import Callable

from inline_snapshot import snapshot

from pytest_gocache import PatternError, Result, UsageError
from pytest_gocache.assertions.tests import assert_test_cached, assert_test_ran
from tests.messages import failure
from tests.recorded_results import newest_go

Recorded = Callable[[str], list[Result]]


def test_verdicts(recorded: Recorded) -> None:
    first, cached, counted, *_, failed, _, _, _, _ = recorded("tested")
    assert_test_ran(first)
    assert_test_cached(cached)
    assert_test_cached(cached, "./lib", "./...")
    assert_test_ran(counted, "./lib")
    assert_test_ran(failed)


def test_assert_test_cached_fails(recorded: Recorded) -> None:
    _, _, counted, word, pattern, edited, *_ = recorded("tested")
    assert failure(assert_test_cached, counted) == snapshot("""\
1 test package was not served from the cache by `go test -count=1 ./lib` (step 3) [assert_test_cached]
  ./lib  executed, passed: -count=1 switches the test cache off
-count=1 runs tests every time: leave it out where a cached result is enough\
""")
    assert failure(assert_test_cached, word) == snapshot("""\
1 test package was not served from the cache by `go test ./lib` (step 4) [assert_test_cached]
  ./lib  executed, passed: environment variable WORD changed since step 2:
           - (not set)
           + new\
""")
    assert failure(assert_test_cached, pattern) == snapshot("""\
1 test package was not served from the cache by `go test -run=Hello ./lib` (step 5) [assert_test_cached]
  ./lib  executed, passed: test arguments changed since step 4:
           - -timeout=10m0s
           + -timeout=10m0s -run=Hello\
""")
    assert failure(assert_test_cached, edited) == snapshot("""\
1 test package was not served from the cache by `go test ./...` (step 6) [assert_test_cached]
  ./lib  executed, passed: its test binary changed: ./lib.test ← ./lib
           file lib.go changed since step 5:
             - func Hello() string { return "hello" }
             + func Hello() string { return "good day" }\
""")
    assert failure(assert_test_cached, recorded("test-data")[4]) == snapshot("""\
1 test package was not served from the cache by `go test ./data` (step 5) [assert_test_cached]
  ./data  executed, passed: file testdata/words.txt changed since step 4:
            - two words
            + three words or more\
""")


def test_assert_test_ran_fails(recorded: Recorded) -> None:
    cached = recorded("tested")[1]
    assert failure(assert_test_ran, cached) == snapshot("""\
1 test package was not executed by `go test ./...` (step 2) [assert_test_ran]
  ./lib  (cached): same test binary and arguments as in step 1, and what it reads has not changed: environment variable WORD
-count=1 always runs the test: use it for a test that reads what Go does not track\
""")
    assert failure(assert_test_ran, cached, "./lone") == snapshot("""\
1 test package was not executed by `go test ./...` (step 2) [assert_test_ran]
  ./lone  no test files\
""")


@newest_go
def test_a_test_that_did_not_build_neither_ran_nor_was_cached(recorded: Recorded) -> None:
    failed = recorded("broken")[3]
    assert failure(assert_test_ran, failed) == snapshot("""\
3 test packages were not executed by `go test ./...` (step 4) [assert_test_ran]
  ./api      build failed
  ./cmd/app  build failed
  ./lib      build failed\
""")
    assert failure(assert_test_cached, failed) == snapshot("""\
3 test packages were not served from the cache by `go test ./...` (step 4) [assert_test_cached]
  ./api      build failed
  ./cmd/app  build failed
  ./lib      build failed\
""")


def test_a_verdict_that_would_say_nothing_is_an_error(recorded: Recorded) -> None:
    first, *_, no_tests = recorded("tested")
    assert failure(assert_test_ran, no_tests, raises=UsageError) == snapshot(
        "assert_test_ran: `go test ./api` (step 11) ran no test: none of its packages has test files"
    )
    assert failure(assert_test_ran, first, "./libs", raises=PatternError) == snapshot(
        "assert_test_ran: package pattern './libs' matches nothing in `go test ./...` (step 1); near it: ./lib"
    )
    assert failure(assert_test_cached, recorded("lib-edited")[0], raises=UsageError) == snapshot(
        "assert_test_cached: `go build ./...` (step 1) printed no test verdict (exit status 0)"
    )
