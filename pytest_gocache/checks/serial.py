"""Which go commands of a build compile one package at a time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pytest_gocache.checks.findings import Finding
from pytest_gocache.golang.action import Action
from pytest_gocache.results.given_flags import compile_limit
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import dependencies_of

__all__ = ["could_overlap", "limited_commands", "waiting_commands"]

_LEAST_WAIT = 0.02  # seconds: a busy machine may start a compile that is ready so much later


def limited_commands(result: Result) -> Finding:
    """The go commands of a build in which a setting, such as ``-p 1``, lets only one compile run at a time."""
    names, lines = [], []
    for command in result.go_commands:
        limit, what = compile_limit(command)
        if limit > 1 or not what or command.max_parallel > 1 or not could_overlap(command):
            continue
        names.append(" ".join(command.command))
        lines += [
            _one_at_a_time(command),
            f"  {what} limits how many compiles run at a time: without it, Go runs as many as there are CPUs",
        ]
    return Finding(tuple(names), tuple(lines))


def waiting_commands(result: Result) -> Finding:
    """The go commands of a build in which compiles waited although nothing of Go's own order made them wait.

    A compile is ready when everything that it depends on is done. It waited when it was ready, one other compile ran,
    no further action ran, and it started only after that compile. Go gives a ready action to an idle worker at once: so
    there was no second worker. A build in which no two compiles are ready at the same time has no such wait.
    """
    names, lines = [], []
    for command in result.go_commands:
        waits = [] if command.max_parallel > 1 else _waits(command)
        if waits:
            names.append(" ".join(command.command))
            before, waited, seconds = max(waits, key=lambda wait: wait[2])
            lines += [
                _one_at_a_time(command),
                f"  {waited.package} was ready, and waited {seconds:.2f} s until {before.package} was compiled",
                "  no Go setting limits the compiles: check how many CPUs the command may use",
            ]
    return Finding(tuple(names), tuple(lines))


def could_overlap(result: Result) -> bool:
    """Whether a go command compiled two packages that do not wait for each other."""
    return any(
        other.id not in dependencies_of(result, [one]) and one.id not in dependencies_of(result, [other])
        for one, other in pairwise(_compiled(result))
    )


def _compiled(result: Result) -> list[Action]:
    return sorted((action for action in result.compiles() if action.ran), key=lambda action: action.started)


def _one_at_a_time(command: Result) -> str:
    compiled = _compiled(command)
    seconds = sum(action.ended - action.started for action in compiled)
    return f"{command.title}: {len(compiled)} compiles ran one at a time, {seconds:.1f} s in total"


def _waits(command: Result) -> list[tuple[Action, Action, float]]:
    """The compile before, the compile that waited for it without need, and the seconds."""
    ran = [action for action in command.actions if action.ran]
    found = []
    for before, waited in pairwise(_compiled(command)):
        below = dependencies_of(command, [waited])
        if before.id in below:
            continue
        ready = max((action.ended for action in ran if action.id in below and action.id != waited.id), default=0.0)
        since = max(ready, before.started)
        seconds = before.ended - since
        if seconds >= _LEAST_WAIT and not _something_ran(command.actions, before, since):
            found.append((before, waited, seconds))
    return found


def _something_ran(actions: Sequence[Action], alone: Action, since: float) -> bool:
    """Whether an action, such as a look into the cache, ran beside ``alone``: a second worker was busy."""
    return any(action.id != alone.id and action.started < alone.ended and action.ended > since for action in actions)
