"""Result and PackageSet: the sets of what a go command did, and the steps before it."""

from __future__ import annotations

import pickle

import pytest

from pytest_gocache.golang.action import Kind, Status
from pytest_gocache.results.result import PackageSet, Result
from tests.made_results import action, result


@pytest.mark.parametrize(
    ("spans", "most"),
    [
        ([], 0),
        (["0-1"], 1),
        (["0-1", "1-2"], 1),
        (["0-2", "1-3"], 2),
        (["0-9", "1-2", "3-4", "3-5"], 3),
        (["0-1", "0-1", "0-1"], 3),
    ],
)
def test_parallel_compiles_are_those_that_overlap(spans: list[str], most: int) -> None:
    assert result(*(action(i, f"p{i}", span=span) for i, span in enumerate(spans))).max_parallel == most


def test_only_compiles_that_ran_count_as_parallel() -> None:
    one, other = action(0, "a"), action(1, "b", Status.CACHED)
    assert result(one, other, action(2, "c", kind=Kind.LINK)).max_parallel == 1


def test_the_sets_hold_what_their_names_say() -> None:
    made = result(
        action(0, "a"),
        action(1, "b", Status.FAILED),
        action(2, "c", Status.CACHED),
        action(3, "d", Status.NOT_RUN),
        action(4, "m", kind=Kind.LINK),
        action(5, "n", Status.CACHED, Kind.LINK),
        action(6, "a", kind=Kind.VET),
        action(7, "x", kind=Kind.OTHER),
    )
    assert made.packages == {"a", "b", "c", "d"}
    assert made.compiled == {"a", "b"}
    assert made.failed == {"b"}
    assert made.cached == {"c"}
    assert made.linked == {"m"}
    assert made.vetted == {"a"}
    assert [a.package for a in made.compiles()] == ["a", "b", "c", "d"]
    assert [a.package for a in made.links()] == ["m", "n"]


def test_a_set_remembers_its_result_and_its_operations_are_plain() -> None:
    made = result(action(0, "a"), action(1, "b"))
    assert isinstance(made.compiled, PackageSet)
    assert (made.compiled.result, made.compiled.what, made.compiled.kind) == (made, "compiled", Kind.COMPILE)
    assert (made.linked.kind, made.vetted.kind, made.cached.kind) == (Kind.LINK, Kind.VET, Kind.COMPILE)
    assert type(made.compiled - {"a"}) is frozenset
    assert type(made.compiled & {"a"}) is frozenset
    assert pickle.loads(pickle.dumps(made.compiled)) == frozenset({"a", "b"})  # noqa: S301 - our own


def test_a_result_pickles_and_knows_the_steps_before_it() -> None:
    first = result(step=1)
    third = result(step=3, previous=result(step=2, previous=first))
    assert [r.step for r in third.earlier()] == [2, 1]
    assert list(first.earlier()) == []
    assert pickle.loads(pickle.dumps(first)) == first  # noqa: S301 - our own
    assert third.title == "`go build 'a b'` (step 3)"


# What real go commands wrote.


APP = "example.com/app"
LIB_TEST = f"[{APP}/lib.test]"


def test_a_first_build_compiles_everything_and_links(first_commands: dict[str, Result]) -> None:
    first = first_commands["build"]
    assert first.compiled == first.packages
    assert first.cached == first.failed == first.vetted == frozenset()
    assert first.compiled_outside_std == {f"{APP}/cmd/app", f"{APP}/ext", f"{APP}/lib"}
    assert {"runtime", "fmt", "os"} <= first.compiled
    assert first.linked == {f"{APP}/cmd/app"}
    assert first.max_parallel == 2  # it was recorded on two processors


def test_a_first_test_run_compiles_the_variants_only(first_commands: dict[str, Result]) -> None:
    first = first_commands["test"]
    variants = {f"{APP}/ext {LIB_TEST}", f"{APP}/lib {LIB_TEST}", f"{APP}/lib_test {LIB_TEST}", f"{APP}/lib.test"}
    assert first.compiled_outside_std == variants
    assert first.compiled | first.cached == first.packages
    assert not first.compiled & first.cached
    assert {f"{APP}/ext", f"{APP}/lib", f"{APP}/cmd/app", "runtime"} <= first.cached
    assert first.linked == {f"{APP}/lib.test"}
    assert first.vetted == {f"{APP}/cmd/app", f"{APP}/ext", f"{APP}/lib {LIB_TEST}", f"{APP}/lib_test {LIB_TEST}"}


def test_a_repeated_test_run_does_nothing(first_commands: dict[str, Result]) -> None:
    second = first_commands["test again"]
    assert second.compiled == second.linked == second.failed == frozenset()
    assert second.cached == second.packages
    assert second.max_parallel == 0


@pytest.mark.parametrize("name", ["failed build", "failed test"])
def test_a_failed_compile_is_compiled_and_failed(first_commands: dict[str, Result], name: str) -> None:
    broken = first_commands[name]
    assert broken.failed == broken.compiled == {f"{APP}/lib"}
    assert broken.linked == frozenset()
    assert broken.max_parallel == 1


def test_go_vet_reports_on_the_named_packages_only(first_commands: dict[str, Result]) -> None:
    names = {name.split(" [")[0] for name in first_commands["vet"].vetted}
    assert names == {f"{APP}/cmd/app", f"{APP}/ext", f"{APP}/lib", f"{APP}/lib_test"}
