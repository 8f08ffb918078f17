"""The text about what changed and is in no key, with the remedy that fits."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence

from pytest_gocache.explain.untracked import untracked_by_actions, untracked_by_tests
from pytest_gocache.golang.action import Action, Status, TestOutcome
from pytest_gocache.results.file_tree import FileChange
from pytest_gocache.results.inputs import InputKind
from pytest_gocache.results.packages import folder_in_modules
from pytest_gocache.results.result import Result
from pytest_gocache.results.tables import listed
from pytest_gocache.results.untracked import Untracked, untracked_lines

__all__ = ["untracked_in_build", "untracked_in_explanation", "untracked_in_tests"]

_UNSEEN_IN_TESTS = "Go does not track what init functions, TestMain before m.Run, and child processes read"
_ALWAYS_RUN = "-count=1 always runs the test: use it for a test that reads what Go does not track"
_IF_IT_NEEDS = f"{_UNSEEN_IN_TESTS}: a test that needs such a file must run with -count=1"
_PKG_CONFIG = (
    "no key has the answers of pkg-config: run `go clean -cache` when they change, or put the version into CGO_CFLAGS"
)


def untracked_in_build(result: Result, actions: Iterable[Action]) -> list[str]:
    """What changed since the cached ones of these actions ran and is in no key, and what to do; empty for nothing."""
    found = untracked_by_actions(result, actions)
    return [*untracked_lines(found), *_advice_on_builds(result, found)]


def untracked_in_tests(result: Result, outcomes: Iterable[TestOutcome]) -> list[str]:
    """The same for tests whose results were replayed. With one of them, there is always something to do."""
    cached = [outcome.package for outcome in outcomes if outcome.cached]
    found = untracked_by_tests(result, cached)
    advice = list(_advice_on_tests(found)) or [_IF_IT_NEEDS if found else _ALWAYS_RUN]
    return [*untracked_lines(found), *advice] if cached else []


def untracked_in_explanation(
    result: Result, actions: Sequence[Action], *, anything_ran: bool
) -> tuple[list[Untracked], list[str]]:
    """What changed and is in no key, for these actions and the tests of their packages; and what to do."""
    own = [action for action in actions if action.status is Status.CACHED and action.package not in result.std]
    packages = {action.import_path for action in actions}
    tests = sorted(name for name, outcome in result.tests.items() if outcome.cached and name in packages)
    by_tests = untracked_by_tests(result, tests)
    inputs = {one.input for one in by_tests}
    by_builds = [one for one in untracked_by_actions(result, own) if one.input not in inputs]
    if anything_ran:
        # What ran has its causes: a file outside of all these packages would only distract from them.
        by_tests, by_builds = ([one for one in found if not one.elsewhere] for found in (by_tests, by_builds))
    return [*by_builds, *by_tests], [*_advice_on_builds(result, by_builds), *_advice_on_tests(by_tests)]


# A file outside of the packages need not be one of their inputs: no advice is about it.


def _advice_on_tests(found: Iterable[Untracked]) -> Iterator[str]:
    variables, files = _variables_and_files(found)
    unseen, read = ([one.input.name for one in files if one.read is wanted] for wanted in (False, True))
    to_do = [f"read {listed(variables, 1)}"] if variables else []
    to_do += [f"open {listed(unseen, 1)}"] if unseen else []
    if read:
        yield f"Go tracks only the files of the test's module: copy {listed(read, 1)} into testdata, or use -count=1"
    if to_do:
        yield f"{_UNSEEN_IN_TESTS}: {' and '.join(to_do)} in the test itself, or run the test with -count=1"


def _advice_on_builds(result: Result, found: Iterable[Untracked]) -> Iterator[str]:
    found = list(found)
    of_pkg_config = [one for one in found if _is_of_pkg_config(one)]
    if of_pkg_config:
        yield _PKG_CONFIG
    variables, files = _variables_and_files(one for one in found if one not in of_pkg_config)
    beside = [(one, _in_folder(result, one)) for one in files]
    # A Go file that is in no key is left out of the build: it must not be embedded.
    embeddable = [(one, path) for one, path in beside if path and not path.endswith(".go")]
    for one, path in embeddable[:1]:
        yield f"`//go:embed {path}` in {result.short_name(one.package)} puts the file into the key of the package"
    if by_c := [one.input.name for one, path in beside if one.read and not path]:
        yield f"the C compiler read {listed(by_c, 1)}: put a version into CGO_CFLAGS, which is in the key"
    if variables:
        yield f"no key of a build has variables such as {variables[0]}: pass the value with -ldflags=-X, or with -tags"


def _in_folder(result: Result, one: Untracked) -> str:
    """The path of a file from the folder of its package, with slashes; empty when the file is outside of it."""
    folder = folder_in_modules(result, one.package)
    path = posixpath.relpath(posixpath.join(f"{result.cwd}", one.input.name), folder) if folder else ""
    return "" if path.startswith("../") else path


def _is_of_pkg_config(one: Untracked) -> bool:
    """Whether pkg-config reads it: a ``.pc`` file, or a variable such as PKG_CONFIG_PATH."""
    if one.input.kind is InputKind.READ_VARIABLE:
        return one.input.name.startswith("PKG_CONFIG")
    return one.input.name.endswith(".pc")


def _variables_and_files(found: Iterable[Untracked]) -> tuple[list[str], list[Untracked]]:
    """The names of the variables, and the files in the folders of packages that are still there."""
    inside = [one for one in found if not one.elsewhere and one.change is not FileChange.REMOVED]
    variables = [one.input.name for one in inside if one.input.kind is InputKind.READ_VARIABLE]
    return variables, [one for one in inside if one.input.kind is InputKind.FILE]
