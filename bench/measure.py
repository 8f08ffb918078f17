"""Measurements as rows of medians, spreads and ratios of pairs; as a table, as Markdown, as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HEAD = ("what", "median", "min..max", "compared with", "ratio", "target", "met")
_SMALL, _LARGE = 0.1, 10


@dataclass(frozen=True)
class Target:
    """A limit for the median of the ratios, or of the values when the row has no ratios."""

    limit: float
    at_least: bool = False

    def met(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.limit:g}"


@dataclass(frozen=True)
class Row:
    """One line of the table: the values of the runs, and the ratios of their pairs."""

    part: str
    what: str
    values: Sequence[float] = ()
    """Seconds, unless ``unit`` differs. Empty when not measured: ``note`` says why."""
    unit: str = "ms"
    against: str = ""
    ratios: Sequence[float] = ()
    target: Target | None = None
    note: str = ""

    @property
    def judged(self) -> Sequence[float]:
        return self.ratios or [self.shown(value) for value in self.values]

    @property
    def met(self) -> bool | None:
        """Whether the row meets its target; None without a target or without a measurement."""
        if self.target is None or not self.judged:
            return None
        return self.target.met(statistics.median(self.judged))

    def shown(self, value: float) -> float:
        return value * 1e3 if self.unit == "ms" else value

    def cells(self) -> tuple[str, ...]:
        values = [self.shown(value) for value in self.values]
        met = {None: "", True: "yes", False: "NO"}[self.met]
        if self.target is not None and not self.judged:
            met = "NOT MEASURED"
        return (
            self.what,
            f"{_number(statistics.median(values))} {self.unit}" if values else "not measured",
            _spread(values),
            self.against,
            _with_spread(self.ratios),
            str(self.target or ""),
            met,
        )

    def plain(self) -> dict[str, Any]:
        """The row for JSON; times in milliseconds."""
        values = [self.shown(value) for value in self.values]
        return {
            "part": self.part,
            "what": self.what,
            "unit": self.unit,
            **_summary("", values),
            "compared with": self.against,
            **_summary("ratio ", self.ratios),
            "target": str(self.target) if self.target else None,
            "met": self.met,
            "note": self.note,
            "values": values,
            "ratios": list(self.ratios),
        }


def _summary(prefix: str, values: Sequence[float]) -> dict[str, float | None]:
    if not values:
        return dict.fromkeys((f"{prefix}median", f"{prefix}min", f"{prefix}max"))
    return {
        f"{prefix}median": statistics.median(values),
        f"{prefix}min": min(values),
        f"{prefix}max": max(values),
    }


def _number(value: float) -> str:
    size = abs(value)
    if isinstance(value, int) or not size:
        return f"{value:,g}"
    if size and size < _SMALL:
        return f"{value:.3f}"
    return f"{value:.2f}" if size < _LARGE else f"{value:,.0f}" if size >= _LARGE**3 else f"{value:.1f}"


def _with_spread(values: Sequence[float]) -> str:
    if len(values) < 2:
        return _number(values[0]) if values else ""
    return f"{_number(statistics.median(values))} ({_spread(values)})"


def _spread(values: Sequence[float]) -> str:
    return f"{_number(min(values))}..{_number(max(values))}" if len(values) > 1 else ""


def take_turns(
    rounds: int, ways: Mapping[str, Callable[[int], float]], say: Callable[[str], None] = lambda _: None
) -> dict[str, list[float]]:
    """Run each way once a round, with the number of the round; a different one starts each round. Returns seconds."""
    names = list(ways)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            taken[name].append(ways[name](number))
            say(f"round {number + 1} of {rounds}, {name}: {_number(taken[name][-1])} s")
    return taken


def ratios(values: Iterable[float], others: Iterable[float]) -> list[float]:
    """The ratio of each pair."""
    return [value / other for value, other in zip(values, others, strict=True)]


def differences(values: Iterable[float], others: Iterable[float]) -> list[float]:
    """The difference of each pair."""
    return [value - other for value, other in zip(values, others, strict=True)]


def as_text(rows: Iterable[Row]) -> str:
    """All rows in aligned columns, with a title above each part."""
    lines: list[tuple[str, ...]] = [HEAD]
    parts: dict[int, str] = {}
    notes = [""]
    part = ""
    for row in rows:
        if row.part != part:
            part = row.part
            parts[len(lines)] = part
        lines.append(row.cells())
        notes.append(row.note)
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    texts = []
    for number, line in enumerate(lines):
        if number in parts:
            texts += ["", parts[number]]
        cells = [line[0].ljust(widths[0]), line[1].rjust(widths[1])]
        cells += [cell.ljust(width) for cell, width in zip(line[2:], widths[2:], strict=True)]
        texts.append("  ".join(cells).rstrip())
        if notes[number]:
            texts.append(f"    {notes[number]}")
    return "\n".join(texts)


def as_markdown(rows: Iterable[Row]) -> str:
    """All rows as one Markdown table."""
    lines = [("part", *HEAD), ("---",) * (len(HEAD) + 1)]
    for row in rows:
        what, *others = row.cells()
        lines.append((row.part, what + (f" ({row.note})" if row.note else ""), *others))
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
