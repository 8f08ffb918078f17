"""A go command as plain data that other processes and hosts can read: what the command did, without its paths."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pytest_gocache.golang.action import Action, Status
from pytest_gocache.results.action_record import action_records
from pytest_gocache.results.cause_record import cause_records
from pytest_gocache.results.packages import binary_of, sha256_of
from pytest_gocache.results.result import Result

__all__ = ["command_records"]


def command_records(result: Result, root: Path, *, details: bool = False) -> list[dict[str, Any]]:
    """What the go commands of a result did, in the order of the commands.

    Each record is a mapping of JSON types. ``step`` is a number. ``command`` is a shell command, with ``$ROOT`` for
    the test's folder ``root`` and ``$GOROOT`` for the toolchain. ``exit`` is the exit status. ``seconds`` is the wall
    time. ``states`` maps the word ``compile``, ``link``, ``vet``, ``test`` or ``download`` and its subject
    (``compile example.com/app``) to a status; the standard library is one subject, ``std``. ``outputs`` maps each
    binary that the command leaves in the module to its ``bytes`` and ``sha256``. With ``details``, a record also has
    ``within`` (the program that called the command, and its folder; empty for a command of the test itself),
    ``started`` (epoch seconds), and what `action_records` and `cause_records` return.
    """
    return [_record(command, root, details=details) for command in result.go_commands]


def _record(result: Result, root: Path, *, details: bool) -> dict[str, Any]:
    goroot = str(result.circumstances.goroot)

    def named(text: str) -> str:
        return text.replace(str(root), "$ROOT").replace(goroot, "$GOROOT")

    states = _states_of(result)
    for package, outcome in result.tests.items():
        states[f"test {package}"] = f"{'cached' if outcome.cached else outcome.status.value}"
    for module in result.downloads:
        states[f"download {module}"] = "downloaded"
    return {
        "step": result.step,
        "command": named(shlex.join(result.command)),
        "exit": result.returncode,
        "seconds": round(result.seconds, 3),
        "states": states,
        "outputs": dict(_outputs(result)),
        **(_details(result, named) if details else {}),
    }


def _details(result: Result, named: Callable[[str], str]) -> dict[str, Any]:
    return {
        "within": named(result.within),
        "started": round(result.circumstances.started, 3),
        **action_records(result),
        **cause_records(result, named),
    }


def _states_of(result: Result) -> dict[str, str]:
    found: dict[str, Status] = {}
    for action in result.actions:
        if action.kind.explained and not action.facts_only:
            subject = f"{action.kind.value} {_name(result, action)}"
            found[subject] = min(action.status, found.get(subject, action.status), key=lambda status: status.rank)
    return {subject: status.value for subject, status in found.items()}


def _name(result: Result, action: Action) -> str:
    # The packages of the standard library change with each Go version: a record must not depend on them.
    return "std" if action.plain in result.std or action.import_path in result.std else action.package


def _outputs(result: Result) -> Iterable[tuple[str, dict[str, Any]]]:
    for link in result.links():
        file = binary_of(result, link)
        if file and file.is_relative_to(result.cwd):
            yield link.target, {"bytes": file.stat().st_size, "sha256": sha256_of(file)}
