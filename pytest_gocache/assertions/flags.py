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
from pytest_gocache.results.given_flags import naming, package_flags, switched_on
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import compiles_of, matching
from pytest_gocache.results.tables import counted, rows

__all__ = ["assert_compiled_with", "assert_not_compiled_with"]

_MOST = 3  # names and lines of advice
# Flags of the go command and of the linker that no compiler has (`go tool compile -h` of Go 1.21 to 1.27).
_NOT_OF_THE_COMPILER = frozenset("X asmflags buildmode cover gcflags ldflags linkmode mod pgo s tags".split())  # noqa: SIM905


def assert_compiled_with(result: Result, flag: str, *patterns: str) -> None:
    """The compile flag reached every package that matches, cached ones included; without a pattern: every package.

    ``flag`` is one flag with its value (``-N``, ``-d=checkptr``) or several (``"-N -l"``). ``-trimpath`` counts, too,
    though it is a flag of the build. Raises `PatternError` for a pattern that matches no package of the command, and
    `UsageError` for what is no compile flag and for a package that Go never came to.
    """
    wanted = _flags_in(flag)
    compiles = _compiles_with_flags(result, patterns)
    without = [(action, has) for action, has in compiles if not wanted <= compile_flag_set(has)]
    if without:
        fail(
            f"assert_compiled_with: {counted(without, 'package', 'packages')} without {flag} in {result.title}",
            rows((action.package, [f"compile flags: {shlex.join(has) or '(none)'}"]) for action, has in without),
            *_why_without(result, flag, without),
        )


def assert_not_compiled_with(result: Result, flag: str, *patterns: str) -> None:
    """The compile flag reached no package that matches, cached ones included; without a pattern: none at all.

    Of several flags (``"-N -l"``) no package may have all. Raises what `assert_compiled_with` raises.
    """
    wanted = _flags_in(flag)
    compiles = _compiles_with_flags(result, patterns)
    having = [(action, has) for action, has in compiles if wanted <= compile_flag_set(has)]
    if having:
        fail(
            f"assert_not_compiled_with: {counted(having, 'package', 'packages')} with {flag} in {result.title}",
            rows((action.package, [f"compile flags: {shlex.join(has)}"]) for action, has in having),
            _where_from(result, wanted, [action for action, _ in having]),
        )


def _flags_in(text: str) -> frozenset[tuple[str, str]]:
    """What an assertion asks for; a `UsageError` for what no package could have: the verdict would say nothing."""
    try:
        words = shlex.split(text)
    except ValueError:
        raise UsageError(f"compile flags {text!r}: a quotation mark is left open") from None
    if not words or not words[0].startswith("-"):
        raise UsageError(f"{text!r} is no compile flag: one begins with a dash and stands before the patterns")
    wanted = compile_flag_set(words)
    for name in sorted({name for name, _ in wanted} & _NOT_OF_THE_COMPILER):
        raise UsageError(f"{text!r} is no compile flag: the compiler has no -{name}")
    return wanted


def _compiles_with_flags(result: Result, patterns: Sequence[str]) -> list[tuple[Action, list[str]]]:
    """The compiles that match, those outside the standard library first, each with its flags."""
    compiles = compiles_of(result)
    found = []
    for action in matching(result, compiles, patterns) if patterns else compiles:
        block = block_of(result, action)
        if block is None:
            why = "Go's log is gone, or has not its key"
            if result.failed and not action.action_id:
                why = f"Go never came to it, since {', '.join(sorted(result.failed)[:_MOST])} failed to compile"
            raise UsageError(f"{result.title}: the compile flags of {action.package} are not known: {why}")
        found.append((action, compile_flags(block)))
    return sorted(found, key=lambda pair: pair[0].package in result.std)


def _where_from(result: Result, wanted: frozenset[tuple[str, str]], actions: Sequence[Action]) -> str:
    """What gave packages the flags that they have."""
    found = []
    for command, own in result.by_command(actions):
        found += [given for name, value in sorted(wanted) if not value and (given := switched_on(command, name))]
        gcflags = package_flags(command, "gcflags")
        for action in own:
            last = [given for given in gcflags if naming(command, given.patterns, action)][-1:]
            found += [given.text for given in last if given.flags & wanted]
    return f"given by {', '.join(dict.fromkeys(found))}" if found else ""


def _why_without(result: Result, flag: str, without: Sequence[tuple[Action, Sequence[str]]]) -> list[str]:
    """Why packages do not have the flags, and what to do."""
    lacking = {one for _, has in without for one in _flags_in(flag) - compile_flag_set(has)}
    for switch in sorted({"asan", "msan", "race", "trimpath"} & {name for name, value in lacking if not value}):
        return [f"-{switch} is a flag of the go command: given there, it reaches every package"]
    remedy = f"{shlex.quote(f'-gcflags=all={flag}')} reaches every package"
    lines = {}
    for command, own in result.by_command(action for action, _ in without):
        gcflags = package_flags(command, "gcflags")
        giving = [given for given in gcflags if given.flags & lacking]
        if not giving:
            lines[f"no -gcflags gives {flag}: {remedy}"] = True
            continue
        for action in own:
            reaching = [given for given in gcflags if naming(command, given.patterns, action)]
            beaten = [given for given in reaching if given in giving]
            last, least = giving[-1], reaching[-1:]
            if beaten and beaten[-1:] != least:
                lines[f"{least[0].text} replaces {beaten[-1].text}: the last one that is for a package counts"] = True
            else:
                lines[f"{last.text} reaches only what {' '.join(last.patterns)} names: {remedy}"] = True
    return list(lines)[:_MOST]
