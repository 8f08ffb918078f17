"""A result whose earlier commands are those of a recording, so that explanations compare it with the recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pytest_gocache.errors import RecordingError, UsageError
from pytest_gocache.results.given_flags import arguments_of
from pytest_gocache.results.result import Result

__all__ = ["held_against"]


def held_against(result: Result, recording: Result | None) -> Result:
    """The result, with the go commands of ``recording`` in place of the earlier commands of its test.

    Without a recording, the result as it is. A go command is compared first with the one that has the same arguments.
    Raises `RecordingError` when the two have no package in common: they are of different modules, or nothing is known
    of one; and `UsageError` for a recording that is no result.
    """
    if recording is None:
        return result
    if not isinstance(recording, Result):
        raise UsageError(f"against={recording!r} is no Result: `load_result(folder)` reads one from a recording")
    old = [command for command in recording.go_commands if command.actions or command.tests]
    theirs = {action.package for command in old for action in command.compiles()} - recording.std
    ours = result.packages_outside_std
    if ours and not theirs & ours:
        raise RecordingError(
            f"{result.title} and the recording of {recording.title} have no package in common: "
            f"the one has {_example(ours)}, the other has {_example(theirs)}"
        )
    if not result.commands:
        return replace(result, previous=_chain(result, 0, old))
    seen: dict[tuple[str, ...], int] = {}
    commands = []
    for command in result.commands:
        times = seen[command.command] = seen.get(command.command, 0) + 1
        commands.append(replace(command, previous=_chain(command, times - 1, old)))
    return replace(result, commands=tuple(commands), previous=_chain(result, 0, old))


def _example(packages: frozenset[str] | set[str]) -> str:
    return min(packages, default="none")


def _chain(command: Result, times: int, old: Sequence[Result]) -> Result | None:
    """The recorded commands, each with the one before it. Explanations look at the last one first.

    ``times`` is how often the command ran before in its own recording.
    """
    same = [one for one in old if one.command == command.command]
    alike = [one for one in old if arguments_of(one).verb == arguments_of(command).verb]
    best = (same[min(times, len(same) - 1) :] or alike[-1:] or old[-1:])[:1]
    others = [one for one in old if not best or one is not best[0]]
    previous: Result | None = None
    for one in [*others, *best]:
        previous = replace(one, step=min(0, -one.step), previous=previous)
    return previous
