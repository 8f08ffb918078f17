"""What one job of a CI runner did with a CI cache, as a value."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Protocol

from pytest_gocache.results.cache_event import SavedCache
from pytest_gocache.results.ci_action import CacheAction
from pytest_gocache.results.result import Result

__all__ = ["Job", "JobRecord", "NotSaved", "RemovedCache", "RestoredCache", "WhyRemoved"]


class NotSaved(enum.Enum):
    """Why a job saved no cache. The value is the clause for a person."""

    RUNNING = "the job has not ended"
    OWN_KEY = "a job that restored the cache with its own key saves none"
    KEY_EXISTS = "the key was saved before"
    FAILED = "a failed job saves none"
    TOO_LARGE = "the cache is larger than the limit"


class WhyRemoved(enum.Enum):
    """Why a service removed a cache. The value is the clause for a person."""

    LIMIT = "unused for longest, when the caches exceeded the limit"
    UNUSED = "unused for too many days"
    OLD = "saved too many days ago"


@dataclass(frozen=True, slots=True)
class RestoredCache:
    """The cache that a job restored."""

    saved: SavedCache
    """The job that saved it, and its key."""
    exact: bool
    """Whether it has the key of the job. Otherwise it is a partial hit."""
    matched: str
    """The key, or the beginning of a key, that found it."""


@dataclass(frozen=True, slots=True)
class RemovedCache:
    """A cache that the service removed before a job."""

    saved: SavedCache
    why: WhyRemoved


@dataclass(slots=True)
class JobRecord:
    """What a job did with the CI cache, and its commands."""

    number: int
    """Position of the job in the test, from 1."""
    day: float
    """Days since the first job."""
    action: CacheAction
    """The rules of the CI cache."""
    keys: tuple[str, ...]
    """The key of the job, then its restore-keys."""
    restored: RestoredCache | None = None
    """The cache that the job started with; None when no key matched."""
    available: tuple[SavedCache, ...] = ()
    """The caches of the service when the job started, the newest first."""
    removed: tuple[RemovedCache, ...] = ()
    """The caches that the service had removed by then."""
    results: list[Result] = field(default_factory=list)
    """The commands of the job."""
    not_saved: NotSaved | None = NotSaved.RUNNING
    """Why the job saved no cache; None when it saved one under its key."""
    size: int = 0
    """The size of GOCACHE at the end of the job in bytes, without what came from the store of warm caches."""
    previous: JobRecord | None = field(default=None, repr=False)
    """The job before this one."""

    @property
    def key(self) -> str:
        """The key of the job."""
        return self.keys[0]

    @property
    def saved(self) -> bool:
        """Whether the job saved a cache under its key."""
        return self.not_saved is None

    def earlier(self) -> list[JobRecord]:
        """The jobs before this one, the latest first."""
        found = []
        before = self.previous
        while before is not None:
            found.append(before)
            before = before.previous
        return found


class Job(Protocol):
    """A job with its record."""

    @property
    def record(self) -> JobRecord:
        """What the job did with the CI cache, and its commands."""
