"""What ``pytest-gocache init`` finds out about a repository: its packages, its commands, its stamps."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_gocache.checks.build_files import FoundCommand, commands_in
from pytest_gocache.checks.stamps import Stamp, stamps_in
from pytest_gocache.checks.team_commands import best_command, default_command
from pytest_gocache.errors import UsageError
from pytest_gocache.gocache_toml import NAME, RepositoryConfig, read_config
from pytest_gocache.host import process
from pytest_gocache.recordings.record import toolchain_here

__all__ = ["Program", "RepositoryFacts", "StampedProgram", "TeamCommand", "facts_of"]

_LIST_SECONDS = 300.0
_FIELDS = "Dir,ImportPath,Name,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,Deps"


@dataclass(frozen=True, slots=True)
class Program:
    """A main package."""

    pattern: str
    """Relative to the repository: ``./cmd/server``."""
    file: str
    """One of its Go files, relative to the repository."""


@dataclass(frozen=True, slots=True)
class TeamCommand:
    """What the team runs, and where that is written."""

    words: tuple[str, ...]
    place: str
    """``Makefile:12``; empty for the default ``go build ./...``."""


@dataclass(frozen=True, slots=True)
class StampedProgram:
    """A stamp, and a program that has its variable."""

    stamp: Stamp
    program: Program


@dataclass(frozen=True, slots=True)
class RepositoryFacts:
    """What the tests of a repository depend on."""

    programs: tuple[Program, ...]
    source: str
    """A Go file of a program, or of a package when there is no program. Relative to the repository."""
    build: TeamCommand
    test: TeamCommand | None
    """None when no package has tests, or ``gocache.toml`` switches them off."""
    stamped: StampedProgram | None
    env: Mapping[str, str]
    """The environment of both commands, from ``gocache.toml``."""
    told: tuple[str, ...]
    """A sentence for each build file that cannot be read, and for each stamp whose variable no program has."""


def facts_of(root: Path, ambient: Mapping[str, str]) -> RepositoryFacts:
    """Find out about the repository in ``root``, with the go command on PATH.

    Raises `UsageError` when there is no Go package, `ToolchainError` without a toolchain, and as `read_config` does.
    """
    config = read_config(root)
    packages = list(_packages(root, ambient))
    if not packages:
        raise UsageError(f"`go list` finds no Go package in {root}")
    programs = tuple(_program(root, package) for package in packages if package["Name"] == "main")
    commands, told = commands_in(root)
    path = ambient.get("PATH", "")
    build = _command(root, config, commands, "build", path)
    test = _command(root, config, commands, "test", path)
    has_tests = config.tests_enabled and any(p.get("TestGoFiles") or p.get("XTestGoFiles") for p in packages)
    stamps = stamps_in(root, build.words)
    stamped = list(_stamped(root, stamps, packages))
    # A stamp that make takes from the command line shows what the team's own build does with it.
    stamped.sort(key=lambda one: not one.stamp.make_variable)
    if not stamped:
        told += [f"{s.file}:{s.line} stamps {s.variable}, which is in no program: no test of it" for s in stamps]
    return RepositoryFacts(
        programs=programs,
        source=programs[0].file if programs else _program(root, packages[0]).file,
        build=build,
        test=test if has_tests else None,
        stamped=stamped[0] if stamped else None,
        env=config.env,
        told=tuple(told),
    )


def _packages(root: Path, ambient: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The packages of the repository, as ``go list`` prints them: only those that have Go files for this platform."""
    patterns = default_command(root, "build")[2:] or ("./...",)
    go = toolchain_here(root, ambient).go
    with tempfile.TemporaryDirectory(prefix="pytest-gocache-") as scratch:
        argv = [str(go), "list", "-e", f"-json={_FIELDS}", *patterns]
        done = process.run(argv, cwd=root, env=ambient, output=Path(scratch), timeout=_LIST_SECONDS)
    if done.returncode:
        said = os.fsdecode(done.stderr).strip()
        raise UsageError(f"`go list {' '.join(patterns)}` failed in {root} with exit status {done.returncode}: {said}")
    decoder = json.JSONDecoder()
    text = done.stdout.decode("utf-8", "replace").strip()
    end = 0
    while end < len(text):
        package, end = decoder.raw_decode(text, end)
        end += 1  # a newline
        # A folder whose Go files cannot be parsed has no name.
        if package.get("Name") and _go_files(package):
            yield package


def _program(root: Path, package: Mapping[str, Any]) -> Program:
    folder = os.path.relpath(package["Dir"], root.resolve())
    files = _go_files(package)
    file = "main.go" if "main.go" in files else files[0]
    return Program("." if folder == "." else f"./{folder}", os.path.normpath(f"{folder}/{file}"))


def _go_files(package: Mapping[str, Any]) -> list[str]:
    return [*package.get("GoFiles", ()), *package.get("CgoFiles", ())]


def _command(
    root: Path, config: RepositoryConfig, commands: Sequence[FoundCommand], purpose: str, path: str
) -> TeamCommand:
    if own := config.build if purpose == "build" else config.test:
        return TeamCommand(own, NAME)
    if found := best_command(commands, purpose, path):
        return TeamCommand(found.command, f"{found.file}:{found.line}")
    return TeamCommand(default_command(root, purpose) or ("go", purpose, "./..."), "")


def _stamped(root: Path, stamps: Iterable[Stamp], packages: Sequence[Mapping[str, Any]]) -> Iterator[StampedProgram]:
    """The stamps whose variable is in a program, each with the first one that has it."""
    mains = [package for package in packages if package["Name"] == "main"]
    folders = {package["ImportPath"]: package for package in packages}
    for stamp in stamps:
        path, _, name = stamp.variable.rpartition(".")
        for main in mains:
            owner = main if path == "main" else folders.get(path) if path in main.get("Deps", ()) else None
            if owner is not None and _declares(owner, name):
                yield StampedProgram(stamp, _program(root, main))
                break


def _declares(package: Mapping[str, Any], name: str) -> bool:
    """Whether a package has a line that starts the declaration of this variable, alone or in a ``var (…)``."""
    declaration = re.compile(rf"^(?:var[ \t]+|[ \t]+)(?:\w+[ \t]*,[ \t]*)*{re.escape(name)}\b[^:(\n]*$", re.MULTILINE)
    files = (Path(package["Dir"]) / file for file in _go_files(package))
    return any(declaration.search(file.read_text(encoding="utf-8", errors="replace")) for file in files)
