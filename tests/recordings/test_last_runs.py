from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_gocache import RecordingError, Result
from pytest_gocache.recordings import last_runs
from pytest_gocache.recordings.last_runs import LastRuns
from pytest_gocache.results.recording_files import INDEX, write_recording
from tests.made_results import command


def run(line: str = "build ./...", seconds: float = 1.0, cwd: str = "/src") -> Result:
    result = replace(command(line), seconds=seconds, cwd=Path(cwd))
    return replace(result, circumstances=replace(result.circumstances, save=write_recording))


def test_the_last_run_of_a_command_in_a_checkout_is_kept(tmp_path: Path) -> None:
    runs = LastRuns(tmp_path / "runs")
    assert runs.of(run()) is None
    runs.keep(run(seconds=1.0))
    runs.keep(run(seconds=2.0))
    runs.keep(run("test ./...", seconds=3.0))
    runs.keep(run(cwd="/other", seconds=4.0))

    kept = [runs.of(one) for one in (run(), run("test ./..."), run(cwd="/other"), run("vet ./..."))]
    assert [one and one.seconds for one in kept] == [2.0, 3.0, 4.0, None]


def test_the_folder_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_runs, "_MOST", 3)
    runs = LastRuns(tmp_path)
    for number in range(5):
        runs.keep(run(f"build ./p{number}"))
        for index in tmp_path.glob(f"*/{INDEX}"):
            os.utime(index.parent, (number, number)) if index.parent.stat().st_mtime > 10 else None
    assert len(list(tmp_path.glob(f"*/{INDEX}"))) == 3
    assert runs.of(run("build ./p4")) is not None
    assert runs.of(run("build ./p0")) is None


def test_a_damaged_run_is_an_error_and_is_replaced(tmp_path: Path) -> None:
    runs = LastRuns(tmp_path)
    runs.keep(run())
    (index,) = tmp_path.glob(f"*/{INDEX}")
    index.write_text("{", encoding="ascii")
    with pytest.raises(RecordingError, match="cannot be read"):
        runs.of(run())
    runs.keep(run(seconds=5.0))
    again = runs.of(run())
    assert again is not None
    assert again.seconds == 5.0


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(RecordingError, match="the run cannot be kept: Not a directory"):
        LastRuns(tmp_path / "file" / "runs").keep(run())


def test_what_cannot_be_saved_leaves_the_last_run_and_nothing_else(tmp_path: Path) -> None:
    def full(_: Result, folder: Path) -> None:
        raise RecordingError(f"{folder}: the recording cannot be written: No space left on device")

    runs = LastRuns(tmp_path)
    runs.keep(run())
    broken = run(seconds=9.0)
    broken = replace(broken, circumstances=replace(broken.circumstances, save=full))
    with pytest.raises(RecordingError, match="No space left"):
        runs.keep(broken)
    kept = runs.of(run())
    assert kept is not None
    assert kept.seconds == 1.0
    assert list(tmp_path.glob("new-*")) == []
