"""Two recordings compared: why each action of the new one ran, held against the old one."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pytest_gocache.errors import RecordingError
from pytest_gocache.explain.actions import Explainer
from pytest_gocache.explain.advice import advice_for
from pytest_gocache.explain.tests import why_test_ran
from pytest_gocache.golang.action import Kind
from pytest_gocache.recordings.command_text import command_text
from pytest_gocache.results.against import held_against
from pytest_gocache.results.explanation import by_folder
from pytest_gocache.results.inputs import InputKind
from pytest_gocache.results.reasons import Reason
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import matching

__all__ = ["Difference", "FailOn", "Ran", "Row", "difference", "require_comparable", "rows_of"]


class FailOn(enum.Enum):
    """What ``pytest-gocache diff --fail-on`` fails for."""

    REBUILT = "rebuilt"
    """A package outside the standard library was compiled that the old recording has too."""
    COLD_STD = "cold-std"
    """A package of the standard library was compiled."""
    TESTS = "tests"
    """A test was executed."""


@dataclass(frozen=True, slots=True)
class Ran:
    """An action or a test of the new recording that ran."""

    reason: Reason
    seconds: float
    """How long it ran; 0 for a test without a printed time."""
    std: bool
    """Whether its package is of the standard library."""


@dataclass(frozen=True, slots=True)
class Row:
    """One cause, or one thing that several causes have in common."""

    reason: Reason
    """What to say of all of them."""
    causes: tuple[Ran, ...]
    """The actions whose own inputs differ, or whose keys are the same."""
    followers: tuple[Ran, ...]
    """The actions that ran only because of these."""

    @property
    def seconds(self) -> float:
        """The seconds of all its actions."""
        return sum(ran.seconds for ran in (*self.causes, *self.followers))


@dataclass(frozen=True, slots=True)
class Difference:
    """What a command did that an earlier one did not have to do, and why."""

    old: Result
    new: Result
    rows: tuple[Row, ...]
    """The causes, the most expensive first."""
    only_in_old: tuple[str, ...]
    """The packages outside the standard library that only the old recording has, by name."""
    advice: tuple[str, ...]

    @property
    def ran(self) -> tuple[Ran, ...]:
        """Each action and test that ran, once."""
        return tuple(dict.fromkeys(ran for row in self.rows for ran in (*row.causes, *row.followers)))

    def has(self, what: FailOn) -> bool:
        """Whether this is a difference to fail for."""
        ran = self.ran
        if what is FailOn.TESTS:
            return any(one.reason.kind is Kind.TEST for one in ran)
        compiled = [one for one in ran if one.reason.kind is Kind.COMPILE]
        if what is FailOn.COLD_STD:
            return any(one.std for one in compiled)
        return any(not (one.std or one.reason.first) for one in compiled)


def require_comparable(result: Result) -> None:
    """Raise `RecordingError` when it is not known what a result did, or when it neither built nor tested a package."""
    if result.gaps:
        raise RecordingError(f"it is not known what {command_text(result)} compiled: {'; '.join(result.gaps)}")
    if not any(True for _ in result.compiles()) and not result.tests:
        raise RecordingError(f"{command_text(result)} neither built nor tested a package: there is nothing to compare")


def difference(old: Result, new: Result, patterns: Sequence[str] = ()) -> Difference:
    """Compare what ``new`` ran with ``old``; with package patterns: what of these packages ran.

    Raises `RecordingError` as `require_comparable`, and when the two have no package in common, and `PatternError` for
    a pattern that matches no package of ``new``.
    """
    for result in (old, new):
        require_comparable(result)
    held = held_against(new, old)
    ran = list(_ran_in(held, patterns))
    rows = sorted(rows_of(ran), key=lambda row: -row.seconds)
    gone = sorted(old.packages_outside_std - new.packages)
    return Difference(old, new, tuple(rows), tuple(gone), advice_for(one.reason for one in ran))


def _ran_in(held: Result, patterns: Sequence[str]) -> Iterator[Ran]:
    explainer = Explainer()
    actions = [action for action in held.actions if action.kind.explained and not action.facts_only]
    chosen = matching(held, actions, patterns) if patterns else actions
    for action in chosen:
        if action.ran:
            reason = explainer.reason(held, action)
            yield Ran(reason, action.ended - action.started, action.package in held.std)
    packages = {action.import_path for action in chosen}
    for name, outcome in held.tests.items():
        if outcome.ran and (name in packages or not patterns):
            yield Ran(why_test_ran(held, name, explainer), outcome.seconds or 0.0, std=name in held.std)


def rows_of(ran: Sequence[Ran]) -> Iterator[Row]:
    """A row for each cause, or for what several causes have in common, with the actions that follow them."""
    own: dict[Reason, list[Ran]] = {}
    followers: dict[Reason, list[Ran]] = {}
    for one in ran:
        (own if one.reason.cause is None else followers).setdefault(one.reason.cause or one.reason, []).append(one)
    # The cause of a follower need not have run in this command: it is shown with its followers.
    parts: dict[Reason, list[Reason]] = {}
    for cause in dict.fromkeys([*own, *followers]):
        first, *others = _without_move(cause)
        parts.setdefault(first, []).append(cause)
        for other in others:
            parts.setdefault(other, []).append(cause)
    merged: dict[object, list[tuple[Reason, Sequence[Reason]]]] = {}
    for said, group in by_folder(parts):
        merged.setdefault(_alike(said), []).append((said, group))
    for groups in merged.values():
        causes = [cause for _, group in groups for part in group for cause in parts[part]]
        follow = [one for cause in causes for one in followers.get(cause, ())]
        yield Row(groups[0][0], tuple(_all(own, causes)), tuple(dict.fromkeys(follow)))


def _all(own: dict[Reason, list[Ran]], causes: Iterable[Reason]) -> list[Ran]:
    return list(dict.fromkeys(one for cause in causes for one in own.get(cause, ())))


def _without_move(cause: Reason) -> list[Reason]:
    """A cause in parts: what the folder of the package has nothing to do with, and the folder.

    The folders differ because the machines do. What else differs in a package must not hide that, and not be hidden.
    """
    folder = [change for change in cause.own if change.input.kind is InputKind.DIRECTORY]
    rest = tuple(change for change in cause.own if change not in folder)
    if not folder or not rest:
        return [cause]
    return [replace(cause, changes=rest), replace(cause, changes=tuple(folder))]


def _alike(said: Reason) -> object:
    """What causes have in common that are one row: the same inputs with the same values, or the same code."""
    details = said.details
    facts = (details.flag, details.command, details.event, details.before, details.now, details.in_go_words)
    inputs = said.own or said.changes
    return said.kind, said.code, inputs, facts if not inputs else ()
