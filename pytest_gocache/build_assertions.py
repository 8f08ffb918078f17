"""The public ``assert_*`` functions on what a build was: flags that reached packages, what it considered, downloads."""

from __future__ import annotations

import os
import posixpath
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pytest_gocache.action import Action
from pytest_gocache.assertions import fail
from pytest_gocache.caches import ModuleCache
from pytest_gocache.errors import PatternError, UsageError
from pytest_gocache.evidence import block_of
from pytest_gocache.explanation import rows
from pytest_gocache.goflags import GoArguments, flags_of, is_set
from pytest_gocache.inputs import compile_flags
from pytest_gocache.messages import counted
from pytest_gocache.patterns import Pattern, near_misses, short_name
from pytest_gocache.result import Result
from pytest_gocache.selection import compiles_of, matching

__all__ = [
    "assert_compiled_with",
    "assert_downloaded",
    "assert_no_downloads",
    "assert_not_compiled_with",
    "assert_not_in_build",
    "assert_parallel",
]

_MOST = 3  # names and lines of advice
# Flags of the go command that reach the compiler under the same name.
_SWITCHES = frozenset({"asan", "msan", "race", "trimpath"})
# Flags of the go command and of the linker that no compiler has (`go tool compile -h` of Go 1.21 to 1.27).
_NOT_OF_THE_COMPILER = frozenset(
    "X a asmflags buildmode cover covermode coverpkg gccgoflags gcflags ldflags linkmode mod pgo s tags".split()  # noqa: SIM905
)


def assert_compiled_with(result: Result, flag: str, *patterns: str) -> None:
    """The compile flag reached every package that matches, cached ones included; without a pattern: every package.

    ``flag`` is one flag with its value (``-N``, ``-d=checkptr``) or several (``"-N -l"``). ``-trimpath`` counts, too,
    though it is a flag of the build. Raises `PatternError` for a pattern that matches no package of the command, and
    `UsageError` for what is no compile flag and for a package that Go never came to.
    """
    wanted = _flags_in(flag)
    without = [(action, has) for action, has in _compiles_with_flags(result, patterns) if not wanted <= _read(has)]
    if without:
        fail(
            f"assert_compiled_with: {counted(without, 'package', 'packages')} without {flag} in {result.title}",
            rows((action.package, [f"compile flags: {shlex.join(has) or '(none)'}"]) for action, has in without),
            *_why_without(result, flag, wanted, [action for action, _ in without]),
        )


def assert_not_compiled_with(result: Result, flag: str, *patterns: str) -> None:
    """The compile flag reached no package that matches, cached ones included; without a pattern: none at all.

    Of several flags (``"-N -l"``) no package may have all. Raises what `assert_compiled_with` raises.
    """
    wanted = _flags_in(flag)
    having = [(action, has) for action, has in _compiles_with_flags(result, patterns) if wanted <= _read(has)]
    if having:
        fail(
            f"assert_not_compiled_with: {counted(having, 'package', 'packages')} with {flag} in {result.title}",
            rows((action.package, [f"compile flags: {shlex.join(has)}"]) for action, has in having),
            *_where_from(result, wanted, [action for action, _ in having]),
        )


def _read(words: Iterable[str]) -> set[tuple[str, str]]:
    """Compile flags as names with values, however they are written: ``-d a,b`` is ``-d=a -d=b``, ``-N=true`` is ``-N``."""
    flags: list[tuple[str, str]] = []
    for word in words:
        if word.startswith("-"):
            name, _, value = word.lstrip("-").partition("=")
            flags.append((name, "" if value in ("1", "true") else value))
        elif flags:
            flags[-1] = (flags[-1][0], word)
    return {(name, one) for name, value in flags for one in (value.split(",") if name == "d" else [value])}


def _flags_in(text: str) -> set[tuple[str, str]]:
    """What an assertion asks for; a `UsageError` for what no package could have: the verdict would say nothing."""
    try:
        words = shlex.split(text)
    except ValueError:
        raise UsageError(f"compile flags {text!r}: a quotation mark is left open") from None
    if not words or not words[0].startswith("-"):
        raise UsageError(f"{text!r} is no compile flag: one begins with a dash, like -N, and stands before the patterns")
    wanted = _read(words)
    for name in sorted({name for name, _ in wanted} & _NOT_OF_THE_COMPILER):
        hint = ": name the flag that it passes on, like -N" if name == "gcflags" else ""
        raise UsageError(f"{text!r} is no compile flag: the compiler has no -{name}{hint}")
    return wanted


def _compiles_with_flags(result: Result, patterns: Sequence[str]) -> list[tuple[Action, list[str]]]:
    """The compiles that match, those outside the standard library first, each with its flags."""
    for text in patterns:
        if text.startswith("-"):
            raise UsageError(f"{text!r} is no package pattern: several flags are one text, like '-N -l'")
    compiles = compiles_of(result)
    found = []
    for action in matching(result, compiles, patterns) if patterns else compiles:
        block = block_of(result, action)
        if block is None:
            failed = f"{', '.join(sorted(result.failed)[:_MOST])} failed to compile, and Go never came to it"
            why = failed if result.failed and not action.action_id else "Go's log is gone, or has not its key"
            raise UsageError(f"{result.title}: the compile flags of {action.package} are not known: {why}")
        found.append((action, compile_flags(block)))
    return sorted(found, key=lambda pair: pair[0].package in result.std)


def _given(result: Result) -> list[tuple[str, str, str]]:
    """The flags of the go command in the order that it reads them: name, value, and where each was given."""
    goflags = result.circumstances.env.get("GOFLAGS", "") if result.circumstances else ""
    arguments = GoArguments.read(result.command[1:])
    return [(*pair, " in GOFLAGS") for pair in flags_of(goflags)] + [(*pair, "") for pair in arguments.flags]


class _PerPackage(NamedTuple):
    """One ``-gcflags``. Of those that match a package, Go takes only the last."""

    text: str
    pattern: str
    flags: set[tuple[str, str]]
    reaches: Callable[[Action], bool]


def _per_package(result: Result) -> list[_PerPackage]:
    naming = _naming(result)
    found = []
    for name, value, where in _given(result):
        if name == "gcflags":
            text = f"{shlex.quote(f'-gcflags={value}')}{where}"
            pattern, _, flags = value.partition("=") if value.strip()[:1] not in ("", "-") else ("", "", value)
            parsed = _parsed(result, pattern.strip())
            reaches = parsed_matches(parsed) if pattern else lambda action: bool(naming(action))
            found.append(_PerPackage(text, pattern.strip(), _read(shlex.split(flags)), reaches))
    return found
