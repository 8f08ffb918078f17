"""The results of several go commands, as the result of one program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pytest_gocache.golang.action import Action, Status, TestOutcome, TestStatus
from pytest_gocache.results.given_flags import arguments_of
from pytest_gocache.results.result import Origin, Result

__all__ = ["with_commands"]


def with_commands(result: Result, commands: Sequence[Result]) -> Result:
    """The result of a program, with the actions, tests and downloads of the go commands that the program called."""
    begun = result.circumstances.started
    actions, origins = _actions_of(commands, begun)
    return replace(
        result,
        commands=tuple(commands),
        actions=actions,
        origins=origins,
        gaps=(
            *result.gaps,
            *(f"{command.title}: {gap}" for command in commands for gap in command.gaps),
        ),
        tests=_tests_of(commands),
        downloads=tuple(sorted({*result.downloads, *(module for command in commands for module in command.downloads)})),
        std=frozenset[str]().union(*(command.std for command in commands)),
        modules={folder: module for command in commands for folder, module in command.modules.items()},
    )


def _actions_of(results: Sequence[Result], begun: float) -> tuple[tuple[Action, ...], tuple[Origin, ...]]:
    """The actions of all results, each key once, and the origin of each action.

    Of several actions with the same key, the action with the lowest `Status.rank` stays. An action that nothing needed
    is replaced by an action of the same package in a different command: ``go vet ./...`` does not compile main
    packages, but a build before it does. Times are seconds since ``begun``, which is in epoch seconds.
    """
    # A go list without -export compiles nothing, so what it looks up is no evidence of a hit.
    compiling = [(i, result) for i, result in enumerate(results) if arguments_of(result).compiles]
    places = [Origin(index, at) for index, result in compiling for at in range(len(result.actions))]
    found = {place: results[place.command].actions[place.position] for place in places}
    kept = _representatives(found)
    replaced = _replacements(found, list(dict.fromkeys(kept.values())))
    chosen = {place: replaced.get(origin, origin) for place, origin in kept.items()}
    origins = [origin for origin in dict.fromkeys(kept.values()) if origin not in replaced]
    numbers = {origin: number for number, origin in enumerate(origins)}
    by_id = [{action.id: at for at, action in enumerate(result.actions)} for result in results]
    actions: list[Action] = []
    for origin in origins:
        action, of_command = found[origin], by_id[origin.command]
        delay = results[origin.command].circumstances.started - begun
        deps = (chosen[Origin(origin.command, of_command[dep])] for dep in action.deps if dep in of_command)
        actions.append(
            replace(
                action,
                id=len(actions),
                deps=tuple(numbers[dep] for dep in deps),
                started=action.started + delay,
                ended=action.ended + delay,
            )
        )
    return tuple(actions), tuple(origins)


def _representatives(found: Mapping[Origin, Action]) -> dict[Origin, Origin]:
    """For each action, the action with the same key that stays: the lowest rank, then the first."""
    kept: dict[object, Origin] = {}
    keys: dict[Origin, object] = {}
    for place, action in found.items():
        # Two actions without an action ID (vets, keys that Go did not compute) may differ: keep both.
        key = (action.kind, action.package, action.action_id, action.target) if action.action_id else place
        keys[place] = key
        if key not in kept or action.status.rank < found[kept[key]].status.rank:
            kept[key] = place
    return {place: kept[key] for place, key in keys.items()}


def _replacements(found: Mapping[Origin, Action], kept: Sequence[Origin]) -> dict[Origin, Origin]:
    """For each action that nothing needed: the action of the same package in a different command that was needed."""
    needed: dict[object, list[Origin]] = {}
    for place in kept:
        if found[place].status is not Status.NOT_RUN:
            needed.setdefault(_subject(found[place]), []).append(place)
    replaced = {}
    for place in kept:
        if found[place].status is Status.NOT_RUN:
            others = [one for one in needed.get(_subject(found[place]), ()) if one.command != place.command]
            if others:
                replaced[place] = min(others, key=lambda one: found[one].status.rank)
    return replaced


def _subject(action: Action) -> object:
    return action.kind, action.package, action.facts_only


def _tests_of(results: Iterable[Result]) -> dict[str, TestOutcome]:
    """The test outcomes of all results. Of several outcomes of one package, the heaviest counts, then the latest."""
    found: dict[str, TestOutcome] = {}
    for result in results:
        for name, outcome in result.tests.items():
            if name not in found or _weight(outcome) >= _weight(found[name]):
                found[name] = outcome
    return found


def _weight(outcome: TestOutcome) -> int:
    """The weight of an outcome: failures weigh most, and an execution weighs more than a cached result."""
    if outcome.status is TestStatus.PASSED:
        return 1 if outcome.cached else 2
    return {TestStatus.NO_TESTS: 0, TestStatus.BUILD_FAILED: 3, TestStatus.FAILED: 4}[outcome.status]
