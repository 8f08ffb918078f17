"""Recorded runs of tests made by hand, and their comparison."""

from __future__ import annotations

from typing import Any

from pytest_gocache.gocache_toml import Accepted
from pytest_gocache.plugin.gate.compare import Comparison, TestRun, compare

BUILD = "go build ./..."


def command(text: str = BUILD, step: int = 1, exit_status: int = 0, **states: str) -> dict[str, Any]:
    named = {name.replace("_", " ", 1): state for name, state in states.items()}
    return {"step": step, "command": text, "exit": exit_status, "seconds": 1.0, "states": named, "outputs": {}}


def writes(digest: str, step: int, target: str = "bin/app") -> dict[str, Any]:
    return {**command(step=step), "outputs": {target: {"bytes": 10, "sha256": digest}}}


def run(*commands: dict[str, Any], outcome: str = "passed", detail: str = "") -> TestRun:
    return TestRun(outcome, detail, commands=list(commands))


def held(old: TestRun | None, new: TestRun | None, *accepted: Accepted) -> Comparison:
    sides = {name: side for name, side in (("old", old), ("new", new)) if side is not None}
    return compare("old", "new", {"test_a.py::test_a": sides}, accepted)


def texts(comparison: Comparison) -> list[str]:
    return [change.text for change in comparison.changes]
