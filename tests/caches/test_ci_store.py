"""The caches of a CI service: which one a key finds, and which one goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.caches.ci_store import CiStore, StoredCache
from pytest_gocache.results.cache_event import SavedCache
from pytest_gocache.results.ci_action import CACHE_ACTIONS
from pytest_gocache.results.ci_job import WhyRemoved

GITHUB, GITLAB, CIRCLECI = (CACHE_ACTIONS[name] for name in ("actions/cache", "gitlab", "circleci"))


@pytest.fixture
def store() -> CiStore:
    return CiStore()


def save(store: CiStore, folder: Path, key: str, job: int, *, day: float = 0.0, limit: int | None = None) -> Path:  # noqa: PLR0913
    place = folder / str(job)
    place.mkdir()
    store.add(StoredCache(SavedCache(job, job, key), place, 100, day, day, job), limit)
    return place


def found(store: CiStore, *keys: str, action: str = "actions/cache", job: int = 9) -> tuple[str, bool, str] | None:
    pair = store.find(keys, CACHE_ACTIONS[action], job, 0.0)
    return (pair[0].saved.key, pair[1].exact, pair[1].matched) if pair else None


def test_an_exact_key_comes_first_then_the_newest_with_the_prefix(store: CiStore, tmp_path: Path) -> None:
    for job, key in enumerate(("go-1", "go-12", "go-2"), 1):
        save(store, tmp_path, key, job)
    assert found(store, "go-1") == ("go-1", True, "go-1")
    assert found(store, "go-3", "go-1") == ("go-1", False, "go-1")
    assert found(store, "go-3", "go-") == ("go-2", False, "go-")
    assert found(store, "go") == ("go-2", False, "go")
    assert found(store, "rust", "c") is None
    assert found(store, "go-3", "go-", action="gitlab") is None
    assert found(store, "go-3", "go-12", action="gitlab") == ("go-12", False, "go-12")
    assert [cache.key for cache in store.caches] == ["go-2", "go-12", "go-1"]
    assert (store.has("go-2"), store.has("go-")) == (True, False)


def test_one_key_has_one_cache(store: CiStore, tmp_path: Path) -> None:
    first, second = save(store, tmp_path, "a", 1), save(store, tmp_path, "a", 2)
    assert (first.exists(), second.exists()) == (False, True)
    assert [cache.job for cache in store.caches] == [2]
    assert store.removed == []


def test_above_the_limit_the_least_recently_used_go(store: CiStore, tmp_path: Path) -> None:
    folders = [save(store, tmp_path, key, job, limit=300) for job, key in enumerate("abc", 1)]
    assert found(store, "a", job=4)
    folders.append(save(store, tmp_path, "d", 5, limit=300))
    assert [folder.exists() for folder in folders] == [True, False, True, True]
    assert [(gone.saved.key, gone.why) for gone in store.removed] == [("b", WhyRemoved.LIMIT)]
    # A new cache stays, whatever the others need.
    assert save(store, tmp_path, "e", 6, limit=50).exists()
    assert [cache.key for cache in store.caches] == ["e"]


def test_days(store: CiStore, tmp_path: Path) -> None:
    save(store, tmp_path, "a", 1, day=0)
    store.expire(GITLAB, 1000)
    store.expire(GITHUB, 7)
    assert store.has("a")
    assert store.find(["a"], GITHUB, 2, 7.0)
    store.expire(GITHUB, 14)
    store.expire(CIRCLECI, 15)
    assert store.has("a")
    store.expire(CIRCLECI, 15.5)
    save(store, tmp_path, "b", 3, day=20)
    store.expire(GITHUB, 28)
    assert [(gone.saved.key, gone.why) for gone in store.removed] == [("a", WhyRemoved.OLD), ("b", WhyRemoved.UNUSED)]
