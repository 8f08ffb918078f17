"""What the subcommands share."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.cli.common import cache_folder, exit_status, say
from pytest_gocache.cli.main import main


@pytest.mark.parametrize(("returncode", "status"), [(0, 0), (7, 7), (-15, 143)])
def test_a_signal_has_the_exit_status_that_shells_give_it(returncode: int, status: int) -> None:
    assert exit_status(returncode) == status


def test_lines_of_our_own_are_apart_from_the_output_of_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    say("recorded")
    assert capsys.readouterr() == ("", "pytest-gocache: recorded\n")


def test_without_a_home_folder_each_command_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "pytest-gocache"
    monkeypatch.setattr("pytest_gocache.cli.common.user_cache_folder", lambda: None)
    for words in (["store"], ["record", str(tmp_path / "new"), "--", "true"], ["why", "--", "true"]):
        assert main(words) == 2
        assert "no home folder for the store and the last runs: set HOME or XDG_CACHE_HOME" in capsys.readouterr().err
