"""What a module's files were seen to contain: a failure can then show what an edit has changed."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["Texts"]

_LARGEST = 256 * 1024  # bytes of a file; a diff of a larger one would be no help
_MOST = 32 * 1024 * 1024  # bytes of all of a test


class Texts:
    """The contents of files, in the order in which they were seen; large ones are left out."""

    def __init__(self) -> None:
        self._seen: dict[str, list[bytes]] = {}
        self._size = 0

    def add(self, file: str, content: bytes) -> None:
        """Remember what is in a file (an absolute path) now."""
        seen = self._seen.setdefault(file, [])
        if len(content) <= _LARGEST and self._size + len(content) <= _MOST and seen[-1:] != [content]:
            seen.append(content)
            self._size += len(content)

    def of(self, file: str) -> Sequence[bytes]:
        """The contents that a file was seen to have, the latest last."""
        return tuple(self._seen.get(file, ()))
