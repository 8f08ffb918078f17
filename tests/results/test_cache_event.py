"""What a test does to its build cache, as a clause of an explanation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pytest_gocache.results.cache_event import CacheEvent, CacheOperation


@pytest.mark.parametrize("operation", CacheOperation)
def test_each_operation_reads_as_a_clause(operation: CacheOperation) -> None:
    text = CacheEvent(operation, by=timedelta(days=6)).what
    assert "{" not in text
    assert ("6 days" in text) is (operation is CacheOperation.AGED)


def test_the_texts_tell_the_operations_apart() -> None:
    assert len({operation.text for operation in CacheOperation}) == len(CacheOperation)
