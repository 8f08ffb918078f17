"""Totals: counts of commands, and how those of workers add up."""

from __future__ import annotations

from pytest_gocache.golang.action import Kind, Status
from pytest_gocache.plugin.totals import Totals
from tests.made_results import action, result


def test_totals_count_and_add_up() -> None:
    one, other = Totals(store_hits=2), Totals()
    one.count(result(action(0, "a"), action(1, "c", Status.CACHED), action(2, "m", kind=Kind.LINK)))
    other.count(result(action(0, "a")))
    other.add(one.plain())
    assert other.plain() == {
        "commands": 2,
        "seconds": 2.5,
        "compiled": 2,
        "cached": 1,
        "linked": 1,
        "std_rebuilds": 0,
        "std_rebuild_seconds": 0.0,
        "store_hits": 2,
        "store_misses": 0,
    }


def test_totals_of_an_older_worker_lack_what_it_did_not_count() -> None:
    totals = Totals(commands=1)
    totals.add({"commands": 2})
    assert totals.commands == 3
