"""Results of recorded go commands, with logs, and of commands that change their inputs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pytest_gocache.explain.history import log_of
from pytest_gocache.golang.action import Action, Status
from pytest_gocache.golang.hashlog import short_id
from pytest_gocache.results.result import Result
from tests.golang.hash_lines import block
from tests.recorded_results import FROM_NOTHING, first_command, first_log

APP = "example.com/app"

Edit = Callable[[str, str], str]
"""The name of a hash block and one of its lines → the line that takes its place."""


def all_steps(version: str, folder: Path) -> list[Result]:
    """The recorded commands of a version as the steps of one test, with their logs below ``folder``."""
    steps: list[Result] = []
    for name in FROM_NOTHING:
        log = first_log(version, name)
        steps.append(step(first_command(version, name), folder, log, steps[-1] if steps else None))
    return steps


def step(result: Result, folder: Path, log: bytes, previous: Result | None, **changes: object) -> Result:
    """The command as the step after ``previous``, with a log of its own."""
    number = previous.step + 1 if previous else 1
    evidence = folder / str(number)
    evidence.mkdir()
    (evidence / "stderr").write_bytes(log)
    modules = {".": APP}
    return replace(result, step=number, evidence=evidence, previous=previous, modules=modules, **changes)  # type: ignore[arg-type]


def changed(previous: Result, folder: Path, edit: Edit, **changes: object) -> Result:
    """The same build once more after a change of its inputs: what has a new key ran, the rest is cached."""
    blocks = log_of(previous).by_id
    contents: dict[str, str] = {}
    actions: dict[int, Action] = {}
    log = b""
    for action in _imports_first(previous):
        hashed = blocks.get(action.action_id)
        if hashed is None:
            actions[action.id] = action
            continue
        lines = [edit(hashed.name, line) for line in hashed.inputs]
        lines = [_with_contents(line, contents) for line in lines]
        if lines == list(hashed.inputs):
            actions[action.id] = replace(action, status=Status.CACHED)
            continue
        encoded = [line.encode("utf-8", "surrogateescape") for line in lines]
        log += b"".join(block(hashed.name, encoded[1:], salt=encoded[0]))
        key = short_id(hashlib.sha256(b"".join(encoded)).digest())
        content = action.content_id[::-1]
        contents[action.content_id] = content
        actions[action.id] = replace(action, action_id=key, build_id=f"{key}/{content}", status=Status.RAN)
    in_order = tuple(actions[action.id] for action in previous.actions)
    return step(replace(previous, actions=in_order), folder, log, previous, **changes)


def _with_contents(line: str, contents: Mapping[str, str]) -> str:
    for old, new in contents.items():
        line = line.replace(old, new)
    return line


def _imports_first(result: Result) -> Iterator[Action]:
    seen: set[int] = set()

    def visit(action: Action) -> Iterator[Action]:
        if action.id not in seen:
            seen.add(action.id)
            for dep in action.deps:
                yield from visit(result.actions[dep])
            yield action

    for action in result.actions:
        yield from visit(action)
