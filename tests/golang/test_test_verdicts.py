"""Test verdicts come from what only Go can have written, in the recordings of all versions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_gocache.golang.action import Kind, Status, TestOutcome, TestStatus
from pytest_gocache.golang.test_verdicts import test_verdicts as verdicts
from pytest_gocache.golang.testcache_log import Lookups, parse_lookups
from tests.made_results import action
from tests.recorded_results import VERSIONS, first_command, first_log

LIB = "example.com/app/lib"
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
@pytest.mark.parametrize(("name", "returncode"), [("test", 0), ("test again", 0), ("failed test", 1)])
def test_verdicts_of_the_recordings(version: str, name: str, returncode: int) -> None:
    result = first_command(version, name)
    found = verdicts(result.stdout, result.actions, parse_lookups(first_log(version, name)), returncode)
    assert found == {**found, **result.tests}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["test", "test again"])
def test_what_a_test_prints_changes_no_verdict(version: str, name: str) -> None:
    result = first_command(version, name)
    honest, lookups = result.tests, parse_lookups(first_log(version, name))
    for text in (FORGED + result.stdout, result.stdout + FORGED, FORGED):
        found = verdicts(text, result.actions, lookups, 0)
        assert {n: (o.status, o.cached) for n, o in found.items()} == {
            n: (o.status, o.cached) for n, o in honest.items()
        }


@pytest.mark.parametrize("version", VERSIONS)
def test_without_printed_verdicts_the_facts_decide(version: str) -> None:
    for name, cached in (("test", False), ("test again", True)):
        found = verdicts(f"byeok  \t{LIB}\t0.004s\n", first_command(version, name).actions, NOTHING, 0)
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
