"""How a subcommand runs pytest."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.cli.pytest_run import run_pytest


def test_pytest_runs_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(): assert 0\n", encoding="ascii")
    monkeypatch.chdir(tmp_path)
    assert run_pytest(["-q", "-p", "no:cacheprovider"]) == pytest.ExitCode.TESTS_FAILED
    assert "1 failed" in capfd.readouterr().out
