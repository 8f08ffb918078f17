"""Which findings of the ready-made checks gocache.toml accepts."""

from __future__ import annotations

import pytest

from pytest_gocache.checks.accept import accepts_of, refuse_unknown, unaccepted, unused
from pytest_gocache.errors import UsageError
from pytest_gocache.gocache_toml import Accepted

CHECKS = ["test_warm", "test_touch"]


def entry(test: str, change: str = "*") -> Accepted:
    return Accepted(test, "*", change, "known")


def test_entries_are_found_by_the_name_of_the_check() -> None:
    warm, all_checks, other = entry("checks.py::test_warm"), entry("checks.py::*"), entry("test_ci.py::test_warm")
    everything = entry("*")
    assert accepts_of([warm, all_checks, other, everything], "test_warm") == [warm, all_checks]
    assert accepts_of([warm, other], "test_touch") == []


def test_subjects_are_accepted_by_pattern() -> None:
    entries = [entry("checks.py::test_warm", "example.com/a"), entry("checks.py::test_warm", "example.com/b/*")]
    assert unaccepted(entries, ["example.com/a", "example.com/b/c", "example.com/d"]) == ["example.com/d"]
    assert unused(entries, ["example.com/a"]) == [entries[1]]
    assert unused([entry("checks.py::test_warm")], []) == [entry("checks.py::test_warm")]


@pytest.mark.parametrize("test", ["test_ci.py::*", "*", "checks.py::*", "checks.py::test_t*"])
def test_entries_for_a_check_or_for_other_tests_are_fine(test: str) -> None:
    refuse_unknown([entry(test)], CHECKS, "gocache.toml")


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ("checks.py::test_wram", "no check has this name; did you mean 'checks.py::test_warm'"),
        ("checks.py::xyz", "no check has this name; the checks are test_warm, test_touch"),
        ("test_warm", "write test = 'checks.py::test_warm'"),
    ],
)
def test_entries_for_an_unknown_check_are_refused(test: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        refuse_unknown([entry(test)], CHECKS, "gocache.toml")
