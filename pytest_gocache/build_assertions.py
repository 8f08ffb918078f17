"""The public ``assert_*`` functions on what a build was: flags that reached packages, what it considered, downloads."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence

from pytest_gocache.action import Action
from pytest_gocache.advice import advice_on_bare_flags
from pytest_gocache.assertions import fail
from pytest_gocache.errors import PatternError, UsageError
from pytest_gocache.evidence import block_of
from pytest_gocache.explanation import rows
from pytest_gocache.goflags import GoArguments, flags_of
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


def assert_compiled_with(result: Result, flag: str, *patterns: str) -> None:
    """The compile flag reached every package that matches, cached ones included; without a pattern: every package.

    ``flag`` is one flag with its value (``-N``, ``-d=checkptr``) or several (``"-N -l"``). ``-trimpath`` counts, too,
    though it is a flag of the build. Raises `PatternError` for a pattern that matches no package of the command.
    """
    without = [(action, has) for action, has in _flags(result, patterns) if not _is_among(flag, has)]
    if without:
        fail(
            f"assert_compiled_with: {counted(without, 'package', 'packages')} without {flag} in {result.title}",
            rows((action.package, [f"compile flags: {shlex.join(has) or '(none)'}"]) for action, has in without),
            *advice_on_bare_flags(result, [action for action, _ in without]),
        )


def assert_not_compiled_with(result: Result, flag: str, *patterns: str) -> None:
    """The compile flag reached no package that matches, cached ones included; without a pattern: none at all."""
    having = [(action, has) for action, has in _flags(result, patterns) if _is_among(flag, has)]
    if having:
        fail(
            f"assert_not_compiled_with: {counted(having, 'package', 'packages')} with {flag} in {result.title}",
            rows((action.package, [f"compile flags: {shlex.join(has)}"]) for action, has in having),
        )


def _flags(result: Result, patterns: Sequence[str]) -> Iterator[tuple[Action, list[str]]]:
    compiles = compiles_of(result)
    for action in matching(result, compiles, patterns) if patterns else compiles:
        block = block_of(result, action)
        if block is not None:
            yield action, compile_flags(block)
        elif action.action_id:
            raise UsageError(f"{result.title}: the compile flags of {action.package} are not known: Go's log is gone")


def _is_among(flag: str, flags: Sequence[str]) -> bool:
    wanted = shlex.split(flag)
    if not wanted:
        raise UsageError("a compile flag is empty")
    if all(word.startswith("-") for word in wanted):
        return all(word in flags for word in wanted)
    # A flag with its value behind it.
    return any(list(flags[start : start + len(wanted)]) == wanted for start in range(len(flags)))


def assert_not_in_build(result: Result, *patterns: str) -> None:
    """The command never considered a package that matches: it was neither named nor imported.

    Raises `PatternError` without a pattern, and for one that matches no package that there is: none of an earlier
    command of the test, and no folder of the module.
    """
    if not patterns:
        raise PatternError("assert_not_in_build needs a package pattern: without one it would say nothing")
    compiles = compiles_of(result)
    found: dict[int, Action] = {}
    for text in patterns:
        pattern = Pattern.parse(text, result.modules, result.std)
        here = [action for action in compiles if pattern.matches(action.import_path, action.package)]
        found |= {action.id: action for action in here}
        if not here:
            known = _known_packages(result)
            if not any(pattern.matches(name) for name in known):
                near = ", ".join(near_misses(text, known))
                raise PatternError(
                    f"package pattern {text!r} matches no package that there is: none of the module's folders, and "
                    "none of an earlier command" + (f"; near it: {near}" if near else "")
                )
    if found:
        fail(
            f"assert_not_in_build: {counted(list(found), 'package is', 'packages are')} part of {result.title}",
            rows((action.package, [_why_in_build(result, action)]) for action in found.values()),
        )


def _known_packages(result: Result) -> set[str]:
    known = {action.import_path for then in result.earlier() for action in then.compiles()}
    for folder, module in result.modules.items():
        root = str(result.cwd / folder)
        for parent, folders, files in os.walk(root):
            folders[:] = [name for name in folders if not name.startswith((".", "_"))]
            if any(name.endswith(".go") for name in files):
                relative = os.path.relpath(parent, root)
                known.add(module if relative == "." else f"{module}/{relative.replace(os.sep, '/')}")
    return known


def _why_in_build(result: Result, action: Action) -> str:
    """The chain of imports from a package that nothing imports down to this one, or the pattern that names it."""
    chain = [action]
    while True:
        above = next((a for a in result.compiles() if chain[0].id in a.deps and a not in chain), None)
        if above is None:
            break
        chain.insert(0, above)
    named = ", ".join(GoArguments.read(result.command[1:]).packages) or "."
    if len(chain) == 1:
        return f"named by {named}"
    return f"imported: {' ← '.join(short_name(a.package, result.modules) for a in reversed(chain))} (named by {named})"


def assert_parallel(result: Result, at_least: int = 2) -> None:
    """At least so many compiles overlapped in time.

    Raises `UsageError` when fewer packages were compiled: nothing could overlap then.
    """
    compiled = [action for action in compiles_of(result) if action.ran]
    if len(compiled) < at_least:
        raise UsageError(
            f"{result.title} compiled {counted(compiled, 'package', 'packages')}: {at_least} could not overlap. "
            "Start from a cache that lacks them"
        )
    if result.max_parallel < at_least:
        seconds = sum(action.ended - action.started for action in compiled)
        fail(
            f"assert_parallel: of {len(compiled)} compiles at most {result.max_parallel} ran at a time in "
            f"{result.title}",
            f"  {seconds:.1f} s of compiling in a command of {result.seconds:.1f} s",
            *(f"  {why}" for why in _why_serial(result)),
        )


def _why_serial(result: Result) -> Iterator[str]:
    env = result.circumstances.env if result.circumstances else {}
    given = [(name, value, "") for name, value in GoArguments.read(result.command[1:]).flags]
    given += [(name, value, " in GOFLAGS") for name, value in flags_of(env.get("GOFLAGS", ""))]
    for name, value, where in given:
        if name == "p":
            yield f"-p={value}{where} says how many may run at a time: the default is the number of CPUs"
    if "GOMAXPROCS" in env:
        yield f"GOMAXPROCS={env['GOMAXPROCS']} is in the environment: it limits how many may run at a time"
    if os.cpu_count() == 1:
        yield "this machine has one CPU"


def assert_no_downloads(result: Result) -> None:
    """The command brought no module into the module cache."""
    if result.downloads:
        fail(
            f"assert_no_downloads: {counted(result.downloads, 'module was', 'modules were')} downloaded by "
            f"{result.title}",
            rows((module, [""]) for module in result.downloads),
            "a job that restores GOCACHE needs GOMODCACHE as well: what is not in it is downloaded again",
        )


def assert_downloaded(result: Result, *modules: str) -> None:
    """The command brought these modules into the module cache: ``example.com/dep``, or ``example.com/dep@v1.0.0``.

    Without modules: at least one.
    """
    paths = {module.partition("@")[0] for module in result.downloads}
    missing = [module for module in modules if module not in result.downloads and module not in paths]
    if missing or not result.downloads:
        fail(
            f"assert_downloaded: {', '.join(missing) or 'any module'} was not downloaded by {result.title}",
            f"  downloaded: {', '.join(result.downloads) or 'nothing'}",
        )
