"""What a test does to its build cache between two commands."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta

__all__ = ["CacheEvent", "CacheOperation"]


class CacheOperation(enum.Enum):
    """What a test can do to its build cache, each with the text for an explanation."""

    text: str

    NEW_MACHINE = "a new machine began, with nothing in its build cache,"
    CLEARED = "the build cache was emptied (gocache.clear)"
    RESTORED = "the build cache was replaced by another (gocache.restore)"
    TESTS_CLEARED = "test results were expired (gocache.clear_tests)"
    EVICTED = "its output was evicted (gocache.evict)"
    CORRUPTED = "its output was damaged (gocache.corrupt)"
    AGED = "the build cache was aged by {by} (gocache.age), and Go trims what was not used for five days,"

    def __new__(cls, text: str) -> CacheOperation:
        """A member with its text; its value is a number."""
        operation = object.__new__(cls)
        operation._value_ = len(cls.__members__)
        operation.text = text
        return operation


@dataclass(frozen=True, slots=True)
class CacheEvent:
    """One operation on the build cache."""

    operation: CacheOperation
    packages: frozenset[str] | None = None
    """The import paths whose output it takes away; None for the whole cache."""
    by: timedelta | None = None
    """How much older the cache became, for `CacheOperation.AGED`."""

    @property
    def what(self) -> str:
        """The operation as a clause: ``the build cache was emptied (gocache.clear)``."""
        return self.operation.text.format(by=self.by)
