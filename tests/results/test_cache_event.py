"""What a test does to its build cache, as a clause of an explanation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pytest_gocache.results.cache_event import CacheEvent, CacheOperation, SavedCache, short_key


@pytest.mark.parametrize("operation", CacheOperation)
def test_each_operation_reads_as_a_clause(operation: CacheOperation) -> None:
    text = CacheEvent(operation, by=timedelta(days=6)).what
    assert "{" not in text
    assert ("6 days" in text) is (operation in (CacheOperation.AGED, CacheOperation.DAYS_PASSED))


def test_a_saved_cache_says_when_and_by_which_job_it_was_saved() -> None:
    assert str(SavedCache(0)) == "it was saved before the first step"
    assert str(SavedCache(2)) == "it was saved after step 2"
    assert str(SavedCache(2, 1, f"go-{'0a' * 32}")) == "job 1 saved it (key go-0a0a0a0a…)"
    assert short_key(f"a-{'1' * 31}-b-{'f' * 40}") == f"a-{'1' * 31}-b-ffffffff…"
    assert str(SavedCache(2, 1, "go-abc")) == "job 1 saved it (key go-abc)"


def test_the_texts_tell_the_operations_apart() -> None:
    assert len({operation.text for operation in CacheOperation}) == len(CacheOperation)
