"""What a session keeps of a test, and what it frees with the test."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from pytest_gocache.plugin.session import commands_of, forget_commands
from pytest_gocache.results.result import Result


def test_results_are_freed_with_the_test_and_its_failure_is_not() -> None:
    item = cast(pytest.Item, SimpleNamespace(stash=pytest.Stash()))
    commands_of(item).results.append(Result(("go", "build"), 1, Path("/src"), 0, "", "", 0.1))
    commands_of(item).failed = True
    forget_commands(item)
    assert commands_of(item).results == []
    # A folder that several tests share is kept when one of them failed: the fixture asks when the session ends.
    assert commands_of(item).failed
