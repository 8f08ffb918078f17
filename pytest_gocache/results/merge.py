"""What several go commands did together, as if one had done it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pytest_gocache.golang.action import Action, Status, TestOutcome, TestStatus
from pytest_gocache.results.result import Result

__all__ = ["with_commands"]

_TELLS_MOST = (Status.FAILED, Status.RAN, Status.CACHED, Status.NOT_RUN)


def with_commands(result: Result, commands: Sequence[Result]) -> Result:
    """The result of a program, and in it what the go commands did that it has called."""
    begun = result.circumstances.started
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

    Of these, the one that tells most is kept: that which ran. One that nothing needed stands aside for any other of its
    package: ``go vet ./...`` does not compile main packages, and a build before it did. Times are counted from
    ``begun`` (epoch seconds).
    """

    def at(place: tuple[int, int]) -> Action:
        return results[place[0]].actions[place[1]]

    kept: dict[object, tuple[int, int]] = {}
    names: dict[tuple[int, int], object] = {}
    for index, result in enumerate(results):
        for position, action in enumerate(result.actions):
            # Without a key of its own (a vet, what was never looked up) it is not known to be the same.
            same = (action.kind, action.package, action.action_id, action.target)
            name: object = same if action.action_id else (index, position)
            names[index, action.id] = name
            if name not in kept or _rank(action) < _rank(at(kept[name])):
                kept[name] = (index, position)
    # By package: what a command made of it.
    told: dict[object, list[object]] = {}
    for name, place in kept.items():
        if at(place).status is not Status.NOT_RUN:
            told.setdefault(_subject(at(place)), []).append(name)
    stand_in: dict[object, object] = {}
    for name, place in kept.items():
        others = told.get(_subject(at(place)), []) if at(place).status is Status.NOT_RUN else []
        elsewhere = (other for other in others if kept[other][0] != place[0])
        stand_in[name] = min(elsewhere, key=lambda other: _rank(at(kept[other])), default=name)
    names = {place: stand_in[name] for place, name in names.items()}
    kept = {name: place for name, place in kept.items() if stand_in[name] == name}
    numbers = {name: number for number, name in enumerate(kept)}
    actions: list[Action] = []
    for place in kept.values():
        index, action = place[0], at(place)
        result = results[index]
        delay = result.circumstances.started - begun
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


def _subject(action: Action) -> object:
    return action.kind, action.package, action.facts_only


def _rank(action: Action) -> int:
    return _TELLS_MOST.index(action.status)


def _tests_of(results: Iterable[Result]) -> dict[str, TestOutcome]:
    """The test outcomes of all results; of a package that was tested more than once, the latest that tells most."""
    found: dict[str, TestOutcome] = {}
    for result in results:
        for name, outcome in result.tests.items():
            if name not in found or _weight(outcome) >= _weight(found[name]):
                found[name] = outcome
    return found


def _weight(outcome: TestOutcome) -> int:
    """How much an outcome tells: a failure most, and of the others an execution more than a cached result."""
    if outcome.status is TestStatus.PASSED:
        return 1 if outcome.cached else 2
    return {TestStatus.NO_TESTS: 0, TestStatus.BUILD_FAILED: 3, TestStatus.FAILED: 4}[outcome.status]
