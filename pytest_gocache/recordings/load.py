"""Read a recording as a result."""

from __future__ import annotations

import os
from pathlib import Path

from pytest_gocache.errors import RecordingError
from pytest_gocache.explain.cache_keys import cache_key
from pytest_gocache.explain.explainer import explain
from pytest_gocache.results.recording_files import read_recording, write_recording
from pytest_gocache.results.result import Circumstances, Result

__all__ = ["load_result"]


def load_result(folder: Path | str) -> Result:
    """The result that `Result.save` or ``pytest-gocache record`` wrote into a folder.

    Assertions take it, as the result or as ``against=``, and `Result.explain` explains it. Its output is not recorded:
    ``stdout`` and ``stderr`` are empty. A relative pattern names packages that the command considered.

    Raises `RecordingError` when there is no recording, when it is cut off, or when a newer version wrote it.
    """
    if not isinstance(folder, str | os.PathLike):
        raise RecordingError(f"load_result: {folder!r} is no path of a folder")
    around = Circumstances(explain=explain, cache_key=cache_key, save=write_recording)
    return read_recording(Path(os.path.abspath(folder)), around)  # noqa: PTH100 - no link is resolved
