"""The lines at the end of a run."""

from __future__ import annotations

from pytest_gocache.plugin.summary import HostUse, summary_lines
from pytest_gocache.plugin.totals import Totals


def test_counts_are_added_up_and_each_store_has_a_line() -> None:
    here = HostUse("", "/home/ann/.cache/pytest-gocache", 64 * 1024**2)
    here.totals = Totals(3, 1.5, 4, 20, 2, store_hits=2)
    there = HostUse("build2", "/home/bob/.cache/pytest-gocache", 118 * 1024**2)
    there.totals = Totals(2, 2.5, 1, 10, 0, store_hits=1, store_misses=1)
    assert summary_lines([here, there]) == [
        "5 go commands in 4.0 s: 5 packages compiled, 30 cached, 2 links",
        "store /home/ann/.cache/pytest-gocache: 2 hits, 0 made, 64 MB",
        "store /home/bob/.cache/pytest-gocache on build2: 1 hit, 1 made, 118 MB",
    ]


def test_a_host_without_a_go_command_has_no_line() -> None:
    idle, busy = HostUse("", "/a"), HostUse("build2", "/b", totals=Totals(1, 1.0))
    assert summary_lines([idle, busy])[1:] == ["store /b on build2: 0 hits, 0 made, 0 MB"]
    assert summary_lines([idle]) == []


def test_one_is_not_a_plural() -> None:
    use = HostUse("", "/a", totals=Totals(1, 3.0, 1, 1, 1, store_hits=1))
    assert summary_lines([use]) == [
        "1 go command in 3.0 s: 1 package compiled, 1 cached, 1 link",
        "store /a: 1 hit, 0 made, 0 MB",
    ]


def test_what_the_standard_library_took_is_named() -> None:
    use = HostUse("", "/a", totals=Totals(2, 9.0, std_rebuilds=1, std_rebuild_seconds=8.0))
    assert summary_lines([use])[1] == (
        "1 of them compiled the standard library for flags of all packages, and took 8.0 s: "
        'in your own tests, @pytest.mark.gocache(warm="all") compiles it once'
    )
