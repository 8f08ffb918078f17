"""Helpers for tests that run pytest inside a test, or compare messages."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_gocache import Result
from pytest_gocache.plugin.options import store_folder
from tests.recorded_results import FROM_NOTHING, VERSIONS, read_results


@pytest.fixture(scope="session")
def store(pytestconfig: pytest.Config) -> Path:
    """The store of this session: inner pytest runs use it too, so that nothing is warmed twice."""
    folder = store_folder(pytestconfig)
    assert folder is not None
    return folder


@pytest.fixture(autouse=True)
def _not_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest says more when it runs in CI: inner runs say the same everywhere."""
    for name in ("CI", "BUILD_NUMBER", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def pytester(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Inner runs without the plugins of this project's own tests: to import Hypothesis takes longer than most runs."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest -p no:inline_snapshot")
    return pytester


@pytest.fixture(scope="session")
def _recordings(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], list[Result]]:
    """The results of a Go version's scenario. They are frozen: all tests share them, and the logs that are read."""

    @functools.cache
    def results(version: str, scenario: str) -> list[Result]:
        return read_results(version, scenario, tmp_path_factory.mktemp(f"{scenario}-{version}"))

    return results


@pytest.fixture(params=VERSIONS)
def go_version(request: pytest.FixtureRequest) -> str:
    """A Go version that there are recordings of."""
    return str(request.param)


@pytest.fixture
def recorded(go_version: str, _recordings: Callable[[str, str], list[Result]]) -> Callable[[str], list[Result]]:
    """The results of a recorded scenario; a test that uses it runs once for each recorded Go version."""
    return lambda scenario: _recordings(go_version, scenario)


@pytest.fixture
def first_commands(recorded: Callable[[str], list[Result]]) -> dict[str, Result]:
    """The results of the scenario that starts with an empty build cache, by names."""
    return dict(zip(FROM_NOTHING, recorded("from-nothing"), strict=True))
