"""What the ready-made checks find: actions that ran without need, and the reasons."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.checks.repository import BaseBuild, RepositoryCopy, binaries_of
from pytest_gocache.explain.actions import build_settings_only
from pytest_gocache.explain.changes import folder_of
from pytest_gocache.explain.history import block_of
from pytest_gocache.explain.wording import why_tests_ran, why_they_ran
from pytest_gocache.golang.action import Action, Kind, TestStatus
from pytest_gocache.results.packages import folder_in_modules
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import dependencies_of
from pytest_gocache.results.tables import counted, rows

__all__ = [
    "CheckFailed",
    "Finding",
    "choose_leaf",
    "compiled_for_tests_too",
    "different_outputs",
    "downloaded",
    "failed_tests",
    "main_packages",
    "not_cached",
    "passed",
    "rebuilt",
    "require",
    "sources_to_touch",
]

_GENERATED = re.compile(r"^// Code generated .* DO NOT EDIT\.$", re.MULTILINE)
# What makes the packages of a test run other ones than those of a build, on purpose.
_INSTRUMENTED = frozenset({"-race", "-msan", "-asan", "-coveragecfg"})
_MOST_LINES = 20  # of the output of failing tests
_TIMED_OUT = "panic: test timed out after "  # by go test -timeout; the running tests and all goroutines follow
_MOST_LINES_OF_GOROUTINES = 60


class CheckFailed(AssertionError):  # noqa: N818 - pytest prints the name before the message
    """A repository breaks a promise. ``subjects`` are the packages, modules or commands that break it."""

    has_all_causes = True  # the report's list of go commands does not repeat them

    def __init__(self, message: str, subjects: Sequence[str]) -> None:
        super().__init__(message, tuple(subjects))
        self.message = message
        self.subjects = tuple(subjects)

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. Nothing was found when it is empty."""

    subjects: tuple[str, ...] = ()
    """The packages, modules or commands that break the promise of the check."""
    lines: tuple[str, ...] = ()
    """What happened, why, and what to do."""


def require(promise: str, *findings: Finding) -> None:
    """Raise `CheckFailed`, with the promise and all findings, unless every finding is empty."""
    found = [finding for finding in findings if finding.subjects]
    if found:
        subjects = dict.fromkeys(subject for finding in found for subject in finding.subjects)
        lines = [line for finding in found for line in finding.lines if line]
        raise CheckFailed("\n".join([promise, *lines]), list(subjects))


def rebuilt(result: Result, *, but: Collection[str] = (), stamped: bool = True) -> Finding:
    """The packages that a build compiled, except ``but``, which holds import paths or names of test variants.

    Go stamps build settings, such as the commit, into main packages. Without ``stamped``, main packages are left out
    that Go compiled only because these settings changed.
    """
    actions = [a for a in result.compiles() if a.ran and a.package not in but and a.import_path not in but]
    if not stamped:
        only_stamped = build_settings_only(result, actions)
        actions = [action for action in actions if action not in only_stamped]
    if not actions:
        return Finding()
    happened = f"{counted(actions, 'package was', 'packages were')} rebuilt by {result.title}"
    own = [action for action in actions if action.package not in result.std] or actions
    subjects = sorted({action.import_path for action in own})
    return Finding(tuple(subjects), (happened, *why_they_ran(result, actions)))


def compiled_for_tests_too(build: Result, tests: Result) -> Finding:
    """The packages that the tests compiled although the build had compiled them: the two have different cache keys.

    Packages that the tests compile with their own test files do not count. Neither do main packages, since Go stamps
    only builds, and packages that are instrumented for ``-race``, ``-msan``, ``-asan`` or ``-cover``.
    """
    built = {action.package for action in build.compiles() if action.build_id} - main_packages(build)
    again = [
        action
        for action in tests.compiles()
        if action.ran and not action.scaffold and action.package in built and not _instrumented(action)
    ]
    if not again:
        return Finding()
    happened = f"{tests.title} compiled {counted(again, 'package', 'packages')} that {build.title} had compiled"
    advice = "give the build and the tests the same build flags, for example in GOFLAGS: both then share one compile"
    return Finding(
        tuple(sorted({action.import_path for action in again})), (happened, *why_they_ran(tests, again), advice)
    )


def _instrumented(action: Action) -> bool:
    return any(not _INSTRUMENTED.isdisjoint(command.split()) for command in action.commands)


def main_packages(result: Result) -> set[str]:
    """The import paths of the main packages that a build links."""
    return {action.import_path for action in result.links() if not action.scaffold}


def downloaded(result: Result) -> Finding:
    """The modules that a command downloaded although GOMODCACHE was restored."""
    if not result.downloads:
        return Finding()
    modules = ", ".join(result.downloads)
    return Finding(result.downloads, (f"{result.title} downloaded {modules}, although GOMODCACHE was restored",))


@dataclass(frozen=True, slots=True)
class Leaf:
    """A package that other packages import, and one of its files."""

    package: str
    importers: int
    file: str
    """Relative to the module's root."""


def choose_leaf(result: Result, but: Collection[str]) -> Leaf | None:
    """The package that most other packages of the repository depend on, with its first hand-written file.

    Packages that import nothing else of the repository come first. Ties go to the first import path. None when no
    package has importers.
    """
    own = {a.id: a for a in result.compiles() if _is_own(result, a) and not a.scaffold and a.package == a.import_path}
    above: dict[int, set[int]] = {number: set() for number in own}
    for action in own.values():
        for dep in dependencies_of(result, [action]).keys() & own.keys() - {action.id}:
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
    for name in sorted(name for name in block.files if name.endswith(".go")):
        if (folder / name).is_file():
            text = (folder / name).read_text(encoding="utf-8", errors="replace")
            if not _GENERATED.search(text) and 'import "C"' not in text:
                return (folder / name).relative_to(result.cwd).as_posix()
    return ""


def sources_to_touch(copy: RepositoryCopy) -> list[Path]:
    """The files of the checkout that people write: all but generated Go files.

    A Makefile then runs generators again, because their inputs are newer than their outputs. The same happens after a
    checkout that gives the inputs later times.
    """
    found = []
    for name in sorted(copy.sources):
        file = copy.tree / name
        if ".git" in Path(name).parts or file.is_symlink() or not file.is_file():
            continue
        if file.suffix == ".go" and _GENERATED.search(file.read_text(encoding="utf-8", errors="replace")):
            continue
        found.append(file)
    return found


def not_cached(result: Result, packages: Iterable[str], *, advice: str = "") -> Finding:
    """The packages whose test results a command did not take from the cache."""
    outcomes = [result.tests[package] for package in packages if not result.tests[package].cached]
    if not outcomes:
        return Finding()
    happened = f"the test results of {counted(outcomes, 'package', 'packages')} did not come from the cache in"
    return Finding(
        tuple(outcome.package for outcome in outcomes),
        (f"{happened} {result.title}", *why_tests_ran(result, outcomes), advice),
    )


def failed_tests(result: Result) -> Finding:
    """The packages whose tests fail, and the most telling part of what they printed."""
    failed = (TestStatus.FAILED, TestStatus.BUILD_FAILED)
    packages = sorted(outcome.package for outcome in result.tests.values() if outcome.status in failed)
    if not packages:
        return Finding()
    printed = [line for line in result.stdout.splitlines() if not line.startswith(("ok ", "? "))]
    happened = f"the tests of {', '.join(packages)} fail: Go does not cache failures"
    return Finding(tuple(packages), (happened, *(f"  {line}" for line in _most_telling(printed))))


def _most_telling(printed: Sequence[str]) -> Sequence[str]:
    """The end of what tests printed. After a time limit of Go: which tests were running, and the first goroutines."""
    for number, line in enumerate(printed):
        if line.startswith(_TIMED_OUT):
            return printed[number : number + _MOST_LINES_OF_GOROUTINES]
    return printed[-_MOST_LINES:]


def passed(result: Result) -> list[str]:
    """The packages whose tests passed, from the cache or not."""
    return [outcome.package for outcome in result.tests.values() if outcome.status is TestStatus.PASSED]


@dataclass(frozen=True, slots=True)
class _Pair:
    """The same action in two builds, with different outputs."""

    before: Action
    after: Action

    @property
    def same_inputs(self) -> bool:
        return self.before.action_id == self.after.action_id


def different_outputs(base: BaseBuild, again: Result) -> Finding:
    """The packages and binaries that differ between the first build and a second build from nothing.

    Packages are compared by content ID, binaries by content. ``go build ./...`` discards binaries: these are compared
    by action ID.
    """
    after = binaries_of(again)
    pairs = [*_different_packages(base.first, again), *_different_binaries(base, again, after)]
    if not pairs:
        return Finding()
    happened = f"{counted(pairs, 'output differs', 'outputs differ')} between the first build and {again.title}"
    discarded = any(pair.after.kind is Kind.LINK and _name(pair.after) not in after for pair in pairs)
    same = [(pair.after.package, ["same inputs, different content"]) for pair in pairs if pair.same_inputs]
    changed = [pair.after for pair in pairs if not pair.same_inputs]
    return Finding(
        tuple(sorted({pair.after.package for pair in pairs})),
        (
            f"{happened}; both started without cached packages of the repository",
            "binaries that `go build` discards are compared by their inputs" if discarded else "",
            rows(same),
            *(why_they_ran(again, changed) if changed else ()),
        ),
    )


def _different_packages(first: Result, again: Result) -> Iterator[_Pair]:
    compiled = {action.package: action for action in first.compiles()}
    for action in again.compiles():
        before = compiled.get(action.package)
        if before and before.content_id and action.content_id and before.content_id != action.content_id:
            yield _Pair(before, action)


def _different_binaries(base: BaseBuild, again: Result, after: Mapping[tuple[str, str], str]) -> Iterator[_Pair]:
    linked = {_name(action): action for action in base.first.links()}
    for action in again.links():
        name = _name(action)
        before = linked.get(name)
        if before is None:
            continue
        old, new = base.binaries.get(name), after.get(name)
        if old != new if old and new else before.action_id != action.action_id:
            yield _Pair(before, action)


def _name(link: Action) -> tuple[str, str]:
    return link.package, link.target
