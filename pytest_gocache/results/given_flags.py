"""The flags that a command was given, and the packages that each one reaches."""

from __future__ import annotations

import os
import posixpath
import shlex
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.errors import PatternError
from pytest_gocache.golang.action import Action
from pytest_gocache.golang.command_line import GoArguments, compile_flag_set, flags_of, is_set
from pytest_gocache.golang.patterns import Pattern
from pytest_gocache.results.result import Result

__all__ = [
    "cleans",
    "coverage_profile_of",
    "last_value",
    "limit_of",
    "naming",
    "package_flags",
    "switched_on",
    "words_given",
]


@dataclass(frozen=True, slots=True)
class _Given:
    """A flag of a command."""

    name: str
    value: str
    where: str
    """Where it was given: ``""`` for the command line, or ``" in GOFLAGS"``."""


def _flags_given(result: Result, name: str) -> list[_Given]:
    """The flags of this name, in the order in which Go reads them: the last counts."""
    goflags = result.circumstances.env.get("GOFLAGS", "")
    arguments = GoArguments.read(result.command[1:])
    given = [_Given(*pair, " in GOFLAGS") for pair in flags_of(goflags)]
    given += [_Given(*pair, "") for pair in arguments.flags]
    return [flag for flag in given if flag.name == name]


def last_value(result: Result, name: str) -> str:
    """The value of a flag, which may be in GOFLAGS; of several the last, which counts; empty without one."""
    return next((flag.value for flag in _flags_given(result, name)[-1:]), "")


def switched_on(result: Result, name: str) -> str:
    """A boolean flag that is on, with where it was given: ``-a in GOFLAGS``; empty when it is off. The last counts."""
    last = _flags_given(result, name)[-1:]
    return next((f"-{name}{flag.where}" for flag in last if is_set(flag.value)), "")


def coverage_profile_of(result: Result) -> Path | None:
    """The file of a ``go test -coverprofile``; None without one. A relative path starts from -outputdir."""
    profile = last_value(result, "coverprofile")
    folder = _called_in(result) / last_value(result, "outputdir")
    return Path(os.path.normpath(folder / profile)) if profile else None


def _called_in(result: Result) -> Path:
    """The folder that a command works in, ``-C`` followed."""
    return result.cwd / result.circumstances.cwd / (GoArguments.read(result.command[1:]).chdir or "")


def cleans(result: Result, what: str) -> bool:
    """Whether this is a ``go clean`` with the flag ``what``: ``cache``, ``testcache``."""
    return GoArguments.read(result.command[1:]).verb == "clean" and bool(switched_on(result, what))


def words_given(result: Result) -> tuple[str, ...]:
    """What a command names its packages with; what follows the program of ``go run`` is for the program."""
    arguments = GoArguments.read(result.command[1:])
    return (arguments.packages[:1] if arguments.verb == "run" else arguments.packages) or (".",)


def naming(result: Result, words: Sequence[str], action: Action) -> str:
    """The first of these words that means the package of a compile; empty when none does."""
    if action.import_path == "command-line-arguments":  # made of files that are named
        return " ".join(words)
    base = os.path.relpath(_called_in(result), result.cwd)
    for word in words:
        path = f"./{posixpath.normpath(f'{base}/{word}')}" if word.startswith(".") else word.partition("@")[0]
        with suppress(PatternError):  # it is outside the module
            if Pattern.parse(path, result.modules, result.std).matches(action.import_path):
                return word
    return ""


@dataclass(frozen=True, slots=True)
class PackageFlags:
    """One ``-gcflags`` or ``-asmflags``: flags for certain packages."""

    text: str
    """As a shell would take it, and where it was given: ``-gcflags=all=-N in GOFLAGS``."""
    where: str
    bare: bool
    """It has no pattern: it is for the packages that the command names."""
    patterns: tuple[str, ...]
    """What means the packages that it is for."""
    flags: frozenset[tuple[str, str]]
    """What it gives them, as `compile_flag_set` reads it."""


def package_flags(result: Result, flag: str) -> list[PackageFlags]:
    """Each ``-gcflags`` (or other ``flag``) of a command; of those that are for one package, the last counts."""
    found = []
    for given in _flags_given(result, flag):
        bare = given.value.strip()[:1] in ("", "-")
        pattern, _, flags = ("", "", given.value) if bare else given.value.partition("=")
        patterns = words_given(result) if bare else (pattern.strip(),)
        text = shlex.quote(f"-{flag}={given.value}") + given.where
        found.append(PackageFlags(text, given.where, bare, patterns, compile_flag_set(shlex.split(flags))))
    return found


def limit_of(result: Result) -> tuple[int, str]:
    """How many compiles a go command may run at a time, and the setting that says so."""
    threads = result.circumstances.env.get("GOMAXPROCS", "")
    # As Go takes them: the last -p, else GOMAXPROCS, else the number of CPUs that it may use.
    limits = [(int(flag.value, 0), f"-p={flag.value}{flag.where}") for flag in _flags_given(result, "p")[-1:]]
    limits += [(int(threads), f"GOMAXPROCS={threads} in the environment")] if threads.isdecimal() else []
    return next((pair for pair in limits if pair[0]), (result.circumstances.cpus, ""))
