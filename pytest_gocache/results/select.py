"""The actions and tests of a result that match package patterns, and the dependencies of actions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_gocache.errors import NoEvidenceError, PatternError, UsageError
from pytest_gocache.golang.action import Action, TestOutcome, TestStatus
from pytest_gocache.golang.patterns import Pattern, near_misses
from pytest_gocache.results.given_flags import arguments_of, enabled_flag
from pytest_gocache.results.named_packages import parse_patterns
from pytest_gocache.results.result import Result

__all__ = ["compiles_of", "dependencies_of", "links_of", "matching", "require_evidence", "tests_of", "why_nothing_ran"]


def compiles_of(result: Result) -> list[Action]:
    """The compile actions of a command, at least one.

    Raises `NoEvidenceError` when it is not known what the command compiled, and `UsageError` when its -n only prints.
    """
    for command in result.go_commands:
        if dry := enabled_flag(command, "n"):
            # With -n no action runs: the graph looks as if everything is cached.
            raise UsageError(f"{command.title} compiles nothing: {dry} only prints the commands that it would run")
    if all(_only_asks(command) for command in result.go_commands) and result.go_commands:
        raise UsageError(f"{result.title} compiles nothing: without -export, go list only asks what a build would do")
    require_evidence(result)
    return list(result.compiles())


def _only_asks(command: Result) -> bool:
    arguments = arguments_of(command)
    return arguments.builds and not arguments.compiles


def require_evidence(result: Result) -> None:
    """Raise `NoEvidenceError` when it is not known what a command compiled, or when it considered no package."""
    if result.gaps:
        others = "; assert on single go commands: result.commands" if result.commands else ""
        raise NoEvidenceError(f"it is not known what {result.title} compiled: {'; '.join(result.gaps)}{others}")
    if nothing := why_nothing_ran(result):
        raise NoEvidenceError(f"{result.title} compiles nothing: {nothing}")
    if any(True for _ in result.compiles()):
        return
    if result.command[:1] != ("go",):
        called = ", ".join(command.title for command in result.commands)
        raise NoEvidenceError(
            f"pytest-gocache saw no go command that builds: {result.title} must call the `go` on PATH, not an absolute "
            f"path (exit status {result.returncode}; go commands seen: {called or 'none'})"
        )
    raise NoEvidenceError(
        f"{result.title} has no action graph (exit status {result.returncode}): "
        f"only go build, test, vet, run, install, fix and list -export write one"
    )


def why_nothing_ran(result: Result) -> str:
    """Why a command that builds, or an idle program, considered no package; empty otherwise."""
    if result.idle:
        return result.idle[0]
    building = [c for c in result.go_commands if arguments_of(c).builds]
    if not building or result.gaps or any(True for _ in result.compiles()):
        return ""
    status = next((command.returncode for command in building if command.returncode), 0)
    return f"the packages could not be loaded (exit status {status})" if status else "no package matches"


def matching(
    result: Result, actions: Sequence[Action], patterns: Iterable[str], *, scaffolds: bool = True
) -> list[Action]:
    """The actions that match any of the patterns, in the order of ``actions``.

    Raises `PatternError` for a pattern that matches none. Without ``scaffolds``, a pattern matches the generated
    packages of tests only when it matches nothing else.
    """
    chosen: set[int] = set()
    for pattern in parse_patterns(result, tuple(patterns)):
        found = _found(pattern, actions)
        if not found:
            raise _no_match(result, pattern, {name for a in actions for name in (a.import_path, a.package)})
        without_scaffolds = [] if scaffolds else [action for action in found if not action.scaffold]
        chosen.update(action.id for action in without_scaffolds or found)
    return [action for action in actions if action.id in chosen]


def _found(pattern: Pattern, actions: Sequence[Action]) -> list[Action]:
    # The full name of a generated package means only this package.
    generated = [action for action in actions if action.scaffold and action.package == pattern.text]
    return generated or [action for action in actions if pattern.matches(action.import_path, action.package)]


def _no_match(result: Result, pattern: Pattern, candidates: Iterable[str]) -> PatternError:
    names = sorted(set(candidates))
    own = [name for name in names if name not in result.std]
    near = [result.short_name(name) for name in near_misses(pattern.text, own)]
    hint = (
        f"near it: {', '.join(near)}"
        if near
        else f"its packages outside the standard library: {', '.join(map(result.short_name, own[:10])) or 'none'}"
    )
    return PatternError(f"package pattern {pattern.text!r} matches nothing in {result.title}; {hint}")


def links_of(result: Result, mains: Sequence[str]) -> list[Action]:
    """The links of the main packages that match; all links without a pattern.

    Raises `UsageError` when the command links nothing, and `PatternError` for a pattern that matches no link.
    """
    compiles = compiles_of(result)
    links = list(result.links())
    if not links:
        raise UsageError(f"{result.title} links nothing: it has no main package and no test")
    if not mains:
        return links
    for pattern in parse_patterns(result, mains):
        text = pattern.text
        if not any(pattern.matches(link.import_path, link.package) or link.package == text for link in links):
            matched = [a for a in compiles if pattern.matches(a.import_path, a.package)]
            if matched:
                raise PatternError(
                    f"package pattern {text!r} matches no main package that {result.title} links: it links "
                    f"{', '.join(result.short_name(link.package) for link in links)}"
                )
            raise _no_match(result, pattern, [a.package for a in compiles])
    return matching(result, links, mains)


def tests_of(result: Result, patterns: Sequence[str]) -> list[TestOutcome]:
    """The test outcomes of the packages that match; without a pattern, of all packages with tests.

    Raises `UsageError` when the command ran no test, and `PatternError` for a pattern that matches no package.
    """
    if not result.tests:
        idle = f": {result.idle[0]}" if result.idle else ""
        raise UsageError(f"{result.title} printed no test verdict (exit status {result.returncode}){idle}")
    with_tests = [outcome for outcome in result.tests.values() if outcome.status is not TestStatus.NO_TESTS]
    if not patterns:
        if not with_tests:
            raise UsageError(f"{result.title} ran no test: none of its packages has test files")
        return with_tests
    chosen: dict[str, TestOutcome] = {}
    for pattern in parse_patterns(result, patterns):
        found = [outcome for outcome in result.tests.values() if pattern.matches(outcome.package)]
        if not found:
            raise _no_match(result, pattern, result.tests)
        if "..." in pattern.text:
            found = [outcome for outcome in found if outcome in with_tests] or found
        chosen.update((outcome.package, outcome) for outcome in found)
    return list(chosen.values())


def dependencies_of(result: Result, actions: Iterable[Action]) -> dict[int, int]:
    """The breadth-first closure of dependencies: action ID → ID of the action that it was reached from.

    The given actions come first, each reached from itself.
    """
    by_id = {action.id: action for action in result.actions}
    reached_from = {action.id: action.id for action in actions}
    waiting = list(reached_from)
    for number in waiting:
        new = [dep for dep in by_id[number].deps if dep in by_id and dep not in reached_from]
        reached_from |= dict.fromkeys(new, number)
        waiting += new
    return reached_from
