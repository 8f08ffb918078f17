"""Read a recording as a result."""

from __future__ import annotations

import os
from pathlib import Path

from pytest_gocache.errors import RecordingError
from pytest_gocache.explain.cache_keys import cache_key
from pytest_gocache.explain.explainer import explain
from pytest_gocache.recordings.plain_log import is_plain_log, read_plain_log
from pytest_gocache.results.recording_files import INDEX, read_recording, write_recording
from pytest_gocache.results.result import Circumstances, Result

__all__ = ["load_recording_or_log", "load_result"]


def load_result(folder: Path | str) -> Result:
    """The result that `Result.save` or ``pytest-gocache record`` wrote into a folder.

    Assertions take it, as the result or as ``against=``, and `Result.explain` explains it. Its output is not recorded:
    ``stdout`` and ``stderr`` are empty. A relative pattern names packages that the command considered.

    Raises `RecordingError` when there is no recording, when it is cut off, or when a newer version wrote it.
    """
    if not isinstance(folder, str | os.PathLike):
        raise RecordingError(f"load_result: {folder!r} is no path of a folder")
    return read_recording(Path(os.path.abspath(folder)), _circumstances())  # noqa: PTH100 - no link is resolved


def load_recording_or_log(place: Path, *, ran: bool) -> Result:
    """A recording, or the debug output of a go command that ran without this library: see `read_plain_log`.

    ``ran``: whether the result must show what ran. Raises `RecordingError` as both.
    """
    if os.path.lexists(place / INDEX) or not is_plain_log(place):
        return load_result(place)
    return read_plain_log(place, _circumstances(), ran=ran)


def _circumstances() -> Circumstances:
    return Circumstances(explain=explain, cache_key=cache_key, save=write_recording)
