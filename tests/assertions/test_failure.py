"""How an assertion fails."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import pytest_gocache
from pytest_gocache import GoCacheError, InputKind, NoEvidenceError, Result
from pytest_gocache.assertions.failure import fail, named
from tests.messages import failure


def test_the_fact_comes_first_and_empty_parts_are_left_out() -> None:
    assert failure(fail, "assert_it", "what\n  values", "", "why", "") == "what [assert_it]\n  values\nwhy"


def test_errors_begin_with_the_name_of_the_assertion() -> None:
    @named
    def assert_nothing(what: str) -> None:
        raise NoEvidenceError(what)

    assert failure(assert_nothing, "no log", raises=NoEvidenceError) == "assert_nothing: no log"
    assert list(inspect.signature(assert_nothing).parameters) == ["what"]


# assert_no_downloads passes; these others take a module or jobs.
OTHERS = {"assert_bounded_growth", "assert_no_downloads", "assert_reproducible", "assert_warm"}
ASSERTIONS = [name for name in pytest_gocache.__all__ if name.startswith("assert_") and name not in OTHERS]


@pytest.mark.parametrize("name", ASSERTIONS)
def test_every_assertion_says_its_name_when_it_has_no_evidence(name: str) -> None:
    nothing = Result(("go", "version"), 1, Path("/src"), 0, "", "", 0.1, gaps=("it has no graph",))
    arguments: dict[str, list[object]] = {
        "assert_compiled_with": ["-N"],
        "assert_not_compiled_with": ["-N"],
        "assert_not_in_build": ["./lib"],
    }
    arguments |= {"assert_rebuilt": ["./lib"], "assert_stamped": ["GOOS"], "assert_variable": ["main.version", "1"]}
    arguments |= {f"assert_{which}in_cache_key": [InputKind.TOOLCHAIN] for which in ("", "not_")}
    more = [nothing] if name in ("assert_same_compiles", "assert_same_bytes") else arguments.get(name, [])
    with pytest.raises((GoCacheError, AssertionError), match=rf"(?m)^{name}: |\[{name}\]$"):
        getattr(pytest_gocache, name)(nothing, *more)
