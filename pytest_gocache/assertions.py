"""The public ``assert_*`` functions: verdicts on a `Result`, with the reason in every failure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_gocache.errors import PatternError, UsageError
from pytest_gocache.explain import build_settings_only
from pytest_gocache.messages import (
    counted,
    hint_on_links,
    reasons,
    rows,
    what_was_rebuilt,
    why_not_cached,
    why_not_linked,
    why_not_rebuilt,
    why_not_run,
)
from pytest_gocache.patterns import Pattern, near_misses
from pytest_gocache.result import Action, Result, TestOutcome, TestStatus

__all__ = [
    "assert_cached",
    "assert_not_relinked",
    "assert_only_rebuilt",
    "assert_only_relinked",
    "assert_rebuilt",
    "assert_relinked",
    "assert_test_cached",
    "assert_test_ran",
]


def assert_cached(result: Result, *patterns: str) -> None:
    """Nothing that matches was compiled; without a pattern: nothing at all, the standard library included.

    A pattern stands for a package with all of its test variants; ``lib [lib.test]`` names one variant. Links do not
    count: see `assert_not_relinked`. Raises `PatternError` for a pattern that matches no package of the command.
    """
    compiles = _compiles(result)
    chosen = _matching(result, compiles, patterns) if patterns else compiles
    rebuilt = [action for action in chosen if action.ran]
    if rebuilt:
        _fail(
            f"assert_cached: {counted(rebuilt, 'package was', 'packages were')} rebuilt by {result.title}",
            reasons(result, rebuilt),
        )


def assert_rebuilt(result: Result, *patterns: str) -> None:
    """Everything that matches was compiled: the packages, and their test variants where the command has them.

    What Go generates only for a test (``lib.test``, ``lib_test``) must be named to count. Raises `PatternError` without
    a pattern, and for one that matches no package of the command.
    """
    if not patterns:
        raise PatternError("assert_rebuilt needs a package pattern: without one it would say nothing")
    chosen = _matching(result, _compiles(result), patterns, scaffolds=False)
    missing = [action for action in chosen if not action.ran]
    if missing:
        _fail(
            f"assert_rebuilt: {counted(missing, 'package was', 'packages were')} not rebuilt by {result.title}",
            rows((action.package, [why_not_rebuilt(result, action)]) for action in missing),
            what_was_rebuilt(result),
        )


def assert_only_rebuilt(result: Result, *patterns: str) -> None:
    """Exactly what matches was compiled: all of it, and nothing else; without a pattern: nothing.

    What Go generates only for a test of a package (``lib.test``, ``lib_test``) may be compiled with it.
    """
    compiles = _compiles(result)
    chosen = _matching(result, compiles, patterns, scaffolds=False) if patterns else []
    allowed = {action.id for action in _matching(result, compiles, patterns)} if patterns else set()
    missing = [action for action in chosen if not action.ran]
    others = [action for action in compiles if action.ran and action.id not in allowed]
    if missing or others:
        rebuilt = f"{counted(others, 'other package was', 'other packages were')} rebuilt"
        not_rebuilt = f"{counted(missing, 'package was', 'packages were')} not rebuilt"
        said = " and ".join(text for text, actions in ((rebuilt, others), (not_rebuilt, missing)) if actions)
        _fail(
            f"assert_only_rebuilt: {said} by {result.title}",
            f"  expected exactly: {', '.join(patterns) or 'nothing'}",
            reasons(result, others, "also rebuilt: "),
            rows((f"not rebuilt: {action.package}", [why_not_rebuilt(result, action)]) for action in missing),
        )


def assert_relinked(result: Result, *mains: str) -> None:
    """The link of every main package that matches ran; without a pattern: every link of the command.

    A test binary's link counts for the package under test. Raises `PatternError` when nothing that matches is linked
    by such a command at all.
    """
    missing = [action for action in _links(result, mains) if not action.ran]
    if missing:
        _fail(
            f"assert_relinked: {counted(missing, 'binary was', 'binaries were')} not linked by {result.title}",
            rows((action.package, [why_not_linked(action)]) for action in missing),
        )


def assert_not_relinked(result: Result, *mains: str) -> None:
    """No link of a main package that matches ran; without a pattern: none at all.

    With patterns, raises `PatternError` when nothing that matches could be linked by the command.
    """
    if not mains:
        _compiles(result)
    chosen = _links(result, mains) if mains else list(result.links())
    linked = [action for action in chosen if action.ran]
    if linked:
        _fail(
            f"assert_not_relinked: {counted(linked, 'binary was', 'binaries were')} linked by {result.title}",
            reasons(result, linked),
            hint_on_links(result),
        )


def assert_only_relinked(result: Result, *mains: str, strict: bool = False) -> None:
    """The links of ``mains`` ran (without a pattern: every link of the command), and no compile did.

    A main package that was recompiled only because the build settings stamped into it changed counts as relinked: that
    is what Go does with a bare ``-ldflags``. ``strict=True`` refuses that too; ``-trimpath -ldflags=…`` passes it.
    """
    links = _links(result, mains)
    compiled = [action for action in _compiles(result) if action.ran]
    # Build settings are stamped into main packages only: no library can pass for one here.
    wrong = [a for a in compiled if strict or not build_settings_only(result, a)]
    missing = [action for action in links if not action.ran]
    others = [action for action in result.links() if action.ran and action.id not in {link.id for link in links}]
    if wrong:
        stamped = strict and all(build_settings_only(result, action) for action in wrong)
        _fail(
            f"assert_only_relinked: {counted(wrong, 'package was', 'packages were')} compiled by {result.title}",
            reasons(result, wrong),
            "without -trimpath, Go stamps -ldflags into the main package: build with -trimpath, or drop strict=True"
            if stamped
            else "",
        )
    if missing:
        _fail(
            f"assert_only_relinked: {counted(missing, 'binary was', 'binaries were')} not linked by {result.title}",
            rows((action.package, [why_not_linked(action)]) for action in missing),
        )
    if others:
        _fail(
            f"assert_only_relinked: {counted(others, 'other binary was', 'other binaries were')} linked too by "
            f"{result.title}",
            reasons(result, others),
        )


def assert_test_cached(result: Result, *patterns: str) -> None:
    """The result of every test package that matches was replayed from the test result cache; without a pattern: of all.

    Packages without test files count only when named exactly. Raises `PatternError` when no test matches, and
    `UsageError` for a command that is not ``go test``.
    """
    wrong = [outcome for outcome in _tests(result, patterns) if not outcome.cached]
    if wrong:
        _fail(
            f"assert_test_cached: {counted(wrong, 'test package was', 'test packages were')} not served from the cache "
            f"by {result.title}",
            rows((outcome.package, [why_not_cached(result, outcome)]) for outcome in wrong),
        )


def assert_test_ran(result: Result, *patterns: str) -> None:
    """The tests of every package that matches were executed, with whatever verdict; without a pattern: of all."""
    wrong = [outcome for outcome in _tests(result, patterns) if not outcome.ran]
    if wrong:
        cached = any(outcome.cached for outcome in wrong)
        _fail(
            f"assert_test_ran: {counted(wrong, 'test package was', 'test packages were')} not executed by "
            f"{result.title}",
            rows((outcome.package, [why_not_run(result, outcome)]) for outcome in wrong),
            "a test that reads what Go does not track needs -count=1" if cached else "",
        )


def _fail(*parts: str) -> None:
    raise AssertionError("\n".join(part for part in parts if part))


# What the functions above choose from.


def _compiles(result: Result) -> list[Action]:
    compiles = list(result.compiles())
    if not compiles:
        raise UsageError(
            f"{result.title} has no action graph: nothing is known of what it compiled "
            f"(exit status {result.returncode}; build, test, vet, run, install and list -export have one)"
        )
    return compiles


def _parse(result: Result, text: str) -> Pattern:
    return Pattern.parse(text, result.modules, result.std)


def _matching(
    result: Result, actions: Sequence[Action], patterns: Iterable[str], *, scaffolds: bool = True
) -> list[Action]:
    """The actions that any of the patterns matches, in the order of the actions; each pattern must match one."""
    chosen: dict[int, Action] = {}
    for text in patterns:
        pattern = _parse(result, text)
        exact = [a for a in actions if a.package == text]
        found = (
            exact if exact and exact[0].scaffold else [a for a in actions if pattern.matches(a.import_path, a.package)]
        )
        if not scaffolds:
            found = [a for a in found if not a.scaffold] or found
        if not found:
            raise _no_match(result, text, pattern, {a.import_path for a in actions} | {a.package for a in actions})
        chosen.update((action.id, action) for action in found)
    return [action for action in actions if action.id in chosen]


def _no_match(result: Result, text: str, pattern: Pattern, candidates: Iterable[str]) -> PatternError:
    names = sorted(set(candidates))
    own = [name for name in names if name not in result.std]
    near = near_misses(text, own)
    hint = (
        f"near it: {', '.join(near)}"
        if near
        else f"its packages outside the standard library: {', '.join(own[:10]) or 'none'}"
    )
    return PatternError(f"package pattern {pattern.text!r} matches nothing in {result.title}; {hint}")


def _links(result: Result, mains: Sequence[str]) -> list[Action]:
    compiles = _compiles(result)
    links = list(result.links())
    if not links:
        raise UsageError(f"{result.title} links nothing: it has no main package and no test")
    if not mains:
        return links
    for text in mains:
        pattern = _parse(result, text)
        if not any(pattern.matches(link.import_path, link.package) or link.package == text for link in links):
            matched = [a for a in compiles if pattern.matches(a.import_path, a.package)]
            if matched:
                raise PatternError(
                    f"{text!r} matches no main package that {result.title} links: it links "
                    f"{', '.join(link.package for link in links)}"
                )
            raise _no_match(result, text, pattern, [a.package for a in compiles])
    return _matching(result, links, mains)


def _tests(result: Result, patterns: Sequence[str]) -> list[TestOutcome]:
    if not result.tests:
        raise UsageError(f"{result.title} printed no test verdict (exit status {result.returncode})")
    with_tests = [outcome for outcome in result.tests.values() if outcome.status is not TestStatus.NO_TESTS]
    if not patterns:
        if not with_tests:
            raise UsageError(f"{result.title} ran no test: none of its packages has test files")
        return with_tests
    chosen: dict[str, TestOutcome] = {}
    for text in patterns:
        pattern = _parse(result, text)
        found = [outcome for outcome in result.tests.values() if pattern.matches(outcome.package)]
        if not found:
            raise _no_match(result, text, pattern, result.tests)
        if "..." in text:
            found = [outcome for outcome in found if outcome in with_tests] or found
        chosen.update((outcome.package, outcome) for outcome in found)
    return list(chosen.values())
