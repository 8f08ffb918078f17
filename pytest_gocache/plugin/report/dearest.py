"""The causes that cost the most time in a run, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pytest_gocache.errors import printable
from pytest_gocache.plugin.report.causes import CauseGroup, cause_groups, rows_by_name
from pytest_gocache.plugin.report.timeline import spans_of
from pytest_gocache.results.tables import one_line

__all__ = ["dearest_lines"]

_LONGEST = 160  # characters of a sentence


def dearest_lines(run: Mapping[str, Any], most: int) -> list[str]:
    """The causes of work that an earlier command of the same test had done before, the dearest first.

    Each has its seconds, those of what only followed it among them, and the command.
    """
    found = sorted(_groups(run), key=lambda one: -one[0].seconds)
    again = [(group, where) for group, where in found if group.again]
    first, repeated = (sum(g.seconds for g, _ in found if g.again is kind) for kind in (False, True))
    lines = [f"{repeated:.1f} s of work done again, {first:.1f} s done for the first time in a test"]
    shown = again[:most]
    width = max((len(f"{group.seconds:.2f}") for group, _ in shown), default=0)
    for group, where in shown:
        followed = f"; {len(group.followers)} followed" if group.followers else ""
        many = f"{len(group.own)} actions: " if len(group.own) > 1 else ""
        lines.append(f"{group.seconds:>{width}.2f} s  {many}{_short(group.cause['text'])}{followed}")
        lines.append(f"{'':{width}}    {where}")
    if len(again) > most:
        lines.append(f"and {len(again) - most} more")
    return lines


def _groups(run: Mapping[str, Any]) -> Iterator[tuple[CauseGroup, str]]:
    for test in run["tests"]:
        name = test["test"] if test["toolchain"] == "default" else f"{test['test']} on {test['toolchain']}"
        for command in test["commands"]:
            spans = spans_of(command)
            where = printable(f"{name}  `{_short(command['command'])}` (step {command['step']})")
            for group in cause_groups(command["causes"] or (), spans, rows_by_name(spans, run["packages"])):
                yield group, where


def _short(text: str) -> str:
    line = printable(one_line(text))
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} …"
