"""The flags of a command, from the command line and from GOFLAGS, and the packages that they apply to."""

from __future__ import annotations

import os
import posixpath
import re
import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.errors import NoEvidenceError, PatternError
from pytest_gocache.golang.action import Action
from pytest_gocache.golang.command_line import FlagsForPackages, GoArguments, int_of, is_set
from pytest_gocache.golang.compile_flags import compile_settings
from pytest_gocache.results.named_packages import parse_patterns
from pytest_gocache.results.result import Result

__all__ = [
    "PROFILES",
    "arguments_of",
    "called_in",
    "cleans",
    "compile_limit",
    "enabled_flag",
    "last_value",
    "matching_word",
    "package_arguments",
    "package_flags",
    "profiles_of",
]

PROFILES = ("blockprofile", "coverprofile", "cpuprofile", "memprofile", "mutexprofile", "trace")
"""The flags of ``go test`` that name a file to which the test writes a profile (``go help testflag``)."""


_THREADS = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class _GivenFlag:
    """One flag of a command."""

    name: str
    value: str
    where: str
    """The place of the flag: ``""`` for the command line, or ``" in GOFLAGS"``."""


def arguments_of(result: Result) -> GoArguments:
    """The arguments of a go command, and the flags in its GOFLAGS."""
    return GoArguments.read(result.command[1:], result.circumstances.settings.get("GOFLAGS", ""))


def _given_flags(result: Result, name: str) -> list[_GivenFlag]:
    """The flags of this name, in the order in which Go reads them. The last one counts."""
    arguments = arguments_of(result)
    given = enumerate(arguments.flags)
    return [
        _GivenFlag(*flag, " in GOFLAGS" if at < arguments.in_goflags else "") for at, flag in given if flag[0] == name
    ]


def last_value(result: Result, name: str) -> str:
    """The value of a flag, which may be in GOFLAGS; of several, the last counts; empty without one."""
    return arguments_of(result).value(name)


def enabled_flag(result: Result, name: str) -> str:
    """A boolean flag and its place, ``-a in GOFLAGS``; empty when the flag is off. The last value counts."""
    last = _given_flags(result, name)[-1:]
    return next((f"-{name}{flag.where}" for flag in last if is_set(flag.value)), "")


def profiles_of(result: Result) -> dict[str, Path]:
    """The files of ``-coverprofile``, ``-cpuprofile`` and the like, by flag. A relative path starts from -outputdir."""
    if arguments_of(result).verb != "test":
        return {}
    folder = called_in(result) / last_value(result, "outputdir")
    given = ((name, last_value(result, name)) for name in PROFILES)
    return {name: Path(os.path.normpath(folder / file)) for name, file in given if file}


def called_in(result: Result) -> Path:
    """The folder that a command works in, ``-C`` followed."""
    return result.cwd / result.circumstances.cwd / (arguments_of(result).chdir or "")


def cleans(result: Result, what: str) -> bool:
    """Whether the command is ``go clean`` with the flag ``what``: ``cache`` or ``testcache``."""
    return arguments_of(result).verb == "clean" and bool(enabled_flag(result, what))


def package_arguments(result: Result) -> tuple[str, ...]:
    """The package arguments of a command; ``.`` when it has none."""
    arguments = arguments_of(result)
    # The words after the package of go run are the arguments of the program.
    return (arguments.packages[:1] if arguments.verb == "run" else arguments.packages) or (".",)


def matching_word(result: Result, words: Sequence[str], action: Action) -> str:
    """The first of these package arguments that matches the package of a compile; empty when none does."""
    if action.import_path == "command-line-arguments":  # the package that Go makes of files on the command line
        return " ".join(words)
    base = os.path.relpath(called_in(result), result.cwd)
    paths = [
        f"./{posixpath.normpath(f'{base}/{word}')}" if word.startswith(".") else word.partition("@")[0]
        for word in words
    ]
    with suppress(PatternError, NoEvidenceError):  # a path outside the module; a module that has changed
        for word, pattern in zip(words, parse_patterns(result, paths), strict=True):
            if pattern.matches(action.import_path):
                return word
    return ""


@dataclass(frozen=True, slots=True)
class PackageFlags:
    """One ``-gcflags`` or ``-asmflags`` of a command."""

    text: str
    """The flag in shell syntax, and its place: ``-gcflags=all=-N in GOFLAGS``."""
    where: str
    """The place of the flag: ``""`` for the command line, or ``" in GOFLAGS"``."""
    bare: bool
    """Whether the flag has no package pattern. Go then applies it to the packages that the command names."""
    patterns: tuple[str, ...]
    """The patterns of the packages that the flag applies to."""
    settings: Mapping[str, str]
    """The compile flags in its value, as `compile_settings` reads them."""


def package_flags(result: Result, flag: str) -> list[PackageFlags]:
    """Each ``-gcflags`` (or other ``flag``) of a command. For a package that several match, the last one counts."""
    found = []
    for given in _given_flags(result, flag):
        read = FlagsForPackages.read(given.value)
        if read is None:  # the go command refuses it
            continue
        patterns = (read.pattern,) if read.pattern else package_arguments(result)
        text = shlex.quote(f"-{flag}={given.value}") + given.where
        found.append(PackageFlags(text, given.where, not read.pattern, patterns, compile_settings(read.words)))
    return found


def compile_limit(result: Result) -> tuple[int, str]:
    """How many compiles a go command may run at a time, and the setting for this; empty without a setting."""
    threads = result.circumstances.env.get("GOMAXPROCS", "")
    # The order of Go: the last -p, else GOMAXPROCS, else the number of CPUs that the command may use.
    limits = [(int_of(flag.value), f"-p={flag.value}{flag.where}") for flag in _given_flags(result, "p")[-1:]]
    limits += [(int(threads), f"GOMAXPROCS={threads} in the environment")] if _THREADS.fullmatch(threads) else []
    return next(((most, why) for most, why in limits if most), (result.circumstances.cpus, ""))
