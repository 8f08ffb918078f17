"""``pytest-gocache check``: the ready-made checks, by their short name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_gocache.cli import check
from pytest_gocache.cli.main import main


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (["check"], ["--go-repo", "."]),
        (["check", "../app"], ["--go-repo", "../app"]),
        (["check", "app", "--", "-k", "warm"], ["--go-repo", "app", "-k", "warm"]),
    ],
)
def test_it_is_pytest_with_the_checks(words: list[str], options: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[str]] = []

    def ran(options: list[str]) -> int:
        given.append(options)
        return 1

    monkeypatch.setattr(check, "run_pytest", ran)
    assert main(words) == 1
    assert given == [["--pyargs", "pytest_gocache.checks", *options]]


def test_the_exit_status_is_that_of_pytest(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "pytest_gocache", "check", str(tmp_path / "none")]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"--go-repo={tmp_path / 'none'}: there is no folder" in done.stderr
