"""Colours in the failures of tests that ran go commands, where pytest has colours."""

from __future__ import annotations

import re
from typing import Any

import pytest

__all__ = ["colour"]

_FAILURE = re.compile(r"E( +)")
# A row of a table: the lines of its place in a tree, the package, and what is said of it.
_ROW = re.compile(r"(E +  [│├└─ ]*)(\S(?:.*?\S)?)(  +\S.*)?")
_VALUE = re.compile(r"E +[-+] .*")


class _Painter:
    """A terminal writer that paints the failure lines: everything else goes to pytest's own writer."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer
        self._indent = 0
        self._in_table = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)

    def line(self, text: str = "", **markup: bool) -> None:
        found = _FAILURE.match(text)
        if found is None or not markup.get("red"):
            self._writer.line(text, **markup)
            return
        indent = len(found[1])
        if not self._indent:
            self._indent = indent  # of the first line, which is the fact
            self._writer.line(text, **markup)
        elif _VALUE.fullmatch(text) and indent > self._indent:
            sign = text.lstrip("E ")[0]
            self._writer.line(text, green=sign == "+", red=sign == "-")
        elif indent == self._indent + len("  ") and (row := _ROW.fullmatch(text)):
            self._in_table = True
            self._writer.write(row[1], **markup)
            self._writer.write(row[2], bold=True, cyan=True)
            self._writer.line(row[3] or "", **markup)
        elif indent == self._indent and self._in_table:
            self._writer.line(text, yellow=True)  # advice
        else:
            self._writer.line(text, **markup)


def colour(report: pytest.TestReport) -> None:
    """Paint a failure when a terminal with colours shows it; the text of the report stays as it is."""
    shown: Any = report.longrepr
    if not hasattr(shown, "reprtraceback"):
        return
    if not any(name == "go commands" for name, _ in report.sections):
        return
    plain = shown.toterminal

    def toterminal(writer: Any) -> None:
        plain(_Painter(writer) if writer.hasmarkup else writer)

    shown.toterminal = toterminal
