"""What the ready-made checks find: which actions ran that need not have, with the reasons."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pytest_gocache.checks.repository import BuiltCheckout, CheckedRepository, binaries_of
from pytest_gocache.explain.actions import build_settings_only
from pytest_gocache.explain.changes import folder_of
from pytest_gocache.explain.history import block_of
from pytest_gocache.explain.wording import why_tests_ran, why_they_ran
from pytest_gocache.golang.action import Action, Kind, TestOutcome, TestStatus
from pytest_gocache.results.given_flags import limit_of
from pytest_gocache.results.packages import folder_in_modules
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import below
from pytest_gocache.results.tables import counted, rows

__all__ = [
    "CheckFailed",
    "Leaf",
    "choose_leaf",
    "could_overlap",
    "differing",
    "failing",
    "main_packages",
    "not_cached",
    "passed",
    "rebuilt",
    "require",
    "serial",
    "sources_to_touch",
]

_GENERATED = re.compile(r"^// Code generated .* DO NOT EDIT\.$", re.MULTILINE)
_ENOUGH = 4  # compiles, for their never overlapping to be no accident


class CheckFailed(AssertionError):  # noqa: N818 - it is what pytest prints before the message
    """A promise is not kept. ``subjects`` are the packages, modules or binaries for which it is not."""

    def __init__(self, message: str, subjects: Sequence[str]) -> None:
        super().__init__(message, tuple(subjects))
        self.message = message
        self.subjects = tuple(subjects)

    def __str__(self) -> str:
        return self.message


def require(promise: str, *found: tuple[list[str], list[str]]) -> None:
    """Raise `CheckFailed` when anything was found: the subjects, and lines that say why and what to do."""
    subjects = [subject for names, _ in found for subject in names]
    if subjects:
        lines = [line for names, lines in found if names for line in lines]
        raise CheckFailed("\n".join([promise, *filter(None, lines)]), list(dict.fromkeys(subjects)))


def rebuilt(result: Result, *, but: Collection[str] = (), stamped: bool = True) -> tuple[list[str], list[str]]:
    """What a build compiled, ``but`` these: packages as Go names them, or import paths.

    ``stamped``: also main packages for which only the build settings changed that Go stamps into them.
    """
    actions = [a for a in result.compiles() if a.ran and a.package not in but and a.import_path not in but]
    if not stamped:
        only_stamped = build_settings_only(result, actions)
        actions = [action for action in actions if action not in only_stamped]
    if not actions:
        return [], []
    said = f"{counted(actions, 'package was', 'packages were')} rebuilt by {result.title}"
    own = [action for action in actions if action.package not in result.std] or actions
    return sorted({action.import_path for action in own}), [said, *why_they_ran(result, actions)]


def main_packages(result: Result) -> set[str]:
    """The import paths of the main packages that a build links."""
    return {action.import_path for action in result.links() if not action.scaffold}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A package that others import, and one of its files."""

    package: str
    importers: int
    file: str
    """Relative to the module's root."""


def choose_leaf(result: Result, but: Collection[str]) -> Leaf | None:
    """The package of the repository that most others of it are built from, with its first file that a person wrote.

    It imports no other package of the repository if there is such a one; equal ones go by import path. None when there
    is only a package that nothing imports.
    """
    own = {a.id: a for a in result.compiles() if _is_own(result, a) and not a.scaffold and a.package == a.import_path}
    above: dict[int, set[int]] = {number: set() for number in own}
    for action in own.values():
        for dep in below(result, [action]).keys() & own.keys() - {action.id}:
            above[dep].add(action.id)
    imports_own = {number for users in above.values() for number in users}
    order = sorted(own.values(), key=lambda a: (a.id in imports_own, -len(above[a.id]), a.package))
    for action in order:
        if above[action.id] and action.import_path not in but and (file := _written_file(result, action)):
            return Leaf(action.import_path, len(above[action.id]), file)
    return None


def _is_own(result: Result, action: Action) -> bool:
    return action.package not in result.std and folder_in_modules(result, action.import_path) is not None


def _written_file(result: Result, action: Action) -> str:
    block = block_of(result, action)
    folder = folder_of(result, block, action) if block else None
    if block is None or folder is None or not folder.is_relative_to(result.cwd):
        return ""
    names = [line.split(" ")[1] for line in block.inputs if line.startswith("file ")]
    for name in sorted(name for name in names if name.endswith(".go")):
        if (folder / name).is_file():
            text = (folder / name).read_text(encoding="utf-8", errors="replace")
            if not _GENERATED.search(text) and 'import "C"' not in text:
                return (folder / name).relative_to(result.cwd).as_posix()
    return ""


def sources_to_touch(checkout: BuiltCheckout) -> list[Path]:
    """Every file of the checkout that somebody may have written: generated Go files are left out, their inputs are not.

    A rule of a Makefile that compares times then runs, as it does after a checkout in which an input is the younger.
    """
    found = []
    for name in sorted(checkout.repository.checked_out):
        file = checkout.repository.tree / name
        if name.startswith(f".git{os.sep}") or file.is_symlink() or not file.is_file():
            continue
        if file.suffix == ".go" and _GENERATED.search(file.read_text(encoding="utf-8", errors="replace")):
            continue
        found.append(file)
    return found


def not_cached(result: Result, outcomes: Iterable[TestOutcome]) -> tuple[list[str], list[str]]:
    """Which of these packages' test results were not served from the cache by a command."""
    wrong = [result.tests[o.package] for o in outcomes if not result.tests[o.package].cached]
    if not wrong:
        return [], []
    said = f"the results of {counted(wrong, 'package', 'packages')} did not come from the cache in {result.title}"
    return [outcome.package for outcome in wrong], [said, *why_tests_ran(result, wrong)]


def differing(checkout: BuiltCheckout, again: Result) -> tuple[list[str], list[str]]:
    """What a second build from nothing made otherwise than the first.

    Packages are compared by their content, binaries by their bytes. A binary that Go throws away (``go build ./...``)
    has neither: it is compared by all that goes into it.
    """
    first = checkout.built
    before, after = checkout.repository.binaries, binaries_of(again)
    compiled = {action.package: action for action in first.compiles()}
    linked = {(action.package, action.target): action for action in first.links()}
    pairs = [(compiled[a.package], a) for a in again.compiles() if a.package in compiled]
    wrong = [(old, a) for old, a in pairs if old.content_id and a.content_id and old.content_id != a.content_id]
    for action in again.links():
        name = (action.package, action.target)
        old, new = before.get(name), after.get(name)
        same = old == new if old and new else name not in linked or linked[name].action_id == action.action_id
        if not same:
            wrong.append((linked[name], action))
    if not wrong:
        return [], []
    other_inputs = [action for old, action in wrong if old.action_id != action.action_id]
    said = [(a.package, ["made twice from the same inputs, to different content"]) for _, a in wrong]
    alike = [line for line, (old, a) in zip(said, wrong, strict=True) if old.action_id == a.action_id]
    head = f"{counted(wrong, 'output differs', 'outputs differ')} in {again.title}, with nothing cached in both"
    if any(action.kind is Kind.LINK and (action.package, action.target) not in after for _, action in wrong):
        head += "; a binary that Go throws away is compared by what goes into it"
    reasons = why_they_ran(again, other_inputs) if other_inputs else ()
    return sorted({action.package for _, action in wrong}), [head, rows(alike), *reasons]


def serial(result: Result) -> tuple[list[str], list[str]]:
    """The go commands of a build in which no two compiles overlapped, though they could have.

    They could when neither imports the other, and when a setting keeps them apart or there are so many of them that it
    is no accident. The subjects are the commands.
    """
    names, lines = [], []
    for command in (command for command in result.go_commands if command.actions):
        compiled = [action for action in command.compiles() if action.ran]
        limit, what = limit_of(command)
        if command.max_parallel > 1 or not could_overlap(command) or (limit > 1 and len(compiled) < _ENOUGH):
            continue
        names.append(" ".join(command.command))
        seconds = sum(action.ended - action.started for action in compiled)
        lines.append(f"{command.title}: of {len(compiled)} compiles no two ran at a time; {seconds:.1f} s of compiling")
        lines.append(
            f"  {what} limits how many may run at a time: without it, as many as there are CPUs"
            if limit < 2 and what  # noqa: PLR2004 - it takes two
            else "  no setting of Go limits them: see what starts the command, and on how many CPUs it lets it run"
        )
    return names, lines


def could_overlap(result: Result) -> bool:
    """Whether a go command compiled two packages of which neither waits for the other."""
    compiled = sorted((a for a in result.compiles() if a.ran), key=lambda action: action.started)
    return any(
        other.id not in below(result, [one]) and one.id not in below(result, [other])
        for one, other in pairwise(compiled)
    )


def passed(result: Result) -> list[TestOutcome]:
    """The packages whose tests passed, from the cache or not."""
    return [outcome for outcome in result.tests.values() if outcome.status is TestStatus.PASSED]


def failing(repository: CheckedRepository) -> list[str]:
    """The packages whose tests fail in the base test."""
    wrong = (TestStatus.FAILED, TestStatus.BUILD_FAILED)
    return sorted(outcome.package for outcome in repository.tested[0].tests.values() if outcome.status in wrong)
