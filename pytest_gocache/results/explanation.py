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

_MOST_ALIKE = 6  # rows for the followers of one cause, or for equal reasons
_SHORT_LINE = 45


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the actions of one command ran. ``str()`` gives the text of the failure messages."""

    title: str
    """The explained command, with its step."""
    reasons: tuple[Reason, ...]
    """One reason for each selected action that ran: compiles before links, std after other packages, tests last."""
    advice: tuple[str, ...] = ()
    """What to do, one line for each known mistake that the evidence shows."""
    nothing_ran: str = ""
    """Why the command ran nothing at all, such as packages that could not be loaded; empty for a different command."""

    @property
    def causes(self) -> tuple[Reason, ...]:
        """The reasons that follow from no other reason, also those of packages outside the patterns."""
        found = [reason.cause if reason.cause is not None else reason for reason in self.reasons]
        return tuple(dict.fromkeys(found))

    @property
    def followers(self) -> tuple[Reason, ...]:
        """The actions that ran only because of what they import or link."""
        return tuple(reason for reason in self.reasons if reason.cause is not None)

    @property
    def inputs(self) -> tuple[Change, ...]:
        """The inputs of the causes that changed, each once."""
        return tuple(dict.fromkeys(change for cause in self.causes for change in cause.own))

    @property
    def unknown(self) -> tuple[Reason, ...]:
        """The reasons without evidence: Go's log is gone, or does not contain the key."""
        return tuple(reason for reason in self.reasons if not reason.known)

    def __str__(self) -> str:
        if self.nothing_ran:
            return f"{self.title}: nothing ran: {self.nothing_ran}"
        if not self.reasons:
            return f"{self.title}: none of the selected actions ran"
        listed = set(self.reasons)
        outside = [cause for cause in self.causes if cause not in listed]
        return "\n".join([self.title, table([*outside, *self.reasons], label=True), *self.advice])


def table(reasons: Sequence[Reason], prefix: str = "", *, label: bool = False, total: int = 0) -> str:
    """Reasons in two columns: each cause, then its followers. A repeated text is shown once.

    ``total`` is the number of reasons, with those that the caller leaves out.
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
            # A cause that is not listed has no row of its own: its first follower shows it.
            written.add_follower(reason, cause if cause not in listed and reason is following[0] else None)
    return rows(written.rows, total=max(total, len(reasons)))


def _without_many_alike(followers: Sequence[Reason]) -> Iterator[Reason]:
    """The followers of one cause. When there are many: the first ones, and all tests."""
    rest = [reason for reason in followers[_MOST_ALIKE:] if reason.kind is not Kind.TEST]
    hidden = set(rest if len(rest) > 1 else ())
    return (reason for reason in followers if reason not in hidden)


@dataclass(slots=True)
class _Table:
    """The rows of a table, and the texts that they show so far."""

    prefix: str
    label: bool
    rows: list[tuple[str, Sequence[str]]] = field(default_factory=list)
    _first_name: dict[tuple[str, ...], str] = field(default_factory=dict)
    _times: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _last: tuple[str, ...] = ()
    """The full text of the cause in the last row, also when the row shows it shortened."""

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
