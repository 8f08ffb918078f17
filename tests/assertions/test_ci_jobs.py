"""assert_bounded_growth on records made by hand, and what assert_warm says without a command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from pytest_gocache.assertions.ci_jobs import assert_bounded_growth, assert_warm
from pytest_gocache.errors import NoEvidenceError, UsageError
from pytest_gocache.results.cache_event import SavedCache
from pytest_gocache.results.ci_action import CACHE_ACTIONS
from pytest_gocache.results.ci_job import JobRecord, NotSaved, RestoredCache


@dataclass
class Made:
    """A job with its record."""

    record: JobRecord


def series(sizes: Sequence[int], days: float, *, action: str = "actions/cache", restored: bool = True) -> list[Made]:
    cache = RestoredCache(SavedCache(1, 1, "go-1"), exact=False, matched="go-")
    return [
        Made(
            JobRecord(
                number=number + 1,
                day=number * days,
                action=CACHE_ACTIONS[action],
                keys=("go-2", "go-"),
                restored=cache if number and restored else None,
                not_saved=None,
                size=size,
            )
        )
        for number, size in enumerate(sizes)
    ]


@pytest.mark.parametrize(
    "sizes",
    [
        [100, 100, 100],
        [100, 90, 95],  # smaller, in any number of days
    ],
)
def test_a_cache_that_is_never_larger_passes_in_few_days(sizes: list[int]) -> None:
    assert_bounded_growth(series(sizes, days=0))


@pytest.mark.parametrize(
    "sizes",
    [
        [100, 200, 300, 300, 300, 300, 300],  # Go trims: as much as comes goes
        [100, 200, 300, 150, 250, 350, 150],  # in the rhythm of the trims
        [100, 500, 100, 100, 100, 100, 600],  # a larger commit
    ],
)
def test_a_cache_that_go_trims_passes(sizes: list[int]) -> None:
    assert_bounded_growth(series(sizes, days=2.5))


@pytest.mark.parametrize(
    "sizes",
    [
        [100, 200, 300, 400, 500, 600, 700],
        [1000, 1001, 1002, 1003, 1004, 1005, 1006],  # slow growth is growth
        [100, 100, 100, 100, 100, 100, 200],
    ],
)
def test_a_cache_that_goes_on_growing_fails(sizes: list[int]) -> None:
    with pytest.raises(
        AssertionError, match=r"^7 jobs of 15 days grew the cache from .*, and still grow it \[assert_b"
    ):
        assert_bounded_growth(series(sizes, days=2.5))


def test_the_cause_of_growth_is_in_the_message() -> None:
    def advice(action: str) -> str:
        with pytest.raises(AssertionError) as caught:
            assert_bounded_growth(series([1_000_000, 2_000_000, 3_500_000], days=6, action=action))
        first, *lines, last = str(caught.value).splitlines()
        assert "from 1.0 MB to 3.5 MB" in first
        assert lines[1:] == ["  job 2  day 6: 2.0 MB (+1.0 MB)", "  job 3  day 12: 3.5 MB (+1.5 MB)"]
        return last

    assert advice("cp -r").startswith("cp -r gives every file of the cache a new time")
    assert advice("gitlab").startswith("Go trims only what was unused for five days: `go clean -cache`")


def test_what_shows_no_growth_is_no_evidence() -> None:
    with pytest.raises(UsageError, match="growth needs at least two jobs, and got 0"):
        assert_bounded_growth([])
    with pytest.raises(NoEvidenceError, match="job 2 restored no cache"):
        assert_bounded_growth(series([100, 90], days=6, restored=False))
    with pytest.raises(
        NoEvidenceError, match="0.1 kB to 0.2 kB in 3 jobs of 11 days; whether that has an end shows after"
    ):
        assert_bounded_growth(series([100, 200, 150], days=5.5))
    running = series([100, 100], days=0)
    running[1].record.not_saved = NotSaved.RUNNING
    with pytest.raises(NoEvidenceError, match="job 2 has not ended"):
        assert_bounded_growth(running)


def test_a_job_without_commands_is_neither_warm_nor_cold() -> None:
    with pytest.raises(NoEvidenceError, match=r"^assert_warm: job 1 has no go command that builds"):
        assert_warm(series([100], days=0)[0])
