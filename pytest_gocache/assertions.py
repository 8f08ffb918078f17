"""The public ``assert_*`` functions: verdicts on a `Result`, with the reason in every failure."""

from __future__ import annotations

from typing import NoReturn

from pytest_gocache.errors import PatternError
from pytest_gocache.explain.actions import build_settings_only
from pytest_gocache.explain.wording import (
    hint_on_links,
    what_was_rebuilt,
    why_not_linked,
    why_not_rebuilt,
    why_tests_did_not_run,
    why_tests_ran,
    why_they_ran,
)
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import compiles_of, links_of, matching, tests_of
from pytest_gocache.results.tables import counted, rows

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
    compiles = compiles_of(result)
    chosen = matching(result, compiles, patterns) if patterns else compiles
    rebuilt = [action for action in chosen if action.ran]
    if rebuilt:
        fail(
            f"assert_cached: {counted(rebuilt, 'package was', 'packages were')} rebuilt by {result.title}",
            *why_they_ran(result, rebuilt),
        )


def assert_rebuilt(result: Result, *patterns: str) -> None:
    """Everything that matches was compiled: the packages, and their test variants where the command has them.

    What Go generates only for a test (``lib.test``, ``lib_test``) must be named to count. Raises `PatternError` without
    a pattern, and for one that matches no package of the command.
    """
    if not patterns:
        raise PatternError("assert_rebuilt needs a package pattern: without one it would say nothing")
    chosen = matching(result, compiles_of(result), patterns, scaffolds=False)
    missing = [action for action in chosen if not action.ran]
    if missing:
        fail(
            f"assert_rebuilt: {counted(missing, 'package was', 'packages were')} not rebuilt by {result.title}",
            *why_not_rebuilt(result, missing),
            what_was_rebuilt(result),
        )


def assert_only_rebuilt(result: Result, *patterns: str) -> None:
    """Exactly what matches was compiled: all of it, and nothing else; without a pattern: nothing.

    What Go generates only for a test of a package (``lib.test``, ``lib_test``) may be compiled with it.
    """
    compiles = compiles_of(result)
    chosen = matching(result, compiles, patterns, scaffolds=False) if patterns else []
    allowed = {action.id for action in matching(result, compiles, patterns)} if patterns else set()
    missing = [action for action in chosen if not action.ran]
    others = [action for action in compiles if action.ran and action.id not in allowed]
    if missing or others:
        rebuilt = f"{counted(others, 'other package was', 'other packages were')} rebuilt"
        not_rebuilt = f"{counted(missing, 'package was', 'packages were')} not rebuilt"
        said = " and ".join(text for text, actions in ((rebuilt, others), (not_rebuilt, missing)) if actions)
        fail(
            f"assert_only_rebuilt: {said} by {result.title}",
            f"  expected exactly: {', '.join(patterns) or 'nothing'}",
            *(why_they_ran(result, others, "also rebuilt: ") if others else ()),
            *(why_not_rebuilt(result, missing, "not rebuilt: ") if missing else ()),
        )


def assert_relinked(result: Result, *mains: str) -> None:
    """The link of every main package that matches ran; without a pattern: every link of the command.

    A test binary's link counts for the package under test. Raises `PatternError` when nothing that matches is linked
    by such a command at all.
    """
    missing = [action for action in links_of(result, mains) if not action.ran]
    if missing:
        fail(
            f"assert_relinked: {counted(missing, 'binary was', 'binaries were')} not linked by {result.title}",
            rows((action.package, [why_not_linked(action)]) for action in missing),
        )


def assert_not_relinked(result: Result, *mains: str) -> None:
    """No link of a main package that matches ran; without a pattern: none at all.

    With patterns, raises `PatternError` when nothing that matches could be linked by the command.
    """
    if not mains:
        compiles_of(result)
    chosen = links_of(result, mains) if mains else list(result.links())
    linked = [action for action in chosen if action.ran]
    if linked:
        fail(
            f"assert_not_relinked: {counted(linked, 'binary was', 'binaries were')} linked by {result.title}",
            *why_they_ran(result, linked),
            hint_on_links(result),
        )


def assert_only_relinked(result: Result, *mains: str, strict: bool = False) -> None:
    """The links of ``mains`` ran (without a pattern: every link of the command), and no compile did.

    A main package that was recompiled only because the build settings stamped into it changed counts as relinked: that
    is what Go does with a bare ``-ldflags``. ``strict=True`` refuses that too; ``-trimpath -ldflags=…`` passes it.
    """
    links = links_of(result, mains)
    compiled = [action for action in compiles_of(result) if action.ran]
    # Build settings are stamped into main packages only: no library can pass for one here.
    only_stamped = build_settings_only(result, compiled)
    wrong = [action for action in compiled if strict or action not in only_stamped]
    missing = [action for action in links if not action.ran]
    others = [action for action in result.links() if action.ran and action.id not in {link.id for link in links}]
    if wrong:
        fail(
            f"assert_only_relinked: {counted(wrong, 'package was', 'packages were')} compiled by {result.title}",
            *why_they_ran(result, wrong),
            # Only with strict=True can this be what was wrong.
            "or drop strict=True" if wrong == only_stamped else "",
        )
    if missing:
        fail(
            f"assert_only_relinked: {counted(missing, 'binary was', 'binaries were')} not linked by {result.title}",
            rows((action.package, [why_not_linked(action)]) for action in missing),
        )
    if others:
        fail(
            f"assert_only_relinked: {counted(others, 'other binary was', 'other binaries were')} linked too by "
            f"{result.title}",
            *why_they_ran(result, others),
        )


def assert_test_cached(result: Result, *patterns: str) -> None:
    """The result of every test package that matches was replayed from the test result cache; without a pattern: of all.

    Packages without test files count only when named exactly. Raises `PatternError` when no test matches, and
    `UsageError` for a command that is not ``go test``.
    """
    wrong = [outcome for outcome in tests_of(result, patterns) if not outcome.cached]
    if wrong:
        fail(
            f"assert_test_cached: {counted(wrong, 'test package was', 'test packages were')} not served from the cache "
            f"by {result.title}",
            *why_tests_ran(result, wrong),
        )


def assert_test_ran(result: Result, *patterns: str) -> None:
    """The tests of every package that matches were executed, with whatever verdict; without a pattern: of all."""
    wrong = [outcome for outcome in tests_of(result, patterns) if not outcome.ran]
    if wrong:
        fail(
            f"assert_test_ran: {counted(wrong, 'test package was', 'test packages were')} not executed by "
            f"{result.title}",
            *why_tests_did_not_run(result, wrong),
        )


def fail(*parts: str) -> NoReturn:
    """Fail with a message of these parts, a line or more each; empty ones are left out."""
    raise AssertionError("\n".join(part for part in parts if part))
