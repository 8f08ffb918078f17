"""What a test does to its build cache between two commands."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import timedelta

__all__ = ["CacheEvent", "CacheOperation", "SavedCache", "short_key"]

_HASH = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24,}\b")


def short_key(key: str) -> str:
    """The key of a CI cache with the first 8 digits of each hash."""
    return _HASH.sub(r"\1…", key)


class CacheOperation(enum.Enum):
    """What a test can do to its build cache. Each member has the text for an explanation."""

    text: str

    NEW_MACHINE = "a new machine started with an empty build cache"
    CLEARED = "the build cache was emptied (gocache.clear)"
    RESTORED = "the build cache was replaced with a saved one"
    TESTS_CLEARED = "test results were expired (gocache.clear_tests)"
    EVICTED = "its output was evicted (gocache.evict)"
    CORRUPTED = "its output was damaged (gocache.corrupt)"
    AGED = "Go trims entries unused for five days, and the build cache was aged by {by} (gocache.age)"
    DAYS_PASSED = "Go trims entries unused for five days, and the restored cache was {by.days} days old"

    def __new__(cls, text: str) -> CacheOperation:
        """Make a member with its text. The value of the member is a number."""
        operation = object.__new__(cls)
        operation._value_ = len(cls.__members__)
        operation.text = text
        return operation


@dataclass(frozen=True, slots=True)
class SavedCache:
    """Which state of a build cache was saved."""

    step: int
    """The last step that used the cache before it was saved; 0 when none did."""
    job: int | None = None
    """The number of the job that saved it; None when a test saved it."""
    key: str = ""
    """The key under which the job saved it."""

    def __str__(self) -> str:
        if self.job is not None:
            return f"job {self.job} saved it (key {short_key(self.key)})"
        return f"it was saved after step {self.step}" if self.step else "it was saved before the first step"


@dataclass(frozen=True, slots=True)
class CacheEvent:
    """One operation on the build cache."""

    operation: CacheOperation
    packages: frozenset[str] | None = None
    """The import paths whose output the operation removes or damages; None for the whole cache."""
    by: timedelta | None = None
    """How much older the cache becomes, for `CacheOperation.AGED` and `CacheOperation.DAYS_PASSED`."""
    saved: SavedCache | None = None
    """What was restored, for `CacheOperation.RESTORED`; None when it is not known."""

    @property
    def what(self) -> str:
        """The operation as a clause: ``the build cache was emptied (gocache.clear)``."""
        return self.operation.text.format(by=self.by)
