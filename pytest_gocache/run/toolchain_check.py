"""The self-check of a toolchain: build twice, and look for results that are impossible."""

from __future__ import annotations

from pytest_gocache.errors import ActionGraphError, GoCacheError, ToolchainError
from pytest_gocache.golang.action import Action, Kind, Status
from pytest_gocache.golang.hashlog import parse_hash_log
from pytest_gocache.results.result import Result
from pytest_gocache.run.go_module import GoModule

__all__ = ["check_toolchain"]

_SECONDS = 300.0
_FILES = {
    "go.mod": "module gocache.invalid/check\n",
    "low/low.go": "package low\n\nconst Word = 1\n",
    "high/high.go": 'package high\n\nimport "gocache.invalid/check/low"\n\nconst Word = low.Word\n',
}
_OWN = frozenset({"gocache.invalid/check/low", "gocache.invalid/check/high"})


def check_toolchain(module: GoModule) -> None:
    """Build two packages twice in ``module``, an empty module with a cold build cache.

    Raises `ToolchainError` when the action graphs or hash inputs are impossible. Then the library does not understand
    the output of this version, and its verdicts would be wrong.
    """
    toolchain = module.toolchain
    # The packages import nothing, so the check needs no standard library and no warm cache.
    module.write(_FILES)
    try:
        first = module.build("./low", "./high", timeout=_SECONDS)
        second = module.build("./low", "./high", timeout=_SECONDS)
    except ActionGraphError as error:
        raise ToolchainError(f"{toolchain} cannot be observed: {error}") from error
    except GoCacheError as error:
        raise ToolchainError(f"{toolchain} cannot build the simplest of modules: {error}") from error
    problem = _problem(first, second)
    if problem:
        raise ToolchainError(
            f"{toolchain} writes an action graph that pytest-gocache does not understand: {problem}\n"
            "please report this version, and use an older one meanwhile"
        )


def _problem(first: Result, second: Result) -> str | None:
    if first.compiled != _OWN:
        return f"a first build compiled {sorted(first.compiled)}, not {sorted(_OWN)}"
    if second.compiled or not second.cached >= _OWN:
        return f"a second build compiled {sorted(second.compiled)} and had {sorted(second.cached)} cached"
    # The second build repeats the keys of the first, and does not log their inputs again.
    logged = _logged_keys(first) | _logged_keys(second)
    for action in (*_own_compiles(first), *_own_compiles(second)):
        if action.status not in (Status.RAN, Status.CACHED) or not action.content_id:
            return f"the compile of {action.package} has no output"
        if action.action_id not in logged:
            return f"the hash inputs of {action.package} are missing, or do not give its action ID"
    keys = [{action.package: action.action_id for action in _own_compiles(result)} for result in (first, second)]
    return None if keys[0] == keys[1] else "two builds of the same sources have different action IDs"


def _own_compiles(result: Result) -> list[Action]:
    return [action for action in result.actions if action.kind is Kind.COMPILE and action.package in _OWN]


def _logged_keys(result: Result) -> set[str]:
    """The action IDs whose inputs are in the log of a command."""
    if result.evidence is None:
        return set()
    return {block.action_id for block in parse_hash_log((result.evidence / "stderr").read_bytes())}
