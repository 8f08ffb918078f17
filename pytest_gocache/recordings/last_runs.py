"""The last run of each command in each checkout, as recordings in the user's cache folder."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from pytest_gocache.errors import RecordingError
from pytest_gocache.host.files import remove_tree
from pytest_gocache.recordings.load import load_result
from pytest_gocache.results.recording_files import INDEX
from pytest_gocache.results.result import Result

__all__ = ["LastRuns"]

_MOST = 50  # recordings; the ones that were unused for longest are deleted


@dataclass(frozen=True, slots=True)
class LastRuns:
    """The recordings in a folder, which need not exist."""

    folder: Path

    def _place(self, result: Result) -> Path:
        identity = "\0".join([str(result.cwd), str(result.circumstances.cwd), *result.command])
        return self.folder / hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:20]

    def of(self, result: Result) -> Result | None:
        """The last run of the same command in the same folder; None for the first run.

        Raises `RecordingError` for a recording that is damaged, or that a newer version wrote.
        """
        place = self._place(result)
        return load_result(place) if (place / INDEX).exists() else None

    def keep(self, result: Result) -> None:
        """Keep a result in place of the last run of its command. Raises `RecordingError` when it cannot be written."""
        place = self._place(result)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # Beside its place, so that one rename puts a whole recording there.
            new = Path(tempfile.mkdtemp(prefix="new-", dir=self.folder))
            try:
                result.save(new)
                with FileLock(self.folder / "lock"):
                    remove_tree(place)
                    new.rename(place)
                    self._make_room()
            finally:
                remove_tree(new)
        except OSError as error:
            raise RecordingError(f"{self.folder}: the run cannot be kept: {error.strerror or error}") from error

    def _make_room(self) -> None:
        kept = [file.parent for file in self.folder.glob(f"*/{INDEX}")]
        kept.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
        for folder in kept[_MOST:]:
            remove_tree(folder)
