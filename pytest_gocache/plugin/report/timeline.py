"""The actions of a command in time: lanes without overlap, the critical path, and how parallel they were."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

__all__ = ["Span", "Work", "critical_path", "lanes", "spans_of", "work_of"]

_RAN = ("ran", "failed")


class Span(NamedTuple):
    """One action of a command."""

    kind: str
    package: int
    """The number of the package in the run's ``packages``."""
    status: str
    started: float
    """Seconds after the start of the command."""
    ended: float
    waits_for: Sequence[int]
    """The positions of the spans that had to end first."""

    @property
    def ran(self) -> bool:
        """Whether it ran its commands."""
        return self.status in _RAN

    @property
    def seconds(self) -> float:
        """How long it took."""
        return max(0.0, self.ended - self.started)


def spans_of(command: Mapping[str, Any]) -> list[Span]:
    """The actions of a command of a run."""
    return [Span(*row) for row in command["actions"]]


def lanes(times: Iterable[tuple[float, float]]) -> list[int]:
    """A lane for each interval, from 0, so that no two in one lane overlap: the lowest that is free at its start."""
    listed = list(times)
    found = [0] * len(listed)
    free: list[int] = []
    busy: list[tuple[float, int]] = []
    for number in sorted(range(len(listed)), key=lambda at: listed[at]):
        started, ended = listed[number]
        while busy and busy[0][0] <= started:
            heapq.heappush(free, heapq.heappop(busy)[1])
        lane = heapq.heappop(free) if free else len(busy)
        heapq.heappush(busy, (max(started, ended), lane))
        found[number] = lane
    return found


def critical_path(spans: Sequence[Span]) -> list[int]:
    """The chain of actions that took longest, from its first: each waited for the one before it.

    Empty when nothing ran. With any number of CPUs, the command takes at least as long.
    """
    # An action ends before one that waits for it: in this order, a circle in a damaged file does no harm.
    order = sorted((number for number, span in enumerate(spans) if span.ran), key=lambda number: spans[number].ended)
    longest: dict[int, float] = {}
    before: dict[int, int | None] = {}
    for number in order:
        known = (other for other in spans[number].waits_for if other in longest)
        before[number] = max(known, key=lambda other: longest[other], default=None)
        above = before[number]
        longest[number] = spans[number].seconds + (longest[above] if above is not None else 0.0)
    at = max(longest, key=lambda number: longest[number], default=None)
    path = []
    while at is not None:
        path.append(at)
        at = before[at]
    return path[::-1]


@dataclass(frozen=True, slots=True)
class Work:
    """The work of a command."""

    seconds: float
    """The seconds of all actions that ran, added up."""
    elapsed: float
    """From the start of the first action that ran to the end of the last one."""
    most: int
    """The largest number of actions that ran at the same time."""


def work_of(spans: Sequence[Span]) -> Work:
    """The work of the actions that ran."""
    ran = [span for span in spans if span.ran]
    if not ran:
        return Work(0.0, 0.0, 0)
    changes = sorted([*((span.started, 1) for span in ran), *((span.ended, -1) for span in ran)])
    most = now = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    elapsed = max(span.ended for span in ran) - min(span.started for span in ran)
    return Work(sum(span.seconds for span in ran), elapsed, most)
