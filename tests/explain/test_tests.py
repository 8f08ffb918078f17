"""Why recorded tests ran, or did not: what go test asked of the test result cache."""

from __future__ import annotations

from collections.abc import Callable

from inline_snapshot import snapshot

from pytest_gocache import Result
from pytest_gocache.explain.actions import Explainer
from pytest_gocache.explain.tests import why_test_cached, why_test_ran

Recorded = Callable[[str], list[Result]]
LIB = "example.com/app/lib"


def why(result: Result, package: str = LIB) -> str:
    """Why a test was executed, with what changed."""
    return "\n".join(why_test_ran(result, package, Explainer()).lines())


def test_why_a_test_ran(recorded: Recorded) -> None:
    first, _, counted, word, pattern, edited, _, _, _, expired, _ = recorded("tested")
    assert why(first) == snapshot("executed for the first time in this test")
    assert why(counted) == snapshot("-count=1 switches the test cache off")
    assert why(word) == snapshot("""\
environment variable WORD changed since step 2:
  - (not set)
  + new\
""")
    assert why(pattern) == snapshot("""\
test arguments changed since step 4:
  - -timeout=10m0s
  + -timeout=10m0s -run=Hello\
""")
    assert why(edited) == snapshot("its test binary changed: ./lib.test ← ./lib")
    assert why(expired) == snapshot("its result of step 8 was expired by `go clean -testcache` (step 9)")


def test_a_failure_is_not_cached(recorded: Recorded) -> None:
    *_, failed, again, _, _, _ = recorded("tested")
    assert failed.tests[LIB].status.value == "failed"
    assert why(again) == snapshot("it failed in step 7, and failures are not cached")


def test_an_edit_is_the_cause_of_a_test_run(recorded: Recorded) -> None:
    edited = recorded("tested")[5]
    reason = why_test_ran(edited, LIB, Explainer())
    assert reason.follows == snapshot(("example.com/app/lib.test", "example.com/app/lib"))
    assert reason.cause is not None
    assert "\n".join(reason.cause.lines()) == snapshot("""\
file lib.go changed since step 5:
  - func Hello() string { return "hello" }
  + func Hello() string { return "good day" }\
""")


def test_why_a_test_result_was_a_hit(recorded: Recorded) -> None:
    assert why_test_cached(recorded("tested")[1], LIB) == snapshot(
        "(cached): same test binary and arguments as in step 1, and what it reads has not changed: environment variable WORD"
    )
    assert why_test_cached(recorded("test-data")[1], "example.com/app/data") == snapshot(
        "(cached): same test binary and arguments as in step 1, and what it reads has not changed: file testdata/words.txt"
    )


def test_a_file_that_a_test_reads(recorded: Recorded) -> None:
    _, _, other_content, other_time, too_new = recorded("test-data")
    assert why(other_content, "example.com/app/data") == snapshot("""\
file testdata/words.txt changed since step 2:
  - one
  + two words\
""")
    assert why(other_time, "example.com/app/data") == snapshot("""\
modification time of file testdata/words.txt changed since step 3:
  10 bytes, modified 2023-11-14 22:[13→14]:20 +0000 UTC\
""")
    assert why(too_new, "example.com/app/data") == snapshot("""\
file testdata/words.txt changed since step 4:
  - two words
  + three words or more\
""")
