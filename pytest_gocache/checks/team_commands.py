"""Which commands the ready-made checks run: those of ``gocache.toml``, else those of the repository's own files."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pytest_gocache.checks.build_files import KINDS, FoundCommand, commands_in
from pytest_gocache.gocache_toml import NAME, RepositoryConfig
from pytest_gocache.golang.modfile import local_folders_of
from pytest_gocache.results.tables import listed

__all__ = ["best_command", "default_command", "warning_on_tests", "with_team_commands"]

_NAMES = {
    "build": ("build", "compile", "binary", "binaries", "all"),
    "test": ("test", "tests", "unit", "unittest", "unit-test", "test-unit"),
}
_MOST_TOLD = 4
_CROSS = re.compile(r"\bGO(OS|ARCH)=\w")


def with_team_commands(repository: Path, config: RepositoryConfig, path: str) -> tuple[RepositoryConfig, list[str]]:
    """The config with the commands that the team runs, and what to tell: which were taken, and from where.

    A command of ``gocache.toml`` stays. Of several commands in one file, the target with the usual name wins, else the
    one that a workflow runs. Without a winner, the config stays as it is, and all are told. ``path`` is the PATH on
    which the command must find its program.
    """
    found, told = commands_in(repository)
    for purpose, own in (("build", config.build), ("test", config.test)):
        if own:
            continue
        of_purpose = [command for command in found if command.purpose == purpose]
        taken = best_command(of_purpose, purpose, path)
        if taken is None:
            told += [_told(of_purpose, purpose)] if of_purpose else []
            config = _with(config, purpose, default_command(repository, purpose))
            continue
        told.append(
            f"the checks {purpose} with `{shlex.join(taken.command)}`, from {taken.file}:{taken.line} "
            f"({taken.text:.80}); for a different command, set [{purpose}] command in {NAME}"
        )
        config = _with(config, purpose, taken.command)
    return config, [*told, *_other_modules(repository)]


def _with(config: RepositoryConfig, purpose: str, command: tuple[str, ...]) -> RepositoryConfig:
    return replace(config, build=command) if purpose == "build" else replace(config, test=command)


def default_command(repository: Path, purpose: str) -> tuple[str, ...]:
    """What to run in place of ``go build ./...``; empty where that works.

    In a go.work without a module at the root: ``./...`` in each of its modules, where a plain ``./...`` is an error.
    """
    if (repository / "go.mod").is_file() or not (repository / "go.work").is_file():
        return ()
    return ("go", purpose, *(f"./{folder}/..." for folder in _used(repository)))


def _used(repository: Path) -> list[str]:
    work = repository / "go.work"
    folders = local_folders_of(work.read_text(encoding="utf-8")) if work.is_file() else ()
    return [os.path.normpath(folder) for folder in folders if (repository / folder / "go.mod").is_file()]


def _other_modules(repository: Path) -> list[str]:
    """A sentence on the modules below the repository that ``./...`` does not reach."""
    used = {".", *_used(repository)}
    found = []
    for folder, folders, files in os.walk(repository):
        # Go ignores these folders too.
        folders[:] = sorted(name for name in folders if name[0] not in "._" and name not in ("vendor", "testdata"))
        name = os.path.relpath(folder, repository)
        if "go.mod" in files and name not in used:
            found.append(name)
    return [f"not checked, because they are modules of their own: {listed(found, _MOST_TOLD)}"] if found else []


def warning_on_tests(config: RepositoryConfig, times: int, *, root: bool) -> list[str]:
    """What to tell before the tests run at most ``times`` times.

    ``root`` is whether this process may do anything on the machine.
    """
    if not config.tests_enabled or not times:
        return []
    command = shlex.join(config.test or ("go", "test", "./..."))
    who = ", as root" if root else ""
    return [f"the checks run `{command}` up to {times} times{who}; [test] enabled = false in {NAME} prevents that"]


def best_command(found: Sequence[FoundCommand], purpose: str, path: str) -> FoundCommand | None:
    """The command of a purpose to run: ``build`` or ``test``. ``path`` is the PATH of its program.

    None when none can run here, or when several could and nothing says which.
    """
    found = [command for command in found if command.purpose == purpose]
    in_workflows = {command.command for command in found if command.kind == "workflow"}
    for kind in KINDS:
        able = {one.command: one for one in _able(found, kind, purpose, path)}
        if able:
            usual = [able[words] for name in _NAMES[purpose] for words in able if words[1:] == (name,)]
            left = usual[:1] or [able[words] for words in able if words in in_workflows] or list(able.values())
            return left[0] if len(left) == 1 else None
    return None


def _able(found: Sequence[FoundCommand], kind: str, purpose: str, path: str) -> list[FoundCommand]:
    """The commands of one kind of file that count and can run here, the last one first."""
    of_kind = [command for command in found if command.kind == kind]
    return [one for one in reversed(of_kind) if _counts(one, purpose) and _can_run(one, path)]


def _counts(command: FoundCommand, purpose: str) -> bool:
    """Whether a command can be the team's own, and is not one that verifies that the code compiles elsewhere.

    That is a target that builds for a fixed platform and does not have a usual name, such as ``make check``.
    """
    return command.command[1:2] in [(name,) for name in _NAMES[purpose]] or not _CROSS.search(command.text)


def _can_run(command: FoundCommand, path: str) -> bool:
    # A workflow that runs make says which target counts; the Makefile says what the target does.
    program = command.command[0] if command.command else ""
    return bool(program and (command.kind == "Makefile" or program != "make") and shutil.which(program, path=path))


def _told(found: Sequence[FoundCommand], purpose: str) -> str:
    shown = [command for command in found if command.kind != "workflow" or command.command[:1] != ("make",)] or found
    each = {command.command or command.text: command for command in reversed(shown)}
    shown = [command for command in shown if each.get(command.command or command.text) is command]
    places = [f"{one.file}:{one.line} ({shlex.join(one.command) or one.text:.60})" for one in shown]
    able = [command.command for command in shown if command.command and _counts(command, purpose)]
    example = (able or [("make", purpose)])[0]
    return (
        f"the checks {purpose} with `go {purpose} ./...`: {listed(places, _MOST_TOLD)} {purpose} too, and none of them "
        f"is clearly the one, or its program is not on PATH. To check one, write into {NAME}: [{purpose}] command = "
        f"{json.dumps(list(example))}"
    )
