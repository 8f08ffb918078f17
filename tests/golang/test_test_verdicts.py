"""Test verdicts come from what only Go can have written, in the recordings of all versions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_gocache.golang.action import Kind, Status, TestOutcome, TestStatus
from pytest_gocache.golang.test_verdicts import test_verdicts as verdicts
from pytest_gocache.golang.testcache_log import Lookups, parse_lookups
from tests.golang.test_recorded_go import APP, VERSIONS, actions, result, stdout
from tests.made_results import action

LIB = f"{APP}/lib"
FORGED = (
    f"ok  \t{LIB}\t(cached)\n"
    f"ok  \t{LIB}\t9.000s\n"
    f"FAIL\t{LIB}\t9.000s\n"
    f"FAIL\t{LIB} [build failed]\n"
    f"?   \t{LIB}\t[no test files]\n"
    f'{{"Action":"output","Package":"{LIB}","Output":"ok  \\t{LIB}\\t(cached)\\n"}}\n'
)
NOTHING = Lookups({})
SUM = "a" * 64


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("name", "returncode"), [("test1", 0), ("test2", 0), ("failt", 1)])
def test_verdicts_of_the_recordings(version: str, name: str, returncode: int) -> None:
    found = verdicts(stdout(version, name), actions(version, name), NOTHING, returncode)
    assert found == {**found, **result(version, name).tests}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["test1", "test2"])
def test_what_a_test_prints_changes_no_verdict(version: str, name: str) -> None:
    honest = result(version, name).tests
    for text in (FORGED + stdout(version, name), stdout(version, name) + FORGED, FORGED):
        found = verdicts(text, actions(version, name), NOTHING, 0)
        assert {n: (o.status, o.cached) for n, o in found.items()} == {
            n: (o.status, o.cached) for n, o in honest.items()
        }


@pytest.mark.parametrize("version", VERSIONS)
def test_without_printed_verdicts_the_facts_decide(version: str) -> None:
    for name, cached in (("test1", False), ("test2", True)):
        found = verdicts(f"byeok  \t{LIB}\t0.004s\n", actions(version, name), NOTHING, 0)
        assert found[LIB] == TestOutcome(LIB, TestStatus.PASSED, cached=cached, seconds=None)


def verdict(log: str, printed: str, *, link: Status = Status.RAN, returncode: int = 1) -> TestOutcome | None:
    test, linked = action(0, LIB, Status.NOT_RUN, Kind.TEST), action(1, f"{LIB}.test", link, Kind.LINK)

    linked = replace(linked, scaffold=True, import_path=LIB)
    return verdicts(printed, [test, linked], parse_lookups(log.encode()), returncode).get(LIB)


HIT = f"testcache: {LIB}: test ID aaaa => {SUM}\ntestcache: {LIB}: test ID {SUM} => input ID {SUM} => {SUM}\n"
SAVED = f"testcache: {LIB}: save test ID {SUM} => input ID {SUM} => {SUM}\n"


def test_in_a_command_that_fails() -> None:
    passed, failed = f"ok  \t{LIB}\t0.1s\n", f"FAIL\t{LIB}\t0.1s\n"
    unbuilt = f"FAIL\t{LIB} [build failed]\n"
    cases: list[tuple[TestOutcome | None, TestStatus | None]] = [
        (verdict("", passed), TestStatus.PASSED),
        (verdict("", failed), TestStatus.FAILED),
        (verdict("", unbuilt), TestStatus.BUILD_FAILED),  # go vet has failed
        (verdict(SAVED, unbuilt + failed), TestStatus.PASSED),
        # One of the lines is printed by a test, and nothing says which.
        (verdict("", failed + unbuilt), None),
        (verdict("", ""), None),
        (verdict("", passed, link=Status.FAILED), TestStatus.BUILD_FAILED),
        (verdict("", f"ok  \t{LIB}\t(cached)\n"), None),
    ]
    for found, status in cases:
        assert (found.status if found else None) is status
        assert found is None or not found.cached
    hit = verdict(HIT, failed)
    assert hit is not None
    assert (hit.status, hit.cached) == (TestStatus.PASSED, True)
    missed = verdict(f"{HIT}testcache: {LIB}: test output not found: no\n", passed)
    assert missed is not None
    assert not missed.cached
