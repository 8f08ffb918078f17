"""What GitHub Actions reads and shows: workflow commands, and places in its Markdown."""

from __future__ import annotations

import re

__all__ = ["cell", "error_command", "fenced"]

_LONGEST = 10_000  # characters of one message: GitHub refuses a summary of more than 1 MiB


def error_command(title: str, message: str, file: str = "", line: int = 0) -> str:
    """The workflow command of an annotation, in one line.

    ``file`` is relative to the repository, and ``line`` counts from 1. Without a file, the annotation has no place.
    """
    place = {"file": file, "line": str(line)} if file and line else {"file": file} if file else {}
    properties = {**place, "title": title}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::error {listed}::{_data(_cut(message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def cell(text: str) -> str:
    """Text that has no special meaning in a paragraph or a table of Markdown."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def fenced(text: str) -> str:
    """Text as a block of Markdown, whatever backticks it has."""
    longest = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{_cut(text)}\n{fence}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
