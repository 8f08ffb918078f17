"""Reads txtar archives: several files in one text."""

from __future__ import annotations

import re

__all__ = ["parse_txtar", "split_txtar"]

_MARKER = re.compile(r"^-- [^\S\n]*(\S(?:[^\n]*\S)?)[^\S\n]* --[ \t]*(?:\n|\Z)", re.MULTILINE)


def parse_txtar(text: str) -> dict[str, str]:
    """Split a txtar archive into ``{file name: content}``.

    The grammar is that of ``golang.org/x/tools/txtar``: an archive is a comment and then files. A file is a marker line
    ``-- NAME --`` and the lines up to the next marker. NAME is what remains after spaces are trimmed. Content without a
    final newline gets one. Every text is a valid archive: without a marker it is all comment, and the dict is empty. Of
    two files with one name the last one wins. CRLF counts as a newline.
    """
    return split_txtar(text)[1]


def split_txtar(text: str) -> tuple[str, dict[str, str]]:
    """The comment before the first file of an archive, and the files as `parse_txtar` returns them."""
    comment, *parts = _MARKER.split(text.replace("\r\n", "\n"))
    files = {name.strip(): _with_newline(content) for name, content in zip(parts[::2], parts[1::2], strict=True)}
    return comment, files


def _with_newline(content: str) -> str:
    return content if not content or content.endswith("\n") else content + "\n"
