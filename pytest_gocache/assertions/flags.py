"""Assertions on the compile flags that reach a package."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from pytest_gocache.assertions.failure import fail
from pytest_gocache.errors import UsageError
from pytest_gocache.explain.history import block_of
from pytest_gocache.explain.key_inputs import compile_flags
from pytest_gocache.golang.action import Action
from pytest_gocache.golang.command_line import compile_flag_set
from pytest_gocache.results.given_flags import PackageFlags, enabled_flag, matching_word, package_flags
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import compiles_of, matching
from pytest_gocache.results.tables import counted, rows

__all__ = ["assert_compiled_with", "assert_not_compiled_with"]

_MOST = 3  # names and lines of advice
# Flags of the go command and of the linker that no compiler has (`go tool compile -h` of Go 1.21 to 1.27).
_NOT_OF_THE_COMPILER = frozenset("X asmflags buildmode cover gcflags ldflags linkmode mod pgo s tags".split())  # noqa: SIM905


def assert_compiled_with(result: Result, flag: str, *patterns: str) -> None:
    """The compile flag reached every package that matches, cached packages included.

    ``flag`` is one flag with its value (``-N``, ``-d=checkptr``) or several flags (``"-N -l"``), as a shell would split
    them. ``-trimpath`` counts too, although it is a flag of the go command. ``patterns`` are Go package patterns;
    without a pattern, every package of the command counts, the standard library included.

    Raises `AssertionError` when a package lacks one of the flags, `PatternError` for a pattern that matches no package
    of the command, and `UsageError` for text that is not a compile flag, for a package that Go did not compile, and for
    a command without an action graph.
    """
    wanted = _flags_in(flag, "assert_compiled_with")
    compiles = _compiles_with_flags(result, patterns, "assert_compiled_with")
    without = [(action, has) for action, has in compiles if not wanted <= compile_flag_set(has)]
    if without:
        fail(
            f"assert_compiled_with: {counted(without, 'package was', 'packages were')} compiled without {flag} in "
            f"{result.title}",
            rows((action.package, [f"compile flags: {shlex.join(has) or '(none)'}"]) for action, has in without),
            *_why_without(result, flag, without),
        )


def assert_not_compiled_with(result: Result, flag: str, *patterns: str) -> None:
    """The compile flag reached no package that matches, cached packages included.

    Of several flags (``"-N -l"``), no package may have all. Parameters and errors are those of `assert_compiled_with`;
    raises `AssertionError` when a package has the flags.
    """
    wanted = _flags_in(flag, "assert_not_compiled_with")
    compiles = _compiles_with_flags(result, patterns, "assert_not_compiled_with")
    having = [(action, has) for action, has in compiles if wanted <= compile_flag_set(has)]
    if having:
        fail(
            f"assert_not_compiled_with: {counted(having, 'package was', 'packages were')} compiled with {flag} in "
            f"{result.title}",
            rows((action.package, [f"compile flags: {shlex.join(has)}"]) for action, has in having),
            _where_from(result, wanted, [action for action, _ in having]),
        )


def _flags_in(text: str, assertion: str) -> frozenset[tuple[str, str]]:
    """The flags that an assertion asks for; raises `UsageError` for flags that no package can have."""
    try:
        words = shlex.split(text)
    except ValueError:
        raise UsageError(f"{assertion}: unclosed quotation mark in the compile flags {text!r}") from None
    if not words or not words[0].startswith("-"):
        raise UsageError(
            f"{assertion}: expected a compile flag before the patterns, such as '-N', and got {text!r}, which does not "
            "start with a dash"
        )
    wanted = compile_flag_set(words)
    for name in sorted({name for name, _ in wanted} & _NOT_OF_THE_COMPILER):
        raise UsageError(
            f"{assertion}: expected a compile flag, and got {text!r}: -{name} is a flag of the go command or the "
            "linker (`go tool compile -h` lists the compile flags)"
        )
    return wanted


def _compiles_with_flags(result: Result, patterns: Sequence[str], assertion: str) -> list[tuple[Action, list[str]]]:
    """The compiles that match, those outside the standard library first, each with its flags."""
    compiles = compiles_of(result)
    found = []
    for action in matching(result, compiles, patterns) if patterns else compiles:
        block = block_of(result, action)
        if block is None:
            why = "Go's debug log of the command is gone, or lacks the cache key of the package"
            if result.failed and not action.action_id:
                why = f"Go did not compile it, because {', '.join(sorted(result.failed)[:_MOST])} failed to compile"
            raise UsageError(f"{assertion}: the compile flags of {action.package} in {result.title} are unknown: {why}")
        found.append((action, compile_flags(block)))
    return sorted(found, key=lambda pair: pair[0].package in result.std)


def _where_from(result: Result, wanted: frozenset[tuple[str, str]], actions: Sequence[Action]) -> str:
    """The settings that give packages their flags."""
    found = []
    for command, own in result.by_command(actions):
        found += [given for name, value in sorted(wanted) if not value and (given := enabled_flag(command, name))]
        gcflags = package_flags(command, "gcflags")
        for action in own:
            last = [given for given in gcflags if matching_word(command, given.patterns, action)][-1:]
            found += [given.text for given in last if given.flags & wanted]
    return f"given by {', '.join(dict.fromkeys(found))}" if found else ""


def _why_without(result: Result, flag: str, without: Sequence[tuple[Action, Sequence[str]]]) -> list[str]:
    """Why packages lack the flags, and what to do."""
    wanted = compile_flag_set(shlex.split(flag))
    lacking = {one for _, has in without for one in wanted - compile_flag_set(has)}
    for switch in sorted({"asan", "msan", "race", "trimpath"} & {name for name, value in lacking if not value}):
        return [f"-{switch} is a flag of the go command: pass it there, and it reaches every package"]
    remedy = f"{shlex.quote(f'-gcflags=all={flag}')} reaches every package"
    lines: list[str] = []
    for command, own in result.by_command(action for action, _ in without):
        gcflags = package_flags(command, "gcflags")
        giving = [given for given in gcflags if given.flags & lacking]
        if not giving:
            lines.append(f"no -gcflags gives {flag}: {remedy}")
            continue
        for action in own:
            reaching = [given for given in gcflags if matching_word(command, given.patterns, action)]
            lines.append(_overridden(reaching, giving) or _too_narrow(giving[-1], remedy))
    return list(dict.fromkeys(lines))[:_MOST]


def _overridden(reaching: Sequence[PackageFlags], giving: Sequence[PackageFlags]) -> str:
    """The sentence for a -gcflags that gives the flag and is not the last one for the package; empty otherwise."""
    overridden = [given for given in reaching if given in giving]
    if not overridden or overridden[-1] == reaching[-1]:
        return ""
    return (
        f"{reaching[-1].text} overrides {overridden[-1].text}: only the last -gcflags that matches a package applies "
        "to it"
    )


def _too_narrow(given: PackageFlags, remedy: str) -> str:
    return f"{given.text} reaches only what {' '.join(given.patterns)} names: {remedy}"
