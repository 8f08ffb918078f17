"""Why the actions of a command ran, as a value and as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pytest_gocache.golang.action import Kind
from pytest_gocache.results.inputs import Change
from pytest_gocache.results.reasons import Reason
from pytest_gocache.results.tables import rows

__all__ = ["Explanation", "table"]

_MOST_ALIKE = 6  # rows for one cause, or for one reason that many have
_SHORT_LINE = 45


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the actions of one command ran. ``str()`` of it reads as the failure messages do."""

    title: str
    """The command that is explained, with its step."""
    reasons: tuple[Reason, ...]
    """One for each action that ran and was asked for, in the action graph's order."""
    advice: tuple[str, ...] = ()
    """What to do, a line each; only where the evidence fits a known mistake."""
    nothing_ran: str = ""
    """Why the command ran nothing at all: its packages could not be loaded; empty when it ran or looked up actions."""

    @property
    def causes(self) -> tuple[Reason, ...]:
        """What is behind it all: the reasons that follow from no other, those outside the patterns included."""
        found = [reason.cause if reason.cause is not None else reason for reason in self.reasons]
        return tuple(dict.fromkeys(found))

    @property
    def followers(self) -> tuple[Reason, ...]:
        """The actions that ran only because of what they import or link."""
        return tuple(reason for reason in self.reasons if reason.cause is not None)

    @property
    def inputs(self) -> tuple[Change, ...]:
        """Every input of a cause that is not what it was, each once."""
        return tuple(dict.fromkeys(change for cause in self.causes for change in cause.own))

    @property
    def unknown(self) -> tuple[Reason, ...]:
        """The actions for which there is no evidence."""
        return tuple(reason for reason in self.reasons if not reason.known)

    def __str__(self) -> str:
        if self.nothing_ran:
            return f"{self.title}: nothing ran: {self.nothing_ran}"
        if not self.reasons:
            return f"{self.title}: nothing that was asked for ran"
        listed = set(self.reasons)
        outside = [cause for cause in self.causes if cause not in listed]
        return "\n".join([self.title, table([*outside, *self.reasons], label=True), *self.advice])


def table(reasons: Sequence[Reason], prefix: str = "", *, label: bool = False, total: int = 0) -> str:
    """Reasons in two columns: each cause with its followers after it, each text once.

    ``total`` counts the reasons that were left out, too.
    """
    written = _Table(prefix, label=label)
    listed = set(reasons)
    followers: dict[Reason, list[Reason]] = {reason.cause or reason: [] for reason in reasons}
    for reason in reasons:
        if reason.cause is not None:
            followers[reason.cause].append(reason)
    for cause, following in followers.items():
        if cause in listed:
            written.add_cause(cause)
        for reason in _without_many_alike(following):
            # A cause that is not listed was expected: its first follower shows it.
            written.add_follower(reason, cause if cause not in listed and reason is following[0] else None)
    return rows(written.rows, total=max(total, len(reasons)))


def _without_many_alike(followers: Sequence[Reason]) -> Iterator[Reason]:
    """The followers of one cause; of many, the first ones and the tests."""
    rest = [reason for reason in followers[_MOST_ALIKE:] if reason.kind is not Kind.TEST]
    hidden = set(rest if len(rest) > 1 else ())
    return (reason for reason in followers if reason not in hidden)


@dataclass(slots=True)
class _Table:
    """The rows of a table, and what they have shown so far."""

    prefix: str
    label: bool
    rows: list[tuple[str, Sequence[str]]] = field(default_factory=list)
    _first_name: dict[tuple[str, ...], str] = field(default_factory=dict)
    _times: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _last: tuple[str, ...] = ()
    """What the last row is about, however short it is."""

    def add_cause(self, cause: Reason) -> None:
        lines = tuple(cause.lines())
        name = self._name(cause)
        first = self._first_name.setdefault(lines, name)
        self._times[lines] += 1
        if self._times[lines] > _MOST_ALIKE:
            return
        in_full = self._times[lines] == 1 or (len(lines) == 1 and len(lines[0]) <= _SHORT_LINE)
        shown = lines if in_full else ["the same" if self._last == lines else f"as {first}"]
        self.rows.append((self.prefix + name, shown))
        self._last = lines

    def add_follower(self, reason: Reason, cause: Reason | None) -> None:
        shown = [f"{reason.summary}:", *(f"  {line}" for line in cause.lines())] if cause else [reason.summary]
        self.rows.append((self.prefix + self._name(reason), shown))
        self._last = ()

    def _name(self, reason: Reason) -> str:
        return reason.label if self.label else reason.package
