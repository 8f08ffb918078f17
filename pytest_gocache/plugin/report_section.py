"""The report section of a failing test that lists its go commands."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from itertools import groupby

import pytest

from pytest_gocache.errors import printable
from pytest_gocache.plugin.hosts import columns_of, host_of_process
from pytest_gocache.results.result import Result
from pytest_gocache.results.std_rebuild import std_rebuild_line

__all__ = ["lines_of", "section"]

_MOST_NAMED = 4
_WIDEST_NAMES = 60  # characters of several names
_REPEATED = 40  # characters of a command that an earlier step shows in full
_COMMANDS_EXPLAINED = 10  # the latest of a test
_WIDE = 120  # columns of a terminal that has room for a timeline
_INDENT = "       "
_SHOWN: pytest.StashKey[list[tuple[Result, str]]] = pytest.StashKey()
"""The commands in the sections of ready-made checks, each with its check: the checks share commands."""


def lines_of(result: Result, shown: dict[str, int] | None = None) -> list[str]:
    """One line for a command and what it did; for a program, one more line for each of its go commands.

    Go commands of a program that build nothing, such as ``go env``, have no line unless they fail. ``shown`` has the
    commands of earlier lines, each with its step, and gets the new ones: a long command is shown in full once.
    """
    shown = {} if shown is None else shown
    count = len(result.commands)
    called = f"{count} go command{'s' if count > 1 else ''}"
    first = f"{result.step:3}. {_line(result, [called] if result.commands else _did(result), result.step, shown)}"
    lines = [(command, _did(command)) for command in result.commands]
    return [
        first,
        *(f"       {_line(command, did, result.step, shown)}" for command, did in lines if did or command.returncode),
    ]


def _line(result: Result, did: list[str], step: int, shown: dict[str, int]) -> str:
    if result.returncode:
        code = result.returncode
        did.append(f"exit status {code}" if code > 0 else f"killed by signal {-code}")
    what = "; ".join(did) or "; ".join(result.idle[:1]) or "no action graph"
    command = printable(shlex.join(result.command))
    earlier = shown.setdefault(command, step)
    if earlier != step and len(command) > _REPEATED:
        command = f"{command[:_REPEATED].rstrip()} … as in step {earlier}"
    return f"{command}  [{result.seconds:.2f} s]  {what}"


def _did(result: Result) -> list[str]:
    did = ["what it compiled is unknown"] if result.gaps else []
    if result.actions:
        did.append(_named("compiled", map(result.short_name, result.compiled)))
        if result.linked:
            did.append(_named("linked", map(result.short_name, result.linked)))
        did.append(f"{len(result.cached)} cached")
    ran = sorted(result.short_name(name) for name, outcome in result.tests.items() if outcome.ran)
    replayed = sorted(result.short_name(name) for name, outcome in result.tests.items() if outcome.cached)
    if ran:
        did.append(_named("tests ran", ran))
    if replayed:
        did.append(_named("tests cached", replayed))
    if result.downloads:
        did.append(_named("downloaded", result.downloads))
    return did


def _named(what: str, names: Iterable[str]) -> str:
    listed = sorted(names)
    if not listed:
        return f"{what} nothing"
    fit = max(1, sum(len(", ".join(listed[:number])) <= _WIDEST_NAMES for number in range(1, _MOST_NAMED + 1)))
    more = f" and {len(listed) - fit} more" if len(listed) > fit else ""
    return f"{what} {', '.join(listed[:fit])}{more}"


def section(item: pytest.Item, results: Sequence[Result], *, causes: bool = True) -> str:
    """The text of the section: a line for each command, followed by the causes of what it ran.

    Without ``causes``, each command has its line only; those that the section of an earlier check shows have one
    line together.
    """
    from pytest_gocache.explain.wording import causes_in_brief
    from pytest_gocache.plugin.session import session_of

    lines: list[str] = []
    shown: dict[str, int] = {}
    evidence = results[-1].evidence
    timeline = _timeline(results, columns_of(item.config) if causes else 0)
    if not causes:
        lines, results = _without_shown(item, results)
    for result in results:
        lines += lines_of(result, shown)
        if not causes:
            continue
        lines += [f"       {line}" for line in map(std_rebuild_line, result.go_commands) if line]
        if len(results) - result.step < _COMMANDS_EXPLAINED:
            try:
                lines += [f"       {cause}" for cause in causes_in_brief(result)]
            except Exception as error:  # noqa: BLE001 - an error here would end the session and hide the failure
                lines.append(f"       cannot be explained: {type(error).__name__}: {error}")
    lines += timeline
    # After an error in a teardown the folder may be gone.
    if evidence is not None and evidence.exists() and session_of(item.config).settings.keep != "none":
        host = host_of_process(item.config)
        kept = f"kept on {host} in" if host else "kept in"
        lines.append(f"graphs, logs, caches and sources are {kept} {evidence.parents[2]}")
    return "\n".join(lines)


def _timeline(results: Sequence[Result], columns: int) -> list[str]:
    """The last go command that ran something, in time, if the terminal has room for it."""
    if columns < _WIDE:
        return []
    from pytest_gocache.plugin.report.text_timeline import text_timeline
    from pytest_gocache.plugin.report.timeline import Span
    from pytest_gocache.results.action_record import action_records

    for result in reversed(results):
        for command in reversed(result.go_commands):
            spans = [Span(kind, 0, *rest) for kind, _, *rest in action_records(command)["actions"]]
            lines = text_timeline(spans, columns - 2 * len(_INDENT))
            if lines:
                return [f"{_INDENT}timeline of {command.title}:", *(f"{_INDENT}{line}" for line in lines)]
    return []


def _without_shown(item: pytest.Item, results: Sequence[Result]) -> tuple[list[str], list[Result]]:
    """A line for each run of commands that an earlier section shows, like ``1-2. as in …``, and the other commands."""
    known = item.config.stash.setdefault(_SHOWN, [])
    where = {id(result): check for result, check in known}
    name = item.name
    lines = []
    for check, run in groupby(results, lambda result: where.get(id(result), name)):
        steps = [result.step for result in run]
        if check != name:
            span = str(steps[0]) if len(steps) == 1 else f"{steps[0]}-{steps[-1]}"
            lines.append(f"{span:>3}. as in {check}")
    own = [result for result in results if where.get(id(result), name) == name]
    known += [(result, name) for result in own if id(result) not in where]
    return lines, own
