"""The first action whose output differs between two builds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.explain.changes import changes_between
from pytest_gocache.golang.action import Action, Kind
from pytest_gocache.results.inputs import Change, own_changes, with_values
from pytest_gocache.results.packages import programs_of
from pytest_gocache.results.result import Result
from pytest_gocache.results.tables import listed, rows

__all__ = ["FirstDifference", "first_difference"]

_MOST_LINES = 12  # of what a failing build printed
_MOST_PROGRAMS = 8


@dataclass(frozen=True, slots=True)
class FirstDifference:
    """The first action whose output differs between two builds, and why."""

    conditions: frozenset[str]
    """The conditions that differ between the builds; empty when none does."""
    sentence: str
    label: str = ""
    """The action; empty when none is known: a build fails, or the action graphs show no difference."""
    changes: tuple[Change, ...] = ()
    """The inputs that differ."""
    same_inputs: bool = False
    """The action has the same inputs in both builds: what makes the difference is unknown to Go."""
    programs: tuple[str, ...] = ()
    """The programs that such an action ran."""

    def __str__(self) -> str:
        return rows([(self.label, with_values(self.sentence, self.changes))]) if self.label else f"  {self.sentence}"


def first_difference(
    one: Result, two: Result, conditions: frozenset[str], names: Collection[str] = ()
) -> FirstDifference:
    """The first package that differs, in the order of imports; else the link of a binary with one of the ``names``."""
    for result in (two, one):
        if result.returncode:
            return FirstDifference(conditions, _failure(result))
    pairs = list(_commands(one, two))
    for before, after in pairs:
        compiles = _first_compile(before, after)
        if compiles is not None:
            return _difference(before, after, compiles, conditions)
    linked = [(*pair, links) for pair in pairs if (links := _first_link(*pair, names)) is not None]
    if not linked:
        return FirstDifference(conditions, "Go's action graphs do not show which action differs")
    before, after, links = next((pair for pair in linked if pair[2][0].build_id != pair[2][1].build_id), linked[0])
    return _difference_of_links(before, after, links, conditions)


def _commands(one: Result, two: Result) -> Iterator[tuple[Result, Result]]:
    """The go commands of both builds in pairs: a program may call several, in a different order each time."""
    left = [command for command in one.go_commands if command.actions]
    for after in two.go_commands:
        if after.actions and left:
            like = [command for command in left if _target(command) == _target(after)]
            before = next((command for command in like if command.command == after.command), (like or left)[0])
            left = [command for command in left if command is not before]
            yield before, after


def _target(command: Result) -> object:
    """What a go command builds, and for which system."""
    settings = command.circumstances.settings
    return (
        [settings.get(name) for name in ("GOOS", "GOARCH", "CGO_ENABLED")],
        sorted(link.package for link in command.links()),
    )


def _difference_of_links(
    one: Result, two: Result, links: tuple[Action, Action], conditions: frozenset[str]
) -> FirstDifference:
    # A link depends on all inputs of its main package, the stamped build settings among them, not only on its content.
    mains = _main_packages(one, two, links)
    if mains is not None:
        stamped = _difference(one, two, mains, conditions)
        if stamped.changes:
            return stamped
    return _difference(one, two, links, conditions)


def _failure(result: Result) -> str:
    printed = result.stderr.strip().splitlines()[-_MOST_LINES:]
    return "\n  ".join([f"one build fails with exit status {result.returncode}:", *printed])


def _first_compile(one: Result, two: Result) -> tuple[Action, Action] | None:
    before = {action.package: action for action in one.compiles()}
    for new in _imports_first(two):
        old = before.get(new.package)
        # Inputs that differ and lead to the same output explain nothing.
        if old is not None and old.content_id and new.content_id and old.content_id != new.content_id:
            return old, new
    return None


def _imports_first(result: Result) -> Iterator[Action]:
    """The compiles of a command, each after its imports."""
    by_id = {action.id: action for action in result.actions}
    seen: set[int] = set()
    for root in result.compiles():
        stack = [(root, False)]
        while stack:
            action, deps_done = stack.pop()
            if deps_done and action.kind is Kind.COMPILE:
                yield action
            elif not deps_done and action.id not in seen:
                seen.add(action.id)
                stack.append((action, True))
                stack += [(by_id[dep], False) for dep in reversed(action.deps) if dep in by_id]


def _first_link(one: Result, two: Result, outputs: Collection[str]) -> tuple[Action, Action] | None:
    """The link of a differing output when there is one; else the first link of both builds."""
    before = {link.package: link for link in one.links()}
    links = [link for link in two.links() if link.package in before]
    names = {Path(name).name for name in outputs}
    links.sort(key=lambda link: names.isdisjoint({Path(link.target).name, Path(link.package).name}))
    return next(((before[link.package], link) for link in links), None)


def _main_packages(one: Result, two: Result, links: tuple[Action, Action]) -> tuple[Action, Action] | None:
    """The compiles of the main package of a link, when their inputs differ."""
    _, link = links
    new = next((a for a in two.compiles() if a.id in link.deps and a.package == link.package), None)
    old = next((a for a in one.compiles() if a.package == link.package), None)
    return (old, new) if old and new and old.action_id != new.action_id else None


def _difference(
    one: Result, two: Result, actions: tuple[Action, Action], conditions: frozenset[str]
) -> FirstDifference:
    old, new = actions
    label = new.kind.of(two.short_name(new.package))
    if old.action_id != new.action_id:
        changes = tuple(own_changes(changes_between(one, old, two, new) or ()))
        sentence = _sentence(changes) if changes else f"its action IDs differ: {old.action_id} and {new.action_id}"
        return FirstDifference(conditions, sentence, label, changes)
    programs = tuple(programs_of(old) or programs_of(new))
    names = " and ".join(sorted(conditions)) if len(conditions) == 1 else "the conditions"
    why = f"it depends on {names}, which Go does not track" if conditions else "the action is not repeatable"
    ran = f" (it ran {', '.join(programs[:_MOST_PROGRAMS])})" if programs else ""
    sentence = f"same inputs, different output: {why}{ran}"
    return FirstDifference(conditions, sentence, label, same_inputs=True, programs=programs)


def _sentence(changes: Sequence[Change]) -> str:
    verb = "differs" if len(changes) == 1 else "differ"
    return f"{listed([change.what for change in changes])} {verb}{':' if any(c.lines() for c in changes) else ''}"
