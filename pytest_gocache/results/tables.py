"""Rows in two columns, and counted nouns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["counted", "rows"]

_MOST_LISTED = 20


def rows(listed: Iterable[tuple[str, Sequence[str]]], total: int = 0) -> str:
    """A name and its lines, in two columns; a long list is cut. ``total`` counts those not given, too."""
    all_rows = list(listed)
    shown = all_rows[:_MOST_LISTED]
    total = max(total, len(all_rows))
    width = max((len(name) for name, _ in shown), default=0)
    lines = []
    for name, texts in shown:
        first, *more = texts or [""]
        lines.append(f"  {name:<{width}}  {first}".rstrip())
        lines += [f"  {'':<{width}}  {line}" for line in more]
    if total > len(shown):
        lines.append(f"  and {total - len(shown)} more")
    return "\n".join(lines)


def counted(things: Sequence[object], one: str, many: str) -> str:
    """``1 package was``, ``3 packages were``."""
    return f"{len(things)} {one if len(things) == 1 else many}"
