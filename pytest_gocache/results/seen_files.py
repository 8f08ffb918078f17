"""The known contents of the files of a module, over time."""

from __future__ import annotations

import time
from collections.abc import Sequence

__all__ = ["LARGEST", "Texts"]

LARGEST = 256 * 1024
"""The size in bytes up to which contents are kept: a diff of a larger file does not help."""
_MOST = 32 * 1024 * 1024  # bytes for all files of a test


class Texts:
    """The contents of files, each with the time when it was read. Large files are left out."""

    def __init__(self) -> None:
        self._seen: dict[str, list[tuple[float, bytes]]] = {}
        self._size = 0
        self.edited: set[str] = set()
        """The files that the test itself wrote, as absolute paths."""

    def edit(self, file: str, content: bytes) -> None:
        """Remember the content of a file that the test itself writes."""
        self.edited.add(file)
        self.add(file, content)

    def add(self, file: str, content: bytes) -> None:
        """Remember the present content of a file. ``file`` is an absolute path."""
        seen = self._seen.setdefault(file, [])
        known = bool(seen) and seen[-1][1] == content
        if not known and len(content) <= LARGEST and self._size + len(content) <= _MOST:
            seen.append((time.time(), content))
            self._size += len(content)

    def of(self, file: str) -> Sequence[bytes]:
        """The known contents of a file, the latest last."""
        return tuple(content for _, content in self._seen.get(file, ()))

    def at(self, file: str, moment: float) -> bytes | None:
        """The content of a file at a moment in epoch seconds; None when it is not known."""
        before = [content for seen, content in self._seen.get(file, ()) if seen <= moment]
        return before[-1] if before else None
