"""The record of a CI job."""

from __future__ import annotations

from pytest_gocache.results.ci_action import CACHE_ACTIONS
from pytest_gocache.results.ci_job import JobRecord, NotSaved


def test_a_record_knows_its_key_and_the_jobs_before_it() -> None:
    first = JobRecord(1, 0.0, CACHE_ACTIONS["gitlab"], ("a", "b"), not_saved=None)
    second = JobRecord(2, 1.0, CACHE_ACTIONS["gitlab"], ("c",), previous=first)
    third = JobRecord(3, 1.0, CACHE_ACTIONS["gitlab"], ("c",), previous=second)
    assert (first.key, first.saved) == ("a", True)
    assert (second.saved, second.not_saved) == (False, NotSaved.RUNNING)
    assert [record.number for record in third.earlier()] == [2, 1]
    assert len(repr(third)) < 2 * len(repr(first)), "a record does not print the jobs before it"
