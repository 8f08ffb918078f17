from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_gocache import Result
from pytest_gocache.cli import diff  # noqa: F401 - `main` imports it by name
from pytest_gocache.cli.main import main
from pytest_gocache.results.recording_files import write_recording

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folders(recorded: Callable[[str], list[Result]], tmp_path: Path) -> tuple[str, str]:
    old, _, new, *_ = recorded("lib-edited")
    write_recording(old, tmp_path / "old")
    write_recording(new, tmp_path / "new")
    return str(tmp_path / "old"), str(tmp_path / "new")


def test_it_prints_the_causes_and_writes_files(
    folders: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="ascii")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    data, page = tmp_path / "d.json", tmp_path / "d.md"

    assert main(["diff", *folders, "--json", str(data), "--markdown", str(page)]) == 0

    assert "./lib: file lib.go changed since the recording" in capsys.readouterr().out
    assert json.loads(data.read_bytes())["ran"] == {"compile": 3, "link": 1}
    assert "./lib: file lib.go changed" in page.read_text(encoding="utf-8")
    assert summary.read_text(encoding="utf-8") == "before\n" + page.read_text(encoding="utf-8")


@pytest.mark.parametrize(("what", "status"), [("rebuilt", 1), ("cold-std", 0), ("tests", 0)])
def test_the_exit_status_is_what_fail_on_asks_for(folders: tuple[str, str], what: str, status: int) -> None:
    assert main(["diff", *folders, "--fail-on", what]) == status


def test_a_recording_that_is_not_there_is_named(
    folders: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", folders[0], str(tmp_path / "absent")]) == 2
    assert capsys.readouterr().err == f"pytest-gocache diff: {tmp_path / 'absent'} does not exist\n"


def test_a_file_that_cannot_be_written_is_named(
    folders: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", *folders, "--json", str(tmp_path / "no" / "d.json")]) == 2
    assert "d.json cannot be written: No such file or directory" in capsys.readouterr().err


def test_an_unknown_reason_to_fail_is_refused(folders: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["diff", *folders, "--fail-on", "all"])
    assert "choose from" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_is_no_error(folders: tuple[str, str]) -> None:
    command = [sys.executable, "-m", "pytest_gocache", "diff", *folders]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    assert running.stderr.read() == b""
    running.stderr.close()
    assert running.wait(timeout=60) == 141
