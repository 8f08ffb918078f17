"""What several go commands did together, as if one had done it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pytest_gocache.action import Action, Status, TestOutcome
from pytest_gocache.result import Result

__all__ = ["with_commands"]

_TELLS_MOST = (Status.FAILED, Status.RAN, Status.CACHED, Status.NOT_RUN)


def with_commands(result: Result, commands: Sequence[Result]) -> Result:
    """The result of a program, and in it what the go commands did that it has called."""
    begun = result.circumstances.started if result.circumstances else 0.0
    actions, origins = _actions_of(commands, begun)
    return replace(
        result,
        commands=tuple(commands),
        actions=actions,
        origins=origins,
        tests=_tests_of(commands),
        downloads=tuple(sorted({module for command in commands for module in command.downloads})),
        std=frozenset[str]().union(*(command.std for command in commands)),
        modules={folder: module for command in commands for folder, module in command.modules.items()},
    )


def _actions_of(results: Sequence[Result], begun: float) -> tuple[tuple[Action, ...], tuple[tuple[int, int], ...]]:
    """The actions of all results, and where each is from; one that several have, with one key, is there once.

    Of these, the one that tells most is kept: that which ran. Times are counted from ``begun`` (epoch seconds).
    """
    kept: dict[object, tuple[int, int]] = {}
    names: dict[tuple[int, int], object] = {}
    for index, result in enumerate(results):
        for position, action in enumerate(result.actions):
            # Without a key of its own (a vet, what was never looked up) it is not known to be the same.
            same = (action.kind, action.package, action.action_id, action.target)
            name = same if action.action_id else (index, position)
            names[index, action.id] = name
            if name not in kept or _rank(action) < _rank(results[kept[name][0]].actions[kept[name][1]]):
                kept[name] = (index, position)
    numbers = {name: number for number, name in enumerate(kept)}
    actions: list[Action] = []
    for index, position in kept.values():
        result = results[index]
        action = result.actions[position]
        delay = result.circumstances.started - begun if result.circumstances else 0.0
        actions.append(
            replace(
                action,
                id=len(actions),
                deps=tuple(numbers[names[index, dep]] for dep in action.deps if (index, dep) in names),
                started=action.started + delay,
                ended=action.ended + delay,
            )
        )
    return tuple(actions), tuple(kept.values())


def _rank(action: Action) -> int:
    return _TELLS_MOST.index(action.status)


def _tests_of(results: Iterable[Result]) -> dict[str, TestOutcome]:
    """The test outcomes of all results; of a package that was tested more than once, that of its execution."""
    found: dict[str, TestOutcome] = {}
    for result in results:
        for name, outcome in result.tests.items():
            if name not in found or outcome.ran or not found[name].ran:
                found[name] = outcome
    return found
