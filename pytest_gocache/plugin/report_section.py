"""The report section of a failing test that lists its go commands."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

import pytest

from pytest_gocache.errors import printable
from pytest_gocache.plugin.hosts import host_of_process
from pytest_gocache.results.result import Result
from pytest_gocache.results.std_rebuild import std_rebuild_line

__all__ = ["lines_of", "section"]

_MOST_NAMED = 4
_COMMANDS_EXPLAINED = 10  # the latest of a test


def lines_of(result: Result) -> list[str]:
    """One line for a command and what it did; for a program, one more line for each of its go commands."""
    count = len(result.commands)
    called = f"{count} go command{'s' if count > 1 else ''}"
    first = f"{result.step:3}. {_line(result, [called] if result.commands else _did(result))}"
    return [first, *(f"       {_line(command, _did(command))}" for command in result.commands)]


def _line(result: Result, did: list[str]) -> str:
    if result.returncode:
        did.append(f"exit status {result.returncode}" if result.returncode > 0 else f"killed by {-result.returncode}")
    what = "; ".join(did) or "; ".join(result.idle[:1]) or "no action graph"
    return f"{printable(shlex.join(result.command))}  [{result.seconds:.2f} s]  {what}"


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
    more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    return f"{what} {', '.join(listed[:_MOST_NAMED])}{more}"


def section(item: pytest.Item, results: Sequence[Result]) -> str:
    """The text of the section: a line for each command, followed by the causes of what it ran."""
    from pytest_gocache.explain.wording import causes_in_brief
    from pytest_gocache.plugin.session import session_of

    lines = []
    for result in results:
        lines += lines_of(result)
        lines += [f"       {line}" for line in map(std_rebuild_line, result.go_commands) if line]
        if len(results) - result.step < _COMMANDS_EXPLAINED:
            try:
                lines += [f"       {cause}" for cause in causes_in_brief(result)]
            except Exception as error:  # noqa: BLE001 - an error here would end the session and hide the failure
                lines.append(f"       cannot be explained: {type(error).__name__}: {error}")
    evidence = results[-1].evidence
    # After an error in a teardown the folder may be gone.
    if evidence is not None and evidence.exists() and session_of(item.config).settings.keep != "none":
        host = host_of_process(item.config)
        kept = f"kept on {host} in" if host else "kept in"
        lines.append(f"graphs, logs, caches and sources are {kept} {evidence.parents[2]}")
    return "\n".join(lines)
