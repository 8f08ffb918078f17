"""What a session keeps of a test, and what it frees with the test."""

from __future__ import annotations

import contextlib
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from pytest_gocache.plugin.session import _Speaker, commands_of, forget_commands
from pytest_gocache.results.result import Result


def test_results_are_freed_with_the_test_and_its_failure_is_not() -> None:
    item = cast(pytest.Item, SimpleNamespace(stash=pytest.Stash()))
    commands_of(item).results.append(Result(("go", "build"), 1, Path("/src"), 0, "", "", 0.1))
    commands_of(item).failed = True
    forget_commands(item)
    assert commands_of(item).results == []
    # A folder that several tests share is kept when one of them failed: the fixture asks when the session ends.
    assert commands_of(item).failed


class _Capture:
    def global_and_fixture_disabled(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


class _Plugins:
    def getplugin(self, name: str) -> _Capture:
        assert name == "capturemanager"
        return _Capture()


def test_only_the_first_line_of_a_test_begins_below_what_pytest_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    speaker = _Speaker(cast(pytest.Config, SimpleNamespace(pluginmanager=_Plugins())))
    for test in ("a.py::test (setup)", "a.py::test (call)", "a.py::other (setup)"):
        monkeypatch.setenv("PYTEST_CURRENT_TEST", test)
        speaker(test)
    assert capsys.readouterr().err == "\na.py::test (setup)\na.py::test (call)\n\na.py::other (setup)\n"
