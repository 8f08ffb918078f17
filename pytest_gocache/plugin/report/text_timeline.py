"""The actions of a command in time, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_gocache.plugin.report.timeline import Span, lanes

__all__ = ["text_timeline"]

_LETTERS = {"compile": "C", "link": "L", "vet": "V", "test": "T", "facts": "v"}
_OTHER, _CACHED, _IDLE = "o", ".", " "
_NAMES = {"C": "compile", "L": "link", "V": "vet", "T": "test", "v": "vet's facts", "o": "other", ".": "cached"}
_MOST_LANES = 8
_Cell = dict[str, float]


def text_timeline(spans: Sequence[Span], width: int) -> list[str]:
    """A line of ``width`` characters for each lane, and one that says what the letters mean; none when nothing ran.

    A letter is what ran for most of the time that its column stands for; what is cached has one where nothing ran.
    """
    if not any(span.ran for span in spans):
        return []
    begin, end = min(span.started for span in spans), max(span.ended for span in spans)
    column = (end - begin) / width or 1.0
    found = lanes((span.started, span.ended) for span in spans)
    cells: list[list[_Cell]] = [[{} for _ in range(width)] for _ in range(max(found) + 1)]
    for span, lane in zip(spans, found, strict=True):
        _add(cells[lane], span, begin, column)
    lines = ["".join(map(_letter, row)).rstrip() for row in cells[:_MOST_LANES]]
    used = set("".join(lines))
    legend = ", ".join(f"{letter} {name}" for letter, name in _NAMES.items() if letter in used)
    more = [f"and {len(cells) - _MOST_LANES} more lanes"] if len(cells) > _MOST_LANES else []
    return [*lines, *more, f"{begin:.2f} s to {end:.2f} s: {legend}"]


def _add(row: list[_Cell], span: Span, begin: float, column: float) -> None:
    """Add to each cell the seconds of the span that it stands for; those of what is cached do not count."""
    letter = _LETTERS.get(span.kind, _OTHER) if span.ran else _CACHED
    first, last = (min(len(row) - 1, int((time - begin) / column)) for time in (span.started, span.ended))
    for at in range(first, last + 1):
        start = begin + at * column
        covered = max(0.0, min(span.ended, start + column) - max(span.started, start))
        if covered or at == first:  # no cell is for what ends where it begins
            row[at][letter] = row[at].get(letter, 0.0) + (covered if span.ran else 0.0)


def _letter(cell: _Cell) -> str:
    return max(cell, key=lambda letter: (cell[letter], letter != _CACHED), default=_IDLE)
