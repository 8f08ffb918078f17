"""The assertion that two commands share their compiles through the cache."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_gocache.assertions.failure import fail, named
from pytest_gocache.errors import NoEvidenceError, UsageError
from pytest_gocache.explain.actions import stamps_only
from pytest_gocache.explain.changes import changes_between
from pytest_gocache.golang.action import Action
from pytest_gocache.results.inputs import own_changes, with_values
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import compiles_of, matching
from pytest_gocache.results.tables import counted, rows

__all__ = ["assert_same_compiles"]

_Pair = tuple[Action, Action]


@named
def assert_same_compiles(one: Result, other: Result, *patterns: str, ignore_stamps: bool = False) -> None:
    """Two commands share their compiles: every package that both of them need has one cache key in both.

    The commands may be of different machines, toolchains and targets: plugin and program, build and test, two versions
    of Go. ``patterns`` are Go package patterns, read in the first command; without them, all packages count. A cached
    compile counts as one that ran. A package that only one command needs does not count. With ``ignore_stamps=True``,
    neither does a main package whose keys differ only in stamped build settings, as in `assert_cached`.

    Raises `AssertionError` with the inputs that keep packages apart, `PatternError` for a pattern that matches no
    package of the first command, `UsageError` for a command without an action graph and for commands without a package
    in common, and `NoEvidenceError` when Go computed no key for a package.
    """
    pairs = _pairs(one, other, patterns)
    apart = [pair for pair in pairs if pair[0].action_id != pair[1].action_id]
    if ignore_stamps:
        apart = [(old, new) for old, new in apart if not stamps_only(changes_between(one, old, other, new))]
    if apart:
        fail(
            "assert_same_compiles",
            f"{len(apart)} of {counted(pairs, 'package', 'packages')} "
            f"{'has' if len(apart) == 1 else 'have'} different cache keys in {one.title} and {other.title}",
            *_causes(one, other, apart),
        )


def _pairs(one: Result, other: Result, patterns: Sequence[str]) -> list[_Pair]:
    """The compiles of the same package in both commands."""
    chosen = compiles_of(one)
    if patterns:
        chosen = matching(one, chosen, patterns)
    there = {action.package: action for action in compiles_of(other)}
    pairs = [(action, there[action.package]) for action in chosen if action.package in there]
    if not pairs:
        raise UsageError(f"{one.title} and {other.title} have no package in common")
    for pair in pairs:
        for result, action in zip((one, other), pair, strict=True):
            if not action.action_id:
                raise NoEvidenceError(f"the cache key of {action.package} in {result.title} is unknown")
    return pairs


def _causes(one: Result, other: Result, apart: Sequence[_Pair]) -> list[str]:
    """A row for each package with an input of its own that differs; the same inputs are told once."""
    own: dict[str, tuple[str, ...]] = {}
    followers = std = 0
    for before, after in sorted(apart, key=lambda pair: pair[0].package in one.std):
        changes = changes_between(one, before, other, after)
        if changes is None:
            own[before.package] = ("its inputs are not in Go's log",)
        elif own_changes(changes):
            found = own_changes(changes)
            lines = tuple(with_values(", ".join(change.what for change in found), found))
            if before.package in one.std and lines in own.values():
                std += 1
            else:
                own[before.package] = ("the same",) if lines in own.values() else lines
        else:
            followers += 1
    rest = [
        f"{count} {what}"
        for count, what in (
            (std, "of the standard library with the same inputs"),
            (followers, "only because of imports"),
        )
        if count
    ]
    return [
        rows((one.short_name(package), lines) for package, lines in own.items()),
        f"  and {', and '.join(rest)}" if rest else "",
    ]
