"""Assertions on the packages that a command compiles."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_gocache.assertions.failure import fail, named
from pytest_gocache.assertions.idle import is_idle, refuse_idle
from pytest_gocache.errors import PatternError
from pytest_gocache.explain.actions import build_settings_only
from pytest_gocache.explain.wording import (
    compiled_packages,
    why_not_rebuilt,
    why_they_ran,
)
from pytest_gocache.golang.action import Action
from pytest_gocache.results.against import held_against
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import compiles_of, matching
from pytest_gocache.results.tables import counted

__all__ = ["assert_cached", "assert_only_rebuilt", "assert_rebuilt"]


@named
def assert_cached(result: Result, *patterns: str, ignore_stamps: bool = False, against: Result | None = None) -> None:
    """No package that matches was compiled.

    ``patterns`` are Go package patterns; without a pattern, no package at all may be compiled, the standard library
    included. A pattern matches a package and its test variants; ``lib [lib.test]`` names one variant. Links do not
    count: see `assert_not_relinked`. With ``ignore_stamps=True``, a main package does not count as compiled when only
    the build settings changed that Go stamps into it: the commit, whether the checkout is modified, ``-ldflags``, and
    module versions. It counts when Go's log does not show that. A program that called no go command that builds passes,
    with any pattern, when it is known to be idle (`Result.idle`). With ``against``, a result of `load_result`, reasons
    and stamps are held against that recording, and not against the earlier commands of the test.

    Raises `AssertionError` when a package was compiled, with the reason, `PatternError` for a pattern that matches no
    package of the command, and `UsageError` for a command without an action graph.
    """
    if is_idle(result, patterns):
        return
    result = held_against(result, against)
    compiles = compiles_of(result)
    chosen = matching(result, compiles, patterns) if patterns else compiles
    rebuilt = _compiled(result, chosen, ignore_stamps=ignore_stamps)
    if rebuilt:
        fail(
            "assert_cached",
            f"{counted(rebuilt, 'package was', 'packages were')} rebuilt by {result.title}",
            *why_they_ran(result, rebuilt),
            _advice_on_stamps(result, rebuilt),
        )


@named
def assert_rebuilt(result: Result, *patterns: str, ignore_stamps: bool = False) -> None:
    """Every package that matches was compiled, and so were its test variants in the command.

    ``patterns`` are Go package patterns, at least one. A package that exists only for a test (``lib.test``,
    ``lib_test``) counts only when a pattern names it. With ``ignore_stamps=True``, a main package does not count as
    compiled when only its stamped build settings changed, as in `assert_cached`.

    Raises `AssertionError` when a package was not compiled, also by an idle program (`Result.idle`), `PatternError`
    without a pattern and for a pattern that matches no package of the command, and `UsageError` for a command without
    an action graph.
    """
    if not patterns:
        raise PatternError("expected at least one package pattern, and got none")
    refuse_idle("assert_rebuilt", result, patterns, "compiled nothing")
    chosen = matching(result, compiles_of(result), patterns, scaffolds=False)
    missing = _without(chosen, _compiled(result, chosen, ignore_stamps=ignore_stamps))
    if missing:
        fail(
            "assert_rebuilt",
            f"{counted(missing, 'package was', 'packages were')} not rebuilt by {result.title}",
            *why_not_rebuilt(result, missing),
            compiled_packages(result),
        )


@named
def assert_only_rebuilt(
    result: Result, *patterns: str, ignore_stamps: bool = False, against: Result | None = None
) -> None:
    """Every package that matches was compiled, and no other package was.

    ``patterns`` are Go package patterns; without a pattern, no package at all may be compiled. A package that exists
    only for a test (``lib.test``, ``lib_test``) may be compiled together with the package under test. With
    ``ignore_stamps=True``, a main package does not count as compiled when only its stamped build settings changed, as
    in `assert_cached`: in a git repository, the first edit marks all binaries as ``+dirty``. ``against`` is that of
    `assert_cached`.

    Raises `AssertionError` when a package was not compiled or a different one was, `PatternError` for a pattern that
    matches no package of the command, and `UsageError` for a command without an action graph.
    """
    if not patterns and is_idle(result, ()):
        return
    refuse_idle("assert_only_rebuilt", result, patterns, "compiled nothing")
    result = held_against(result, against)
    compiles = compiles_of(result)
    chosen, allowed = _expected(result, compiles, patterns)
    compiled = _compiled(result, compiles, ignore_stamps=ignore_stamps)
    missing, others = _without(chosen, compiled), _without(compiled, allowed)
    if missing or others:
        rebuilt = f"{counted(others, 'other package was', 'other packages were')} rebuilt"
        not_rebuilt = f"{counted(missing, 'package was', 'packages were')} not rebuilt"
        happened = " and ".join(text for text, actions in ((rebuilt, others), (not_rebuilt, missing)) if actions)
        ran, *advice_on_others = why_they_ran(result, others) if others else [""]
        cached, *advice_on_missing = why_not_rebuilt(result, missing, "not rebuilt: ") if missing else [""]
        fail(
            "assert_only_rebuilt",
            f"{happened} by {result.title}",
            f"  expected exactly: {', '.join(patterns) or 'nothing'}",
            ran,
            cached,
            *advice_on_others,
            *advice_on_missing,
            "" if missing else _advice_on_stamps(result, others),
        )


def _compiled(result: Result, actions: Sequence[Action], *, ignore_stamps: bool) -> list[Action]:
    """The compiles that ran and count."""
    ran = [action for action in actions if action.ran]
    return _without(ran, build_settings_only(result, ran)) if ignore_stamps else ran


def _without(actions: Sequence[Action], others: Sequence[Action]) -> list[Action]:
    numbers = {action.id for action in others}
    return [action for action in actions if action.id not in numbers]


def _advice_on_stamps(result: Result, compiled: Sequence[Action]) -> str:
    """The advice for a failure that would be none with ``ignore_stamps=True``; empty for a different failure."""
    if compiled != build_settings_only(result, compiled):
        return ""
    return "pass ignore_stamps=True if such a recompile does not matter here"


def _expected(result: Result, compiles: list[Action], patterns: Sequence[str]) -> tuple[list[Action], list[Action]]:
    """The compiles that must run, and those that may run."""
    if not patterns:
        return [], []
    return matching(result, compiles, patterns, scaffolds=False), matching(result, compiles, patterns)
