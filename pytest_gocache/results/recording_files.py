"""Recordings of go commands as files: each command compressed, and an index that is written last."""

from __future__ import annotations

import gzip
import json
import platform
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytest_gocache.errors import RecordingError
from pytest_gocache.results.merge import with_commands
from pytest_gocache.results.recording import as_data, from_data, recorded_command
from pytest_gocache.results.result import Circumstances, Result

__all__ = ["INDEX", "SCHEMA", "read_recording", "require_empty", "write_recording"]

SCHEMA = 1
"""The version of the files. A recording of a newer version is refused."""
INDEX = "recording.json"
_MADE_BY = "pytest-gocache recording"
_LEVEL = 6  # of gzip: 9 takes twice as long for a twentieth less


def require_empty(folder: Path) -> None:
    """Raise `RecordingError` unless a recording can be written into the folder: it is absent, or an empty folder."""
    try:
        found = sorted(entry.name for entry in folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise RecordingError(f"{folder} cannot take a recording: {error.strerror}; name a new folder") from error
    if found:
        more = f" and {len(found) - 1} more" if found[1:] else ""
        raise RecordingError(f"{folder} is not empty (it has {found[0]}{more}): name a new folder for the recording")


def write_recording(result: Result, folder: Path) -> None:
    """Write a result into a folder. Raises `RecordingError` for a folder that is not empty or cannot be written.

    A recording that is not complete, because the disk is full or the process is killed, has no index.
    """
    require_empty(folder)
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = []
        for number, command in enumerate(result.go_commands, start=1):
            names.append(f"{number:03d}-go.json.gz")
            written.append(folder / names[-1])
            text = json.dumps(as_data(command), separators=(",", ":")).encode("ascii")
            # Without a time: the same result gives the same bytes.
            written[-1].write_bytes(gzip.compress(text, _LEVEL, mtime=0))
        written.append(folder / f"{INDEX}.part")
        written[-1].write_text(json.dumps(_index_of(result, names), indent=1) + "\n", encoding="ascii")
        written[-1].replace(folder / INDEX)
    except OSError as error:
        for file in written:
            file.unlink(missing_ok=True)
        raise RecordingError(f"{folder}: the recording cannot be written: {error.strerror or error}") from error


def _index_of(result: Result, names: list[str]) -> dict[str, Any]:
    return {
        "made_by": _MADE_BY,
        "schema": SCHEMA,
        "system": f"{platform.system()} {platform.machine()}",
        "command": list(recorded_command(result)),
        "step": result.step,
        "cwd": str(result.cwd),
        "exit": result.returncode,
        "seconds": result.seconds,
        "started": result.circumstances.started,
        "gaps": _own_gaps(result),
        "idle": list(result.idle),
        "written": list(result.written),
        "downloads": list(result.downloads),
        "modules": dict(result.modules),
        "go_commands": names,
    }


def _own_gaps(result: Result) -> list[str]:
    """The gaps of a program, without those of its go commands, which `with_commands` adds."""
    added = sum(len(command.gaps) for command in result.commands)
    return list(result.gaps[: len(result.gaps) - added])


def read_recording(folder: Path, around: Circumstances) -> Result:
    """Read what `write_recording` wrote. ``around`` has the functions and the logs of the result's circumstances.

    Raises `RecordingError` with the folder, or the file, when the recording is absent, cut off, or of a newer version.
    """
    index = _read_index(folder)
    try:
        commands = [_read_command(folder / name, around) for name in index["go_commands"]]
        program = index["command"]
        if program[:1] == ["go"] and len(commands) == 1 and commands[0].command == tuple(program):
            return commands[0]
        return with_commands(_program_from(index, folder, around), commands)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise RecordingError(f"{folder / INDEX} is damaged: {type(error).__name__}: {error}") from error


def _program_from(index: Mapping[str, Any], folder: Path, around: Circumstances) -> Result:
    return Result(
        command=tuple(index["command"]),
        step=int(index["step"]),
        cwd=Path(index["cwd"]),
        returncode=int(index["exit"]),
        stdout="",
        stderr="",
        seconds=float(index["seconds"]),
        gaps=tuple(index["gaps"]),
        idle=tuple(index["idle"]),
        written=tuple(index["written"]),
        downloads=tuple(index["downloads"]),
        modules=dict(index["modules"]),
        circumstances=replace(around, cwd=Path(index["cwd"]), started=float(index["started"])),
        evidence=folder,
    )


def _read_index(folder: Path) -> Mapping[str, Any]:
    file = folder / INDEX
    try:
        index = json.loads(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise RecordingError(f"{folder} {_why_none(folder)}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise RecordingError(f"{file} cannot be read: {error}") from error
    if not isinstance(index, dict) or index.get("made_by") != _MADE_BY or not isinstance(index.get("schema"), int):
        raise RecordingError(f"{file} is no recording of pytest-gocache")
    if index["schema"] > SCHEMA:
        raise RecordingError(
            f"{file} has schema {index['schema']}, and this pytest-gocache reads schemas up to {SCHEMA}: "
            "use the version that wrote it, or a newer one"
        )
    return index


def _why_none(folder: Path) -> str:
    if not folder.is_dir():
        return "is no folder" if folder.exists() else "does not exist"
    if any(folder.glob("*-go.json.gz")):
        return f"is an incomplete recording: it has no {INDEX}, which is written last; record again"
    return f"is no recording: it has no {INDEX}"


def _read_command(file: Path, around: Circumstances) -> Result:
    try:
        data = json.loads(gzip.decompress(file.read_bytes()))
        return from_data(data, file, around)
    except FileNotFoundError:
        raise RecordingError(f"{file} is missing: the recording is incomplete; record again") from None
    except EOFError as error:
        raise RecordingError(f"{file} is cut off: record again, or copy the folder again") from error
    except (OSError, zlib.error, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise RecordingError(f"{file} is damaged: {type(error).__name__}: {error}") from error
