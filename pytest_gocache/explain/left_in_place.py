"""The binaries that an idle program left in place, and what has changed since they were built."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pytest_gocache.explain.untracked import changed_variables
from pytest_gocache.results.packages import binary_of
from pytest_gocache.results.result import Result
from pytest_gocache.results.tables import listed, step_name

__all__ = ["changed_since_built", "left_in_place"]

_MOST = 3  # of the names in one line


def left_in_place(result: Result) -> list[Result]:
    """The go commands whose binaries an idle program left in place: those of the same program in earlier steps.

    Of the commands with the same target, the latest counts. Empty for a program that is not idle.
    """
    found: dict[str, Result] = {}
    for before in _programs_before(result) if result.idle else ():
        if (before.command, before.cwd) == (result.command, result.cwd):
            for command in reversed(before.commands):
                for link in command.links():
                    if binary_of(command, link):
                        found.setdefault(link.target, command)
    return list({id(command): command for command in found.values()}.values())


def changed_since_built(result: Result) -> list[str]:
    """A line for each go command that built what an idle program left in place: what the test has changed since."""
    lines = []
    for then in left_in_place(result):
        changed = [*_files(then, result), *_settings(then, result), *_toolchain(then, result)]
        if changed:
            targets = listed([link.target for link in then.links() if binary_of(then, link)], _MOST)
            lines.append(f"changed since {step_name(then.step)}, which built {targets}: {listed(changed, _MOST)}")
    return lines


def _files(then: Result, now: Result) -> Iterator[str]:
    """The files that the test itself has changed."""
    texts = now.circumstances.texts
    for path in sorted(texts.edited):
        old, new = (texts.at(path, one.circumstances.started) for one in (then, now))
        if new is not None and old != new and (old is not None or os.path.exists(path)):  # noqa: PTH110 - a string
            yield path.removeprefix(f"{now.cwd}{os.sep}")


def _settings(then: Result, now: Result) -> Iterator[str]:
    """The variables that the test has changed: those of the programs, without those that a Makefile sets."""
    before = next((one for one in _programs_before(now) if then in one.commands), then)
    toolchains = {one.circumstances.goroot for one in (then, now)}
    for name in changed_variables(before, now):
        # A different toolchain has a different folder in PATH.
        if name != "PATH" or len(toolchains) == 1:
            yield f"environment {name}"


def _programs_before(result: Result) -> Iterator[Result]:
    """The earlier steps, the latest first. A program is one step, with its go commands in it."""
    before = result.previous
    while before is not None:
        yield before
        before = before.previous


def _toolchain(then: Result, now: Result) -> Iterator[str]:
    old, new = (_version(one.circumstances.goroot) for one in (then, now))
    if old != new:
        yield f"Go ({old} → {new})"


def _version(goroot: Path) -> str:
    """The version of a toolchain; its folder, when it has no file with the version."""
    try:
        return (goroot / "VERSION").read_text(encoding="utf-8").split()[0]
    except (OSError, IndexError):
        return str(goroot)
