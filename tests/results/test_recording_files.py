"""Recordings on disk: what is written, and what is refused."""

from __future__ import annotations

import errno
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_gocache import RecordingError, Result
from pytest_gocache.results.logs import Logs
from pytest_gocache.results.merge import with_commands
from pytest_gocache.results.recording_files import INDEX, read_recording, require_empty, write_recording
from pytest_gocache.results.result import Circumstances
from tests.made_results import command
from tests.recorded_results import newest_go


def read(folder: Path) -> Result:
    return read_recording(folder, Circumstances(logs=Logs()))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    folder = tmp_path / "old"
    write_recording(command("build ./..."), folder)
    return folder


def test_a_go_command_comes_back_as_itself(saved: Path) -> None:
    assert read(saved).command == ("go", "build", "./...")
    assert read(saved).commands == ()


@newest_go
def test_a_program_comes_back_with_its_go_commands(recorded: Callable[[str], list[Result]], tmp_path: Path) -> None:
    commands = [replace(one, step=1, within="by `make`", previous=None) for one in recorded("from-nothing")[:3]]
    make = Result(("make", "all"), 1, Path("/src"), 2, "out", "err", 3.5, gaps=("it is a test",), written=("bin/app",))
    make = with_commands(make, commands)
    write_recording(make, tmp_path / "old")

    back = read(tmp_path / "old")

    kept = [replace(one, stdout="", stderr="") for one in make.commands]
    assert back == replace(make, stdout="", stderr="", commands=tuple(kept))


def test_two_recordings_of_one_result_have_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    write_recording(command("build ./..."), tmp_path / "new")
    assert {f.name: f.read_bytes() for f in saved.iterdir()} == {
        f.name: f.read_bytes() for f in (tmp_path / "new").iterdir()
    }


def test_a_folder_that_is_not_empty_is_refused_and_keeps_its_files(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine", encoding="ascii")
    (tmp_path / "other").mkdir()
    with pytest.raises(RecordingError, match=r"is not empty \(it has mine and 1 more\): name a new folder"):
        write_recording(command("build"), tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["mine", "other"]


def test_a_file_is_no_folder_for_a_recording(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="ascii")
    with pytest.raises(RecordingError, match="cannot take a recording: Not a directory; name a new folder"):
        require_empty(tmp_path / "file")


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, _text: str, **_: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_text", full)  # the index, after the commands
    with pytest.raises(RecordingError, match="the recording cannot be written: No space left on device"):
        write_recording(command("build"), tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="absent does not exist"):
        read(tmp_path / "absent")
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(RecordingError, match="file is no folder"):
        read(tmp_path / "file")
    with pytest.raises(RecordingError, match="is no recording: it has no recording.json"):
        read(tmp_path)
    (tmp_path / INDEX).write_text('{"schema": 1}', encoding="ascii")
    with pytest.raises(RecordingError, match="is no recording of pytest-gocache"):
        read(tmp_path)


def test_a_recording_that_was_interrupted_is_refused(saved: Path) -> None:
    (saved / INDEX).unlink()
    with pytest.raises(RecordingError, match="incomplete recording: it has no recording.json, which is written last"):
        read(saved)


def test_a_command_that_is_missing_is_an_error(saved: Path) -> None:
    (saved / "001-go.json.gz").unlink()
    with pytest.raises(RecordingError, match="001-go.json.gz is missing: the recording is incomplete"):
        read(saved)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_a_command_that_is_cut_off_is_an_error(saved: Path, part: float) -> None:
    file = saved / "001-go.json.gz"
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * part)])
    with pytest.raises(RecordingError, match="001-go.json.gz is (cut off|damaged)"):
        read(saved)


def test_an_index_that_is_cut_off_is_an_error(saved: Path) -> None:
    (saved / INDEX).write_bytes((saved / INDEX).read_bytes()[:-20])
    with pytest.raises(RecordingError, match="recording.json cannot be read"):
        read(saved)


@pytest.mark.parametrize("field", ["blocks", "actions", "circumstances", "lookups", "tests"])
def test_a_command_with_a_field_of_the_wrong_type_is_an_error(saved: Path, field: str) -> None:
    file = saved / "001-go.json.gz"
    data = json.loads(gzip.decompress(file.read_bytes()))
    file.write_bytes(gzip.compress(json.dumps({**data, field: 7}).encode("ascii")))
    with pytest.raises(RecordingError, match="001-go.json.gz is damaged"):
        read(saved)


def test_a_newer_schema_is_refused_with_the_remedy(saved: Path) -> None:
    index = json.loads((saved / INDEX).read_bytes())
    (saved / INDEX).write_text(json.dumps({**index, "schema": 9}), encoding="ascii")
    with pytest.raises(
        RecordingError, match="has schema 9, and this pytest-gocache reads schemas up to 1: use the ver"
    ):
        read(saved)
