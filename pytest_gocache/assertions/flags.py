"""Assertions on the compile flags that reach a package."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from pytest_gocache.assertions.failure import fail, named
from pytest_gocache.errors import UsageError
from pytest_gocache.explain.history import block_of
from pytest_gocache.explain.key_inputs import compile_flags
from pytest_gocache.golang.action import Action
from pytest_gocache.golang.compile_flags import FIXED_BY_GO, SET_BY_GO, CompileFlags, has_setting, split_flags
from pytest_gocache.golang.quoted import split_words
from pytest_gocache.results.given_flags import PackageFlags, enabled_flag, matching_word, package_flags
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import compiles_of, matching
from pytest_gocache.results.tables import counted, rows

__all__ = ["assert_compiled_with", "assert_not_compiled_with"]

_MOST = 3  # names and lines of advice
# Flags of the go command and of the linker that no compiler has (`go tool compile -h` of Go 1.21 to 1.27).
_NOT_OF_THE_COMPILER = frozenset("X asmflags buildmode cover gcflags ldflags linkmode mod pgo s tags".split())  # noqa: SIM905

_IN_NO_KEY = "the go command itself sets it, and no cache key has it (`go build -x` shows it)"


@named
def assert_compiled_with(result: Result, flag: str, *patterns: str) -> None:
    """The compile flag reached every package that matches, cached packages included.

    ``flag`` is one flag with its value (``-N``, ``-d=checkptr``) or several flags (``"-N -l"``), quoted as in
    ``-gcflags``. ``-trimpath`` counts too, although it is a flag of the go command. ``patterns`` are Go package
    patterns; without a pattern, every package of the command counts, the standard library included.

    The last value of a flag counts, as in the compiler: ``-N -N=false`` is ``-N=false``, which every package without
    ``-N`` has too. ``-m`` is on at any level (``-m=2``), but ``-l=2`` is not ``-l``. The packages of the runtime
    ignore ``-N``.

    Raises `AssertionError` when a package lacks one of the flags, `PatternError` for a pattern that matches no package
    of the command, and `UsageError` for text that is not a compile flag, for a package that Go did not compile, for a
    command without an action graph, and for what no cache key has: flags in a file (``-gcflags=@file``), and flags that
    the go command itself sets (``-lang``, ``-p``, ``-pgoprofile``, …) where ``-gcflags`` gives none.
    """
    wanted = _flags_in(flag)
    compiles = _compiles_with_flags(result, wanted, patterns)
    without = [(action, has) for action, has in compiles if _lacking(wanted, has)]
    if without:
        fail(
            "assert_compiled_with",
            f"{counted(without, 'package was', 'packages were')} compiled without {flag} in {result.title}",
            rows((result.short_name(action.package), [f"compile flags: {has.text}"]) for action, has in without),
            *_why_without(result, flag, wanted, without),
        )


@named
def assert_not_compiled_with(result: Result, flag: str, *patterns: str) -> None:
    """The compile flag reached no package that matches, cached packages included.

    Of several flags (``"-N -l"``), no package may have all. Parameters and errors are those of `assert_compiled_with`;
    raises `AssertionError` when a package has the flags.
    """
    wanted = _flags_in(flag)
    compiles = _compiles_with_flags(result, wanted, patterns)
    having = [(action, has) for action, has in compiles if not _lacking(wanted, has)]
    if having:
        fail(
            "assert_not_compiled_with",
            f"{counted(having, 'package was', 'packages were')} compiled with {flag} in {result.title}",
            rows((result.short_name(action.package), [f"compile flags: {has.text}"]) for action, has in having),
            _where_from(result, wanted, [action for action, _ in having]),
        )


def _lacking(wanted: Mapping[str, str], has: CompileFlags) -> dict[str, str]:
    """The settings that a package does not have."""
    settings = has.settings
    return {name: value for name, value in wanted.items() if not has_setting(settings, name, value)}


def _flags_in(text: str) -> Mapping[str, str]:
    """The settings that an assertion asks for; raises `UsageError` for flags that no package can have."""
    words = split_words(text)
    if words is None:
        raise UsageError(f"unclosed quotation mark in the compile flags {text!r}")
    if not words or not words[0].startswith("-"):
        raise UsageError(
            f"expected a compile flag before the patterns, such as '-N', and got {text!r}, which does not "
            "start with a dash"
        )
    # Only with a value is -trimpath the compiler's.
    own = [word for word, after in zip(words, [*words[1:], "-"], strict=True) if not _is_build_trimpath(word, after)]
    flags, rest = split_flags(own)
    for word in rest[:1]:
        raise UsageError(f"{word!r} in the compile flags {text!r} belongs to no flag")
    wanted = CompileFlags(tuple(own), trimmed=len(own) < len(words)).settings
    for name in sorted({name for name, _ in flags}):
        why = ""
        if name in _NOT_OF_THE_COMPILER:
            why = "is a flag of the go command or the linker (`go tool compile -h` lists the compile flags)"
        elif name in FIXED_BY_GO:
            why = f"is unknown for every package: {_IN_NO_KEY}"
        elif not any(key.partition("=")[0] == name and value for key, value in wanted.items()):
            why = "needs a value"
        if why:
            raise UsageError(f"expected a compile flag, and got {text!r}: -{name} {why}")
    return wanted


def _is_build_trimpath(word: str, after: str) -> bool:
    return word in ("-trimpath", "--trimpath") and after.startswith("-")


def _compiles_with_flags(
    result: Result, wanted: Mapping[str, str], patterns: Sequence[str]
) -> list[tuple[Action, CompileFlags]]:
    """The compiles that match, those outside the standard library first, each with its flags."""
    compiles = compiles_of(result)
    found = []
    for action in matching(result, compiles, patterns) if patterns else compiles:
        block = block_of(result, action)
        flags = compile_flags(block) if block else None
        why = _why_unknown(result, action, wanted, flags)
        if flags is None or why:
            raise UsageError(f"the compile flags of {action.package} in {result.title} are unknown: {why}")
        found.append((action, flags))
    return sorted(found, key=lambda pair: pair[0].package in result.std)


def _why_unknown(result: Result, action: Action, wanted: Mapping[str, str], flags: CompileFlags | None) -> str:
    """Why nothing is known of the wanted settings of a compile; empty when they are known."""
    if flags is None:
        if result.failed and not action.action_id:
            return f"Go did not compile it, because {', '.join(sorted(result.failed)[:_MOST])} failed to compile"
        return "Go's debug log of the command is gone, or lacks the cache key of the package"
    if flags.flag_files:
        return f"more of them are in {', '.join(flags.flag_files)}, whose content is in no cache key"
    given = flags.settings
    for name, value in wanted.items():
        # The go command gives the compiler a -trimpath=/tmp/…=>… of its own.
        if name not in given and (name in SET_BY_GO or (name == "trimpath=" and "=>" in value)):
            return f"no -gcflags gives -{name.removesuffix('=')}: {_IN_NO_KEY}"
    return ""


def _gives(given: PackageFlags, wanted: Mapping[str, str]) -> bool:
    return any(name in given.settings and has_setting(given.settings, name, value) for name, value in wanted.items())


def _where_from(result: Result, wanted: Mapping[str, str], actions: Sequence[Action]) -> str:
    """The settings that give packages their flags."""
    found = []
    for command, own in result.by_command(actions):
        found += [
            given for name, value in sorted(wanted.items()) if value == "1" and (given := enabled_flag(command, name))
        ]
        gcflags = package_flags(command, "gcflags")
        for action in own:
            last = [given for given in gcflags if matching_word(command, given.patterns, action)][-1:]
            found += [given.text for given in last if _gives(given, wanted)]
    return f"given by {', '.join(dict.fromkeys(found))}" if found else ""


def _why_without(
    result: Result, flag: str, wanted: Mapping[str, str], without: Sequence[tuple[Action, CompileFlags]]
) -> list[str]:
    """Why packages lack the flags, and what to do."""
    lacking = {name: value for _, has in without for name, value in _lacking(wanted, has).items()}
    for switch in sorted(
        {"asan", "msan", "race", "trimpath"} & {name for name, value in lacking.items() if value == "1"}
    ):
        return [f"-{switch} is a flag of the go command: pass it there, and it reaches every package"]
    remedy = f"{shlex.quote(f'-gcflags=all={flag}')} reaches every package"
    lines: list[str] = []
    for command, own in result.by_command(action for action, _ in without):
        gcflags = package_flags(command, "gcflags")
        giving = [given for given in gcflags if _gives(given, lacking)]
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
