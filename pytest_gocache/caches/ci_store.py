"""The caches that a CI service keeps between jobs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.host.files import remove_tree
from pytest_gocache.results.cache_event import SavedCache
from pytest_gocache.results.ci_action import CacheAction
from pytest_gocache.results.ci_job import RemovedCache, RestoredCache, WhyRemoved

__all__ = ["CiStore", "StoredCache"]


@dataclass(slots=True)
class StoredCache:
    """A saved cache of the service."""

    saved: SavedCache
    folder: Path
    size: int
    """In bytes, uncompressed."""
    saved_on: float
    """The day of the save, like all days in days since the first job."""
    used_on: float
    """The day of the last save or restore."""
    last_use: int
    """The number of the job that used it last."""


class CiStore:
    """The caches of one CI service. It deletes the folder of a cache that it removes."""

    def __init__(self) -> None:
        self.removed: list[RemovedCache] = []
        self._caches: list[StoredCache] = []

    @property
    def caches(self) -> tuple[SavedCache, ...]:
        """The caches that there are, the newest first."""
        return tuple(cache.saved for cache in reversed(self._caches))

    def expire(self, action: CacheAction, day: float) -> None:
        """Remove the caches that are too old on ``day``."""
        for cache in list(self._caches):
            if action.unused_days is not None and day - cache.used_on > action.unused_days:
                self._remove(cache, WhyRemoved.UNUSED)
            elif action.kept_days is not None and day - cache.saved_on > action.kept_days:
                self._remove(cache, WhyRemoved.OLD)

    def find(
        self, keys: Sequence[str], action: CacheAction, job: int, day: float
    ) -> tuple[StoredCache, RestoredCache] | None:
        """The cache for a job with these keys, the first of which is its own. It counts as used."""
        for key in keys:
            named = [cache for cache in self._caches if cache.saved.key == key]
            begins = [cache for cache in self._caches if action.prefixes and cache.saved.key.startswith(key)]
            if found := [*named, *reversed(begins)]:
                found[0].used_on, found[0].last_use = day, job
                return found[0], RestoredCache(found[0].saved, found[0].saved.key == keys[0], key)
        return None

    def has(self, key: str) -> bool:
        """Whether there is a cache with exactly this key."""
        return any(cache.saved.key == key for cache in self._caches)

    def add(self, cache: StoredCache, limit: int | None) -> None:
        """Keep a cache, in the place of one with the same key. Remove others when all exceed ``limit`` bytes."""
        for other in list(self._caches):
            if other.saved.key == cache.saved.key:
                self._caches.remove(other)
                remove_tree(other.folder)
        self._caches.append(cache)
        for other in sorted(self._caches[:-1], key=lambda one: (one.used_on, one.last_use)):
            if limit is not None and _size(self._caches) > limit:
                self._remove(other, WhyRemoved.LIMIT)

    def _remove(self, cache: StoredCache, why: WhyRemoved) -> None:
        self._caches.remove(cache)
        remove_tree(cache.folder)
        self.removed.append(RemovedCache(cache.saved, why))


def _size(caches: Iterable[StoredCache]) -> int:
    return sum(cache.size for cache in caches)
