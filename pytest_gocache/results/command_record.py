"""A go command as plain data, which travels between processes and hosts: what it did, without where."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pytest_gocache.golang.action import Action, Status
from pytest_gocache.results.packages import binary_of, sha256_of
from pytest_gocache.results.result import Result

__all__ = ["command_records"]


def command_records(result: Result, root: Path) -> list[dict[str, Any]]:
    """What the go commands of a result did, one after the other.

    Each is a mapping of JSON types: ``step``; ``command``, with the test's folder ``root`` as ``$ROOT``; ``exit``;
    ``seconds``; ``states``, which has ``compile``, ``link``, ``vet``, ``test`` and ``download`` with their subject
    (``compile example.com/app``; all of the standard library is one) → what became of it; and ``outputs``: for each
    binary that the command leaves in the module, its ``bytes`` and ``sha256``.
    """
    return [_record(command, root) for command in result.go_commands]


def _record(result: Result, root: Path) -> dict[str, Any]:
    states = _states_of(result)
    for package, outcome in result.tests.items():
        states[f"test {package}"] = f"{'cached' if outcome.cached else outcome.status.value}"
    for module in result.downloads:
        states[f"download {module}"] = "downloaded"
    goroot = str(result.circumstances.goroot)
    command = shlex.join(result.command).replace(str(root), "$ROOT").replace(goroot, "$GOROOT")
    return {
        "step": result.step,
        "command": command,
        "exit": result.returncode,
        "seconds": round(result.seconds, 3),
        "states": states,
        "outputs": dict(_outputs(result)),
    }


def _states_of(result: Result) -> dict[str, str]:
    found: dict[str, Status] = {}
    for action in result.actions:
        if action.kind.explained and not action.facts_only:
            subject = f"{action.kind.value} {_name(result, action)}"
            found[subject] = min(action.status, found.get(subject, action.status), key=lambda status: status.rank)
    return {subject: status.value for subject, status in found.items()}


def _name(result: Result, action: Action) -> str:
    # Which packages the standard library is made of changes with each version, and is nobody's doing.
    return "std" if action.plain in result.std or action.import_path in result.std else action.package


def _outputs(result: Result) -> Iterable[tuple[str, dict[str, Any]]]:
    for link in result.links():
        file = binary_of(result, link)
        if file and file.is_relative_to(result.cwd):
            yield link.target, {"bytes": file.stat().st_size, "sha256": sha256_of(file)}
