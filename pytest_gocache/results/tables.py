"""Tables of two columns, short lists of names, counted nouns, and long values in short."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile

__all__ = ["counted", "difference", "listed", "one_line", "rows", "shortened", "step_name"]

_MOST_LINES = 12  # of a table, but for the end of its last row
_MOST_OF_ROW = 14  # lines: a sentence, four values before and after, with their names, and the number of others
_LONGEST_VALUE = 200
_SHORT_VALUE = 60  # beside the name of a package, a longer value does not fit into one line
_MOST_BEFORE = 40  # characters of the equal start
_MOST_AFTER = 20  # characters of the equal end
_PARTS = re.compile(r"[0-9]+|[^\W\d_]+|.", re.DOTALL)


def rows(listed: Iterable[tuple[str, Sequence[str]]], total: int = 0) -> str:
    """Names and their lines in two columns. A long table is cut after a row, and a long row after a line.

    ``total`` is the number of rows, with those that the caller leaves out.
    """
    all_rows = list(listed)
    shown = _first_rows(all_rows)
    total = max(total, len(all_rows))
    width = max((len(name) for name, _ in shown), default=0)
    lines = []
    for name, texts in shown:
        first, *more = _first_lines(texts) or [""]
        lines.append(f"  {name:<{width}}  {first}".rstrip())
        lines += [f"  {'':<{width}}  {line}" for line in more]
    if total > len(shown):
        lines.append(f"  and {total - len(shown)} more")
    return "\n".join(lines)


def _first_rows(all_rows: Sequence[tuple[str, Sequence[str]]]) -> list[tuple[str, Sequence[str]]]:
    shown = []
    lines = 0
    for name, texts in all_rows:
        if lines >= _MOST_LINES:
            break
        shown.append((name, texts))
        lines += max(1, len(texts))
    return shown


def _first_lines(texts: Sequence[str]) -> list[str]:
    rest = len(texts) - _MOST_OF_ROW
    return list(texts) if rest < 2 else [*texts[:_MOST_OF_ROW], f"and {rest} more lines"]  # noqa: PLR2004 - two or more


def listed(names: Sequence[str], most: int = 3) -> str:
    """``lib, api``; with more than ``most`` names: ``lib, api, ext and 2 more``."""
    shown = ", ".join(names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")


def counted(things: Sequence[object], one: str, many: str) -> str:
    """``1 package was``, ``3 packages were``."""
    return f"{len(things)} {one if len(things) == 1 else many}"


def step_name(step: int | None) -> str:
    """A command as sentences call it: ``step 3``, or ``the recording`` for one that `held_against` adds."""
    return f"step {step}" if step is None or step > 0 else "the recording"


def shortened(value: str, other: str | None = "") -> str:
    """The value, cut to about 200 characters. A long value first loses the words that ``other`` also has."""
    if len(value) <= _LONGEST_VALUE:
        return value
    words, others = (re.findall(r"[^\s,]+", text) for text in (value, other or ""))
    differing = ", ".join(word for word in words if word not in set(others))
    text = f"… {differing} …" if differing and len(differing) < len(value) else value
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]} …"


def difference(old: str, new: str, longer_than: int = _SHORT_VALUE, share: float = 2 / 3) -> str:
    """Two long values that are mostly equal, as what differs: ``…Version=1.5-T22:[28:01→33:09]Z``.

    Numbers and words stay whole; of two absolute paths, whole folders differ. Empty when a value is short (at most
    ``longer_than`` characters), when one only adds something to the other, and when they have less than
    ``share`` of a value in common.
    """
    if all(re.fullmatch(r'"[^"]*"', value) for value in (old, new)):
        old, new = old[1:-1], new[1:-1]
    if min(len(old), len(new)) <= longer_than:
        return ""
    paths = all(re.fullmatch(r"/\S*", value) for value in (old, new))
    olds, news = (re.findall(r"/[^/]*", value) if paths else _PARTS.findall(value) for value in (old, new))
    start = _equal_parts(olds, news)
    end = _equal_parts(olds[start:][::-1], news[start:][::-1])
    before, after = "".join(olds[:start]), "".join(olds[len(olds) - end :])
    was, now = ("".join(parts[start : len(parts) - end]) for parts in (olds, news))
    if not (was and now) or len(before + after) < share * max(len(old), len(new)):
        return ""
    if paths:
        return f"…/[{was[1:]}→{now[1:]}]{after}"
    if len(before) > _MOST_BEFORE:
        before = "…" + re.sub(r"^\w+(?=\W)", "", before[-_MOST_BEFORE:])
    if len(after) > _MOST_AFTER:
        after = f"{after[:_MOST_AFTER]}…"
    return f"{before}[{was}→{now}]{after}"


def _equal_parts(one: Sequence[str], other: Sequence[str]) -> int:
    """The number of parts with which both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def one_line(text: str) -> str:
    r"""A text of several lines, such as a script in a command, as one: with ``\n`` between them."""
    return "\\n".join(text.splitlines())
