"""Runs made by hand, as the JSON file of a run has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_gocache.plugin.report.run_file import SCHEMA, packed

Row = list[Any]


def row(name: str, times: str, status: str = "ran", waits_for: Sequence[int] = ()) -> Row:
    """An action: ``row("compile lib", "0-1.5")``."""
    kind, _, package = name.partition(" ")
    started, ended = map(float, times.split("-"))
    return [kind, package, status, started, ended, list(waits_for)]


def cause(name: str, code: str = "FIRST_TIME", text: str = "", *, follows: str = "", **fields: Any) -> dict[str, Any]:
    """Why an action ran: ``cause("compile api", "FOLLOWS_IMPORT", follows="compile lib")``."""
    kind, _, package = name.partition(" ")
    above_kind, _, above = follows.partition(" ")
    return {
        "kind": kind,
        "package": package,
        "code": code,
        "since": None,
        "inputs": [],
        "follows": above or None,
        "follows_kind": above_kind or None,
        "details": {},
        "text": text or f"{name}: {code}",
        **fields,
    }


def command(*actions: Row, causes: Sequence[dict[str, Any]] | None = (), **fields: Any) -> dict[str, Any]:
    """A command that starts at second 100 and takes 10 seconds, unless ``fields`` say something else."""
    return {
        "step": 1,
        "command": "go build ./...",
        "exit": 0,
        "seconds": 10.0,
        "states": {f"{kind} {package}": status for kind, package, status, *_ in actions},
        "outputs": {},
        "within": "",
        "started": 100.0,
        "actions": list(actions),
        "std": ["fmt"],
        "causes": None if causes is None else list(causes),
        "causes_unknown": "" if causes is not None else "no graph",
        **fields,
    }


def made_test(name: str, *commands: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A test that passes, unless ``fields`` say something else."""
    empty = dict.fromkeys(("detail", "message", "file", "host"), "")
    return {
        "test": name,
        "toolchain": "default",
        "outcome": "passed",
        **empty,
        "line": 0,
        "commands": list(commands),
        "attempts": 1,
        **fields,
    }


def run_of(*tests: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A run of these tests on one toolchain."""
    packed_tests, packages = packed(tests)
    facts = {"started": "2026-01-02T03:04:05Z", "pytest-gocache": "1", "pytest": "8", "python": "3", "repository": None}
    toolchain = {
        "toolchain": "default",
        "host": "",
        "go": "go1.27.3",
        "goos": "linux",
        "goarch": "amd64",
        "cpus": 2,
        "env": {},
    }
    return {
        "schema": SCHEMA,
        "run": facts,
        "toolchains": [toolchain],
        "packages": packages,
        "tests": packed_tests,
        "gate": None,
        **fields,
    }


FOLLOWED = command(
    row("compile lib", "0-4"),
    row("compile api", "4-6", waits_for=[0]),
    row("compile other", "1-2"),
    row("compile fmt", "0-0", "cached"),
    row("link app", "6-9", waits_for=[1, 2]),
    causes=[
        cause("compile lib", "CHANGED", "lib.go changed since step 1", since=1),
        cause("compile api", "FOLLOWS_IMPORT", "only followed: it imports lib", follows="compile lib"),
        cause("compile other"),
        cause("link app", "FOLLOWS_LINKED", "only followed: it links lib", follows="compile lib"),
    ],
)
"""A build after an edit: ``lib`` changed, ``api`` and the link followed, and ``other`` is new."""
