"""The rows of a difference, on what go commands of three versions did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pytest_gocache import Change, Input, InputKind, Kind, Reason, ReasonCode, RecordingError, Result, Status
from pytest_gocache.recordings.difference import FailOn, Ran, difference, rows_of
from pytest_gocache.results.merge import with_commands
from tests.made_results import action, command
from tests.results.reasons import EDIT, FLAGS, compiled, follower

Recorded = Callable[[str], list[Result]]


def test_a_cause_has_its_followers_and_their_time(recorded: Recorded) -> None:
    old, _, new, *_ = recorded("lib-edited")
    (row,) = difference(old, new).rows

    assert [change.what for change in row.reason.own] == ["file lib.go"]
    assert [one.reason.package for one in row.causes] == ["example.com/app/lib"]
    assert {one.reason.label for one in row.followers} == {"./api", "./cmd/app", "link of ./cmd/app"}
    ran = [one for one in new.actions if one.ran and one.kind.explained]
    assert row.seconds == pytest.approx(sum(one.ended - one.started for one in ran))


def test_the_dearest_cause_comes_first(recorded: Recorded) -> None:
    old, new = recorded("compile-flags")[:2]
    rows = difference(old, new).rows
    assert [row.seconds for row in rows] == sorted((row.seconds for row in rows), reverse=True)


def directory(old: str, new: str) -> Change:
    return Change(Input(InputKind.DIRECTORY), old, new)


def rows(*reasons: Reason) -> dict[str, list[str]]:
    """What is said → the packages of the causes and of the followers."""
    found = rows_of([Ran(reason, 1.0, std=False) for reason in reasons])
    return {row.reason.line(): [one.reason.package for one in (*row.causes, *row.followers)] for row in found}


def test_packages_with_the_same_change_are_one_row() -> None:
    assert rows(compiled("m/a", FLAGS), compiled("m/b", FLAGS), compiled("m/c", EDIT)) == {
        "compile flags changed since step 1: (none) -> -N -l": ["m/a", "m/b"],
        "file lib.go changed since step 1: - one + two": ["m/c"],
    }


def test_packages_that_moved_with_one_folder_are_one_row() -> None:
    here, there = "/home/runner/work/app", "/Users/me/app"
    moved = [compiled(f"m/{name}", directory(f"{here}/{name}", f"{there}/{name}")) for name in ("a", "b/c")]
    dependency = compiled("x/y", directory("/home/runner/go/pkg/mod/x/y@v1.0.0", "/Users/me/go/pkg/mod/x/y@v1.0.0"))
    assert rows(*moved, dependency) == {
        f"directory changed since step 1: {here} -> {there}": ["m/a", "m/b/c"],
        "directory changed since step 1: /home/runner/go/pkg/mod/x/y@v1.0.0 -> /Users/me/go/pkg/mod/x/y@v1.0.0": [
            "x/y"
        ],
    }


def test_what_else_differs_in_a_package_that_moved_is_a_row_of_its_own() -> None:
    moved = compiled("m/a", directory("/home/a", "/Users/a"))
    both = compiled("m/b", EDIT, directory("/home/b", "/Users/b"))
    assert rows(moved, both, follower("m/c", both)) == {
        "directory changed since step 1: /home -> /Users": ["m/a", "m/b", "m/c"],
        "file lib.go changed since step 1: - one + two": ["m/b", "m/c"],
    }


def test_a_cause_that_did_not_run_itself_is_named_with_its_followers() -> None:
    cached = compiled("m/lib", EDIT)
    assert rows(follower("m/api", cached)) == {"file lib.go changed since step 1: - one + two": ["m/api"]}


def test_nothing_ran_is_no_row(recorded: Recorded) -> None:
    build, again = recorded("lib-edited")[:2]
    found = difference(build, again)
    assert [row for row in found.rows if row.reason.kind is Kind.COMPILE] == []
    assert not any(found.has(what) for what in FailOn)


def test_what_is_only_in_one_of_them_is_listed(recorded: Recorded) -> None:
    build, test, *_ = recorded("from-nothing")
    found = difference(build, test)
    (new,) = (row for row in found.rows if row.reason.first and row.reason.kind is Kind.TEST)
    assert new.reason.package == "example.com/app/lib"
    back = difference(test, build)
    assert "example.com/app/lib.test" in back.only_in_old


def test_the_same_key_that_is_not_in_the_cache_is_a_row_of_its_own(recorded: Recorded) -> None:
    build = recorded("from-nothing")[0]
    rows = difference(build, build).rows
    assert {row.reason.code for row in rows if row.reason.kind is Kind.COMPILE} == {ReasonCode.OUTPUT_GONE}
    (row,) = (row for row in rows if row.reason.kind is Kind.COMPILE)
    assert {one.reason.package for one in row.causes} == build.compiled


def test_what_to_fail_for(recorded: Recorded) -> None:
    build, test, again, *_ = recorded("from-nothing")
    cold = difference(build, build)
    assert cold.has(FailOn.REBUILT)
    assert not cold.has(FailOn.TESTS)
    assert cold.has(FailOn.COLD_STD) is bool(build.compiled & build.std)
    assert difference(build, test).has(FailOn.TESTS)
    assert not difference(test, again).has(FailOn.TESTS)


def test_a_new_package_is_not_rebuilt() -> None:
    lib = action(0, "example.com/app/lib")
    old = replace(command("build ./..."), actions=(lib,))
    new = replace(old, actions=(action(0, "example.com/app/new"), action(1, "example.com/app/lib", Status.CACHED)))
    found = difference(old, new)
    assert not found.has(FailOn.REBUILT)
    assert [row.reason.package for row in found.rows if row.reason.first] == ["example.com/app/new"]


def test_what_is_not_known_is_no_difference(recorded: Recorded) -> None:
    build = recorded("from-nothing")[0]
    gap = replace(build, gaps=("it was killed by signal 9",))
    for pair in ((build, gap), (gap, build)):
        with pytest.raises(RecordingError, match="it is not known what .* compiled: it was killed by signal 9"):
            difference(*pair)
    for pair in ((build, command("version")), (command("version"), build)):
        with pytest.raises(RecordingError, match="^`go version` neither built nor tested a package: there is nothing"):
            difference(*pair)


def test_a_program_is_compared_command_by_command(recorded: Recorded) -> None:
    old, _, new, *_ = recorded("lib-edited")
    make = Result(("make",), 1, old.cwd, 0, "", "", 1.0, circumstances=old.circumstances)
    found = difference(with_commands(make, [old]), with_commands(make, [new]))
    assert [change.what for row in found.rows for change in row.reason.own] == ["file lib.go"]
