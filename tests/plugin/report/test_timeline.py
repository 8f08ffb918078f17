"""Lanes, the critical path, and how parallel the actions were."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies

from pytest_gocache.plugin.report.timeline import Span, critical_path, lanes, spans_of, work_of
from tests.plugin.report.made_run import FOLLOWED, made_test, run_of

TIME = strategies.integers(0, 50)


@pytest.mark.parametrize(
    ("times", "found"),
    [
        ([], []),
        ([(0, 2), (2, 3), (2, 4)], [0, 0, 1]),
        ([(1, 3), (0, 2), (2, 5)], [1, 0, 0]),
        ([(0, 9), (1, 2), (3, 4), (3, 4)], [0, 1, 1, 2]),
        ([(5, 5), (5, 5)], [0, 0]),
    ],
)
def test_the_lowest_free_lane_is_used(times: list[tuple[float, float]], found: list[int]) -> None:
    assert lanes(times) == found


@given(strategies.lists(strategies.tuples(TIME, TIME).map(lambda pair: (min(pair), max(pair)))))
def test_no_two_overlap_in_one_lane_and_there_are_no_more_lanes_than_needed(times: list[tuple[int, int]]) -> None:
    found = lanes(times)
    for lane in set(found):
        own = sorted(time for time, at in zip(times, found, strict=True) if at == lane)
        assert all(before[1] <= after[0] for before, after in pairwise(own))
    most = max((sum(a <= moment < b or a == b == moment for a, b in times) for moment in range(51)), default=0)
    assert len(set(found)) <= max(most, bool(times))


def test_the_critical_path_is_the_chain_that_took_longest() -> None:
    (test,) = run_of(made_test("test_a", FOLLOWED))["tests"]
    spans = spans_of(test["commands"][0])
    assert critical_path(spans) == [0, 1, 4]
    assert critical_path(spans[3:4]) == []
    # What ended last waited only for a CPU.
    late = [Span("compile", 0, "ran", 0, 1, []), Span("link", 0, "ran", 1, 5, [0]), Span("vet", 0, "ran", 6, 7, [0])]
    assert critical_path(late) == [0, 1]


def test_a_circle_in_a_damaged_file_ends() -> None:
    spans = [Span("compile", 0, "ran", 0, 1, [1]), Span("compile", 1, "ran", 0, 2, [0])]
    assert critical_path(spans) == [0, 1]


def test_work_counts_what_ran() -> None:
    (test,) = run_of(made_test("test_a", FOLLOWED))["tests"]
    work = work_of(spans_of(test["commands"][0]))
    assert (work.seconds, work.elapsed, work.most) == (10.0, 9.0, 2)
    assert work.seconds / work.elapsed == pytest.approx(10 / 9)
    assert work_of([]).seconds == work_of([]).elapsed == 0
