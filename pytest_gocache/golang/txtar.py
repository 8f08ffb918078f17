"""The txtar format: several files in one text, as Go's own tests write them."""

from __future__ import annotations

import re

__all__ = ["parse_txtar"]

_MARKER = re.compile(r"^-- (.*\S.*) --[ \t]*(?:\n|\Z)", re.MULTILINE)


def parse_txtar(text: str) -> dict[str, str]:
    """Split a txtar archive into ``{file name: content}``; text before the first marker is a comment.

    A marker is a line ``-- NAME --``. As in Go's ``golang.org/x/tools/txtar``, content that does not end in a newline
    gets one, and the last of several files with one name wins. Text without a marker gives an empty dict.
    """
    _, *parts = _MARKER.split(text.replace("\r\n", "\n"))
    return {name.strip(): _with_newline(content) for name, content in zip(parts[::2], parts[1::2], strict=True)}


def _with_newline(content: str) -> str:
    return content if not content or content.endswith("\n") else content + "\n"
