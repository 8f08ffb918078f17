"""The commands of a script that judge what a go command did."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from pytest_gocache.assertions.downloads import assert_downloaded, assert_no_downloads
from pytest_gocache.assertions.failure import fail
from pytest_gocache.assertions.flags import assert_compiled_with, assert_not_compiled_with
from pytest_gocache.assertions.in_build import assert_not_in_build
from pytest_gocache.assertions.links import assert_not_relinked, assert_only_relinked, assert_relinked
from pytest_gocache.assertions.packages import assert_cached, assert_only_rebuilt, assert_rebuilt
from pytest_gocache.assertions.reproducible.assertion import assert_reproducible
from pytest_gocache.assertions.tests import assert_test_cached, assert_test_ran
from pytest_gocache.assertions.up_to_date import assert_up_to_date
from pytest_gocache.errors import UsageError
from pytest_gocache.golang.go_regexp import compile_go
from pytest_gocache.results.result import Result
from pytest_gocache.run.go_module import GoModule
from pytest_gocache.scripts.state import State

__all__ = ["VERDICTS", "label", "reproducible", "verdict"]

Verdict = Callable[..., None]


def _why(result: Result, *words: str) -> None:
    """``why PACKAGE REGEXP``: the explanation of what ran for a package has a match."""
    try:
        package, pattern = words
    except ValueError:
        raise UsageError("write why PACKAGE 'REGEXP'") from None
    explanation = result.explain(package)
    if not explanation.reasons:
        fail("why", f"nothing ran for {package} in {result.title}")
    reasons = str(explanation).partition("\n")[2]  # after the title
    try:
        found = compile_go(pattern).search(reasons)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if found is None:
        fail("why", f"no match of {pattern!r} in the reasons for {package} in {result.title}", reasons)


def _compiled_with(result: Result, *words: str) -> None:
    _require(words, "compiledwith FLAG PACKAGE...")
    assert_compiled_with(result, *words)


def _not_compiled_with(result: Result, *words: str) -> None:
    _require(words, "compiledwith FLAG PACKAGE...")
    assert_not_compiled_with(result, *words)


def _require(words: Sequence[str], usage: str) -> None:
    if not words:
        raise UsageError(f"write {usage}")


def _up_to_date(result: Result, *words: str) -> None:
    if words:
        raise UsageError(f"uptodate takes no package: {' '.join(words)}")
    assert_up_to_date(result)


def _anything_compiled(result: Result, *patterns: str) -> None:
    """The opposite of ``cached``: each package that matches was compiled; without a pattern, any package was."""
    if patterns:
        assert_rebuilt(result, *patterns)
    else:
        _must_not_hold("cached", assert_cached, result, ())


def _nothing_downloaded(result: Result, *modules: str) -> None:
    if modules:
        _must_not_hold("downloads", assert_downloaded, result, modules)
    else:
        assert_no_downloads(result)


# A verdict, and its opposite for each package. Without an opposite, what must not hold is the whole verdict.
VERDICTS: dict[str, tuple[Verdict, Verdict | None]] = {
    "cached": (assert_cached, _anything_compiled),
    "rebuilt": (assert_rebuilt, assert_cached),
    "onlyrebuilt": (assert_only_rebuilt, None),
    "relinked": (assert_relinked, assert_not_relinked),
    "onlyrelinked": (assert_only_relinked, None),
    "testcached": (assert_test_cached, assert_test_ran),
    "testran": (assert_test_ran, assert_test_cached),
    "compiledwith": (_compiled_with, _not_compiled_with),
    "notinbuild": (assert_not_in_build, None),
    "uptodate": (_up_to_date, None),
    "downloads": (assert_downloaded, _nothing_downloaded),
    "why": (_why, None),
}
_FLAG_FIRST = ("compiledwith",)
_NO_PACKAGES = ("downloads",)


def verdict(name: str, state: State, args: Sequence[str], *, negated: bool) -> None:
    """Judge a go command: ``NAME [WORD...] [in N]``. With ``negated``, the verdict must not hold."""
    words, result = _chosen(name, state, list(args))
    if name not in _NO_PACKAGES:
        first = 1 if name in _FLAG_FIRST else 0
        words = [*words[:first], *(_from_root(word, state, result) for word in words[first:])]
    holds, opposite = VERDICTS[name]
    if not negated:
        holds(result, *words)
    elif opposite is not None:
        opposite(result, *words)
    else:
        _must_not_hold(name, holds, result, words)


def _must_not_hold(name: str, holds: Verdict, result: Result, words: Sequence[str]) -> None:
    try:
        holds(result, *words)
    except AssertionError:
        return
    shown = " ".join([name, *words])
    explanation = str(result.explain()) if result.actions else ""
    fail(f"! {name}", f"`{shown}` holds for {result.title}, and must not", explanation or "it ran nothing")


def _chosen(name: str, state: State, words: list[str]) -> tuple[list[str], Result]:
    """The words without ``in N``, and the result that is judged."""
    if words[-2:-1] == ["in"]:
        return words[:-2], _result(name, state, words[-1])
    if state.latest is None:
        raise UsageError(f"{name} judges a go command, and the script has run none")
    return words, state.latest


def _result(name: str, state: State, which: str) -> Result:
    if which in state.labels:
        return state.labels[which]
    steps = {str(result.step): result for result in state.results}
    if which in steps:
        return steps[which]
    known = ", ".join([*steps, *state.labels]) or "none"
    raise UsageError(f"{name} … in {which}: there is no such command; there are: {known}")


def _from_root(word: str, state: State, result: Result) -> str:
    """A relative pattern as the result has it: it counts from the folder of the module, and not from the script's."""
    if not (word in (".", "..") or word.startswith(("./", "../"))):
        return word
    inside = os.path.relpath(os.path.realpath(state.cwd / word), result.cwd)
    return inside if inside.startswith("..") else f"./{inside}" if inside != "." else "."


def label(state: State, args: Sequence[str]) -> None:
    """``label NAME``: the latest go command gets a name, for ``in NAME``."""
    if state.latest is None:
        raise UsageError("label names a go command, and the script has run none")
    if args[0].isdecimal():
        raise UsageError(f"{args[0]} is a number, and numbers name steps")
    state.labels[args[0]] = state.latest


def reproducible(state: State, args: Sequence[str], *, negated: bool) -> None:
    """``reproducible [BUILD ARGUMENT...]``: two builds under different conditions give the same bytes."""
    observer = state.observer()
    module = GoModule(Path(observer.cwd), observer)
    module.env = {**state.module.env, **state.env}
    try:
        assert_reproducible(module, *args)
    except AssertionError:
        if negated:
            return
        raise
    if negated:
        fail("! reproducible", f"`go build {' '.join(args)}` gives the same bytes twice, and must not")
