"""Helpers for tests that run pytest inside a test, or compare messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.plugin.options import store_folder


@pytest.fixture(scope="session")
def store(pytestconfig: pytest.Config) -> Path:
    """The store of this session: inner pytest runs use it too, so that nothing is warmed twice."""
    folder = store_folder(pytestconfig)
    assert folder is not None
    return folder


@pytest.fixture(autouse=True)
def _not_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest says more when it runs in CI: inner runs say the same everywhere."""
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)
