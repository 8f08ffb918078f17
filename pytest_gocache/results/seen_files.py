"""The contents that a module's files were seen to have."""

from __future__ import annotations

import time
from collections.abc import Sequence

__all__ = ["LARGEST", "Texts"]

LARGEST = 256 * 1024
"""Bytes of a file that is worth keeping: a diff of a larger one would be no help."""
_MOST = 32 * 1024 * 1024  # bytes of all of a test


class Texts:
    """The contents of files, in the order in which they were seen; large ones are left out."""

    def __init__(self) -> None:
        self._seen: dict[str, list[tuple[float, bytes]]] = {}
        self._size = 0

    def add(self, file: str, content: bytes) -> None:
        """Remember what is in a file (an absolute path) now."""
        seen = self._seen.setdefault(file, [])
        known = bool(seen) and seen[-1][1] == content
        if not known and len(content) <= LARGEST and self._size + len(content) <= _MOST:
            seen.append((time.time(), content))
            self._size += len(content)

    def of(self, file: str) -> Sequence[bytes]:
        """The contents that a file was seen to have, the latest last."""
        return tuple(content for _, content in self._seen.get(file, ()))

    def at(self, file: str, moment: float) -> bytes | None:
        """What was in a file at a moment (epoch seconds), as far as it was seen."""
        before = [content for seen, content in self._seen.get(file, ()) if seen <= moment]
        return before[-1] if before else None
