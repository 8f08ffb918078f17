"""A build cache made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.golang.action import Kind
from tests.caches.made_caches import APP, LIB, action, put, result_with


@pytest.fixture
def cache(tmp_path: Path) -> BuildCache:
    """A cache with two packages and an executable, and what stands beside them."""
    made = BuildCache(tmp_path / "cache")
    made.create()
    put(made.path, LIB, b"the archive of lib")
    put(made.path, APP, b"the archive of app!")
    put(made.path, "link", b"the executable", executable=True)
    (made.path / "testexpire.txt").write_text("1\n", encoding="ascii")
    made.learn(
        result_with(action(LIB), action(f"{LIB} [{LIB}.test]", LIB), action(APP), action(APP, "", Kind.LINK, "link"))
    )
    return made
