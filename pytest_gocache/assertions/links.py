"""Assertions on the binaries that a command links."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_gocache.assertions.failure import fail, named
from pytest_gocache.assertions.idle import is_idle, refuse_idle
from pytest_gocache.explain.actions import build_settings_only
from pytest_gocache.explain.stamps import empty_stamps
from pytest_gocache.explain.untracked_text import untracked_in_build
from pytest_gocache.explain.wording import (
    hint_on_links,
    why_not_linked,
    why_they_ran,
)
from pytest_gocache.golang.action import Action
from pytest_gocache.results.against import held_against
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import compiles_of, links_of
from pytest_gocache.results.tables import counted, rows

__all__ = ["assert_not_relinked", "assert_only_relinked", "assert_relinked"]


@named
def assert_relinked(result: Result, *mains: str) -> None:
    """The link of every main package that matches ran.

    ``mains`` are Go package patterns; without a pattern, every link of the command counts. The link of a test binary
    counts for the package under test.

    Raises `AssertionError` when a link did not run, and when a ``-X`` flag sets a variable in none of the binaries, as
    far as GOCACHE and the binaries show; `PatternError` for a pattern that matches no main package of the command; and
    `UsageError` for a command that has nothing to link.
    """
    refuse_idle("assert_relinked", result, mains, "linked nothing")
    links = links_of(result, mains)
    missing = [action for action in links if not action.ran]
    if missing:
        fail(
            "assert_relinked",
            f"{counted(missing, 'binary was', 'binaries were')} not linked by {result.title}",
            rows((result.short_name(action.package), [why_not_linked(action)]) for action in missing),
            *untracked_in_build(result, missing),
        )
    _refuse_empty_stamps("assert_relinked", result, links)


@named
def assert_not_relinked(result: Result, *mains: str, against: Result | None = None) -> None:
    """No link of a main package that matches ran.

    ``mains`` are Go package patterns; without a pattern, no link of the command may run. The link of a test binary
    counts for the package under test. A program that is known to be idle (`Result.idle`) passes, with any pattern.
    ``against`` is that of `assert_cached`.

    Raises `AssertionError` when a link ran, `PatternError` for a pattern that matches no main package of the command,
    and `UsageError` for a command without an action graph and, with patterns, for a command that has nothing to link.
    """
    if is_idle(result, mains):
        return
    result = held_against(result, against)
    if not mains:
        compiles_of(result)
    chosen = links_of(result, mains) if mains else list(result.links())
    linked = [action for action in chosen if action.ran]
    if linked:
        fail(
            "assert_not_relinked",
            f"{counted(linked, 'binary was', 'binaries were')} linked by {result.title}",
            *why_they_ran(result, linked),
            hint_on_links(result),
            *map(str, empty_stamps(result, linked)),
        )


@named
def assert_only_relinked(result: Result, *mains: str, strict: bool = False, against: Result | None = None) -> None:
    """The links of the main packages that match ran, no other link ran, and no compile ran.

    ``mains`` are Go package patterns; without a pattern, every link of the command must run. A main package that is
    recompiled only because its stamped build settings changed is allowed: Go does that for a bare ``-ldflags``.
    ``strict=True`` refuses that too; ``-trimpath -ldflags=…`` passes it. ``against`` is that of `assert_cached`.

    Raises `AssertionError` when something else ran or a link did not, and for a ``-X`` flag as `assert_relinked` does;
    `PatternError` for a pattern that matches no main package of the command; and `UsageError` for a command that has
    nothing to link.
    """
    refuse_idle("assert_only_relinked", result, mains, "linked nothing")
    result = held_against(result, against)
    links = links_of(result, mains)
    compiled = [action for action in compiles_of(result) if action.ran]
    # Go stamps build settings into main packages only, so no library is among these.
    only_stamped = build_settings_only(result, compiled)
    wrong = [action for action in compiled if strict or action not in only_stamped]
    missing = [action for action in links if not action.ran]
    others = [action for action in result.links() if action.ran and action not in links]
    if wrong:
        fail(
            "assert_only_relinked",
            f"{counted(wrong, 'package was', 'packages were')} compiled by {result.title}",
            *why_they_ran(result, wrong),
            # Without strict=True, the assertion would have passed.
            "or drop strict=True" if wrong == only_stamped else "",
        )
    if missing:
        fail(
            "assert_only_relinked",
            f"{counted(missing, 'binary was', 'binaries were')} not linked by {result.title}",
            rows((result.short_name(action.package), [why_not_linked(action)]) for action in missing),
            *untracked_in_build(result, missing),
        )
    if others:
        fail(
            "assert_only_relinked",
            f"{counted(others, 'other binary was', 'other binaries were')} linked by {result.title}",
            *why_they_ran(result, others),
        )
    _refuse_empty_stamps("assert_only_relinked", result, links)


def _refuse_empty_stamps(assertion: str, result: Result, links: Sequence[Action]) -> None:
    """Fail when a ``-X`` sets a variable in none of the binaries: their links would show nothing about the stamp."""
    first, *more = [*map(str, empty_stamps(result, links)), ""]
    if first:
        fail(assertion, first, *more, f"linked by {result.title}")
