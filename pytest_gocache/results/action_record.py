"""When the actions of a go command ran, and which ones they waited for, as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pytest_gocache.golang.action import Action, Kind, Status, TestStatus
from pytest_gocache.results.result import Result

__all__ = ["action_records"]

_FACTS = "facts"


def action_records(result: Result) -> dict[str, Any]:
    """The timed actions of a command: ``actions``, a list of rows, and ``std``, a list of names.

    A row is ``[kind, package, status, started, ended, waits_for]``. ``kind`` is ``compile``, ``link``, ``vet``,
    ``test``, ``facts`` (a vet that only reads a dependency), or Go's word for a different action, like ``cgo``.
    ``started`` and ``ended`` are seconds after the start of the command. ``waits_for`` has the rows (from 0) of the
    actions that had to end first, and that ran too. Only actions that ran or were cached have a row, and of those
    that nothing explains only the ones that ran. ``std`` has the packages in the rows that are of the standard library.
    """
    shown = [(action, status) for action in result.actions if (status := _status(result, action))]
    rows = {action.id: number for number, (action, _) in enumerate(shown)}
    waits = _Waits(result)
    names = {action.package: action for action, _ in shown}
    std = {n for n, a in names.items() if n in result.std or a.plain in result.std or a.import_path in result.std}
    return {
        "actions": [
            [
                _kind(action),
                action.package,
                status.value,
                round(action.started, 4),
                round(action.ended, 4),
                [] if status is Status.CACHED else sorted(rows[number] for number in waits.of(action)),
            ]
            for action, status in shown
        ],
        "std": sorted(std),
    }


def _status(result: Result, action: Action) -> Status | None:
    """What happened to an action that has a row; None for any other one."""
    if action.kind is Kind.TEST:
        # The graph does not say whether a test ran.
        outcome = result.tests.get(action.import_path)
        if outcome is None or not (outcome.ran or outcome.cached):
            return None
        if outcome.cached:
            return Status.CACHED
        return Status.FAILED if outcome.status is TestStatus.FAILED else Status.RAN
    cached = action.status is Status.CACHED and action.kind is not Kind.OTHER and not action.facts_only
    return action.status if action.ran or cached else None


def _kind(action: Action) -> str:
    if action.facts_only:
        return _FACTS
    return action.mode if action.kind is Kind.OTHER else action.kind.value


class _Waits:
    """For each action, the actions that ran before it because it needs them."""

    def __init__(self, result: Result) -> None:
        self._actions: Mapping[int, Action] = {action.id: action for action in result.actions}
        self._latest: dict[int, int | None] = {}

    def of(self, action: Action) -> Iterator[int]:
        """The dependencies that ran; for one that did not, the last action that ended below it."""
        found = (self._last_of(number) for number in action.deps if number in self._actions)
        return iter({number for number in found if number is not None})

    def _last_of(self, number: int) -> int | None:
        """The action itself if it ran, else the last one that ended below it; None when nothing ran there."""
        # No recursion: a chain of imports may be longer than Python's stack.
        waiting = [number]
        while waiting:
            at = waiting[-1]
            action = self._actions[at]
            if at in self._latest or action.ran:
                self._latest.setdefault(at, at)
                waiting.pop()
                continue
            deps = [dep for dep in action.deps if dep in self._actions]
            unknown = [dep for dep in deps if dep not in self._latest]
            if unknown:
                waiting += unknown
                continue
            ran = [latest for dep in deps if (latest := self._latest[dep]) is not None]
            self._latest[at] = max(ran, key=lambda one: self._actions[one].ended, default=None)
            waiting.pop()
        return self._latest[number]
