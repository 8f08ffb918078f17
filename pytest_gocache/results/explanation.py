"""Why the actions of a command ran, as a value and as a table."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from pytest_gocache.golang.action import Kind, without_variant
from pytest_gocache.results.inputs import Change, InputKind
from pytest_gocache.results.reasons import Reason, ReasonCode
from pytest_gocache.results.tables import listed, rows
from pytest_gocache.results.untracked import Untracked, untracked_lines

__all__ = ["Explanation", "by_folder", "table"]

_MOST_ALIKE = 6  # rows for the followers of one cause, or for equal reasons with followers
_MOST_EQUAL = 3  # rows for equal reasons without followers: more are one row
_SHORT_LINE = 45
# What a follower says below the package that it follows.
_BELOW = {
    ReasonCode.FOLLOWS_VETTED: "vets it",
    **dict.fromkeys((ReasonCode.FOLLOWS_IMPORT, ReasonCode.FOLLOWS_IMPORTS), "imports it"),
    **dict.fromkeys((ReasonCode.FOLLOWS_LINKED, ReasonCode.FOLLOWS_LINKED_IMPORTS), "links it"),
}


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
    untracked: tuple[Untracked, ...] = ()
    """What changed after a cached action or test ran, and is an input of no cache key of the command."""

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
        untracked = untracked_lines(self.untracked)
        if not self.reasons:
            return "\n".join([f"{self.title}: none of the selected actions ran", *untracked, *self.advice])
        listed = set(self.reasons)
        outside = [cause for cause in self.causes if cause not in listed]
        return "\n".join([self.title, table([*outside, *self.reasons], label=True), *untracked, *self.advice])


def table(reasons: Sequence[Reason], *, label: bool = False, total: int = 0) -> str:
    """Reasons in two columns: each cause once, and its followers as a tree below it. A repeated text is shown once.

    ``total`` is the number of reasons, with those that the caller leaves out.
    """
    written = _Table(label=label)
    followers: dict[Reason, list[Reason]] = {reason.cause or reason: [] for reason in reasons}
    for reason in reasons:
        if reason.cause is not None:
            followers[reason.cause].append(reason)
    groups = _equal_in_one(by_folder(followers), alone=lambda cause: not followers[cause])
    for cause, group in groups:
        written.add_cause(cause, group)
        written.add_tree(group, list(_without_many_alike([r for one in group for r in followers[one]])))
    in_rows = len({*reasons, *followers}) - sum(len(group) - 1 for _, group in groups)
    return rows(written.rows, total=in_rows + max(0, total - len(reasons)))


def by_folder(causes: Iterable[Reason]) -> list[tuple[Reason, list[Reason]]]:
    """What to say about causes, each with those that it stands for: packages that moved with one folder are one."""
    groups: dict[object, list[Reason]] = {}
    for cause in causes:
        moved = _moved(cause)
        groups.setdefault((cause.since, cause.details, *moved[:2]) if moved else cause, []).append(cause)
    return [(_of_all(group) if len(group) > 1 else group[0], group) for group in groups.values()]


_Group = tuple[Reason, list[Reason]]
"""What to say, and the causes that it stands for."""


def _equal_in_one(groups: Sequence[_Group], alone: Callable[[Reason], bool]) -> list[_Group]:
    """The groups. Many that read alike, and have no followers, become one in the place of the first."""
    keys: list[object] = [(said.kind, *said.lines()) if all(map(alone, group)) else said for said, group in groups]
    equal: dict[object, list[Reason]] = {}
    for key, (_, group) in zip(keys, groups, strict=True):
        equal.setdefault(key, []).extend(group)
    many = {key for key, times in Counter(keys).items() if times > _MOST_EQUAL}
    merged: list[_Group] = []
    for key, one in zip(keys, groups, strict=True):
        if key not in many:
            merged.append(one)
        elif key in equal:
            merged.append((one[0], equal.pop(key)))
    return merged


def _of_all(group: Sequence[Reason]) -> Reason:
    """The first cause of a group, with the folders that all its packages have in common."""
    moved = [found for found in map(_moved, group) if found]
    old, new, _ = moved[0]
    below = os.path.commonpath([inside for *_, inside in moved]).rstrip("/")
    return replace(group[0], changes=(replace(group[0].own[0], old=old + below, new=new + below),))


def _moved(cause: Reason) -> tuple[str, str, str] | None:
    """The old and the new folder around a package, and its place inside of both; None when something else changed."""
    if len(cause.own) != 1 or cause.own[0].input.kind is not InputKind.DIRECTORY:
        return None
    old, new = cause.own[0].old, cause.own[0].new
    if not old or not new:
        return None
    olds, news = re.findall(r"/[^/]*", old), re.findall(r"/[^/]*", new)
    equal = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(olds[::-1], news[::-1], strict=False)))
    inside = "".join(olds[len(olds) - equal :])
    return old.removesuffix(inside), new.removesuffix(inside), inside or "/"


def _without_many_alike(followers: Sequence[Reason]) -> Iterator[Reason]:
    """The followers of one cause. When there are many: the first ones, and all tests."""
    rest = [reason for reason in followers[_MOST_ALIKE:] if reason.kind is not Kind.TEST]
    hidden = set(rest if len(rest) > 1 else ())
    return (reason for reason in followers if reason not in hidden)


@dataclass(slots=True)
class _Table:
    """The rows of a table, and the texts that they show so far."""

    label: bool
    rows: list[tuple[str, Sequence[str]]] = field(default_factory=list)
    _first_name: dict[tuple[str, ...], str] = field(default_factory=dict)
    _times: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _last: tuple[str, ...] = ()
    """The full text of the cause in the last row, also when the row shows it shortened."""

    def add_cause(self, cause: Reason, group: Sequence[Reason]) -> None:
        lines = tuple(cause.lines())
        name = self._name(cause)
        first = self._first_name.setdefault(lines, name)
        self._times[lines] += 1
        if self._times[lines] > _MOST_ALIKE:
            return
        in_full = self._times[lines] == 1 or (len(lines) == 1 and len(lines[0]) <= _SHORT_LINE)
        shown = lines if in_full else ["the same" if self._last == lines else f"as {first}"]
        if group[1:]:
            shown = [*shown, f"the same for {listed([self._name(other) for other in group[1:]])}"]
        self.rows.append((self._name(group[0]), shown))
        self._last = lines

    def add_tree(self, causes: Sequence[Reason], followers: Sequence[Reason]) -> None:
        """Rows for followers, each below the nearest package of its chain that has a row."""
        packages = {reason.package: reason for reason in followers if reason.kind is Kind.COMPILE}
        for name, reason in list(packages.items()):
            packages.setdefault(without_variant(name), reason)
        tops = {without_variant(cause.package) for cause in causes}
        children: dict[Reason | None, list[tuple[Reason, str]]] = {}
        for reason in followers:
            variant = reason.package.removeprefix(without_variant(reason.package))
            near = next((name for name in reason.follows if name in packages or name in tops), "")
            above = packages.get(near + variant) or packages.get(near)
            alone = reason.follows[:1] == (near,) and len(reason.details.packages) <= 1
            text = _BELOW.get(reason.code) if alone else None
            children.setdefault(above, []).append((reason, text or reason.summary))
        self._add_branches(children, None, "")

    def _add_branches(
        self, children: Mapping[Reason | None, Sequence[tuple[Reason, str]]], above: Reason | None, indent: str
    ) -> None:
        branches = children.get(above, ())
        for number, (reason, text) in enumerate(branches, start=1):
            corner, line = ("└─ ", "   ") if number == len(branches) else ("├─ ", "│  ")
            self.rows.append((indent + corner + self._name(reason), [text]))
            self._last = ()
            self._add_branches(children, reason, indent + line)

    def _name(self, reason: Reason) -> str:
        return reason.label if self.label else reason.name
