"""Tables of two columns, short lists of names, counted nouns, and shortened values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

__all__ = ["counted", "listed", "rows", "shortened"]

_MOST_LISTED = 20
_LONGEST_VALUE = 200


def rows(listed: Iterable[tuple[str, Sequence[str]]], total: int = 0) -> str:
    """Names and their lines in two columns. A long table is cut.

    ``total`` is the number of rows, with those that the caller leaves out.
    """
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


def listed(names: Sequence[str], most: int = 3) -> str:
    """``lib, api``; with more than ``most`` names: ``lib, api, ext and 2 more``."""
    shown = ", ".join(names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")


def counted(things: Sequence[object], one: str, many: str) -> str:
    """``1 package was``, ``3 packages were``."""
    return f"{len(things)} {one if len(things) == 1 else many}"


def shortened(value: str, other: str | None = "") -> str:
    """The value, cut to about 200 characters. A long value first loses the words that ``other`` also has."""
    if len(value) <= _LONGEST_VALUE:
        return value
    words, others = (re.findall(r"[^\s,]+", text) for text in (value, other or ""))
    differing = ", ".join(word for word in words if word not in set(others))
    text = f"… {differing} …" if differing and len(differing) < len(value) else value
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]} …"
