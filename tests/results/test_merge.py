"""with_commands: what several go commands did together, as if one had done it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_gocache.golang.action import Action, Kind, Status, TestOutcome, TestStatus
from pytest_gocache.results.merge import with_commands
from pytest_gocache.results.result import Circumstances, Result


def action(  # noqa: PLR0913 - an action has many sides
    number: int,
    package: str,
    status: Status = Status.RAN,
    *,
    key: str = "key",
    kind: Kind = Kind.COMPILE,
    deps: tuple[int, ...] = (),
    target: str = "",
    facts_only: bool = False,
    begun: float = 0.0,
) -> Action:
    return Action(
        id=number,
        mode=kind.value,
        kind=kind,
        package=package,
        import_path=package,
        scaffold=False,
        status=status,
        action_id=key and f"{key} of {package}",
        build_id="",
        deps=deps,
        started=begun,
        ended=begun + 1,
        commands=(),
        facts_only=facts_only,
        target=target,
    )


def command(*actions: Action, started: float = 100.0, **settings: object) -> Result:
    circumstances = Circumstances(env={}, goroot=Path("/go"), cwd=Path("/src"), started=started)
    return Result(("go", "build"), 1, Path("/m"), 0, "", "", 1.0, actions, circumstances=circumstances, **settings)  # type: ignore[arg-type]


def union(*commands: Result, started: float = 100.0) -> Result:
    circumstances = Circumstances(env={}, goroot=Path("/go"), cwd=Path("/src"), started=started)
    result = Result(("make",), 1, Path("/m"), 0, "", "", 9.0, circumstances=circumstances)
    return with_commands(result, commands)


def told(result: Result) -> list[tuple[str, Status]]:
    return [(action.package, action.status) for action in result.actions]


def test_without_go_commands_there_is_nothing() -> None:
    result = union()
    assert (result.actions, result.origins, result.commands, result.go_commands) == ((), (), (), ())
    assert (result.tests, result.downloads, result.std, result.modules) == ({}, (), frozenset(), {})
    assert result.command == ("make",)
    assert union(command()).actions == ()


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        (Status.RAN, Status.CACHED, Status.RAN),
        (Status.CACHED, Status.RAN, Status.RAN),
        (Status.RAN, Status.FAILED, Status.FAILED),
        (Status.FAILED, Status.RAN, Status.FAILED),
        (Status.CACHED, Status.NOT_RUN, Status.CACHED),
        (Status.NOT_RUN, Status.CACHED, Status.CACHED),
        (Status.NOT_RUN, Status.RAN, Status.RAN),
        (Status.NOT_RUN, Status.NOT_RUN, Status.NOT_RUN),
    ],
)
def test_of_one_key_that_is_kept_which_tells_most(one: Status, other: Status, kept: Status) -> None:
    first, second = command(action(0, "lib", one)), command(action(0, "lib", other))
    result = union(first, second)
    assert told(result) == [("lib", kept)]
    origin, own = result.origin(result.actions[0])
    assert own.status is kept
    assert origin is (first if one is kept else second), told(first)


def test_of_equal_ones_the_first_is_kept() -> None:
    first, second = command(action(0, "lib")), command(action(0, "lib"))
    assert union(first, second).origin(union(first, second).actions[0])[0] is first


def test_what_differs_in_key_package_kind_or_target_is_there_of_each() -> None:
    result = union(
        command(
            action(0, "lib"),
            action(1, "lib", key="other"),
            action(2, "lib", kind=Kind.LINK),
            action(3, "lib", kind=Kind.LINK, target="a"),
        ),
        command(action(0, "api"), action(1, "lib", kind=Kind.LINK, target="b"), action(2, "lib")),
    )
    assert [(a.package, a.kind, a.target) for a in result.actions] == [
        ("lib", Kind.COMPILE, ""),
        ("lib", Kind.COMPILE, ""),
        ("lib", Kind.LINK, ""),
        ("lib", Kind.LINK, "a"),
        ("api", Kind.COMPILE, ""),
        ("lib", Kind.LINK, "b"),
    ]
    assert [a.id for a in result.actions] == list(range(6))


def test_without_a_key_nothing_is_known_to_be_the_same() -> None:
    vet = action(0, "lib", key="", kind=Kind.VET)
    assert told(union(command(vet), command(vet))) == [("lib", Status.RAN)] * 2


@pytest.mark.parametrize("key", ["", "another"])
@pytest.mark.parametrize("last", [True, False])
def test_what_nothing_needed_stands_aside_for_any_of_its_package(key: str, *, last: bool) -> None:
    needed = command(action(0, "lib"), action(1, "app", Status.CACHED, deps=(0,)))
    vet = command(
        action(0, "lib", Status.CACHED), action(1, "app", Status.NOT_RUN, key=key, deps=(0,)), action(2, "x", deps=(1,))
    )
    result = union(*((needed, vet) if last else (vet, needed)))
    assert sorted(told(result)) == [("app", Status.CACHED), ("lib", Status.RAN), ("x", Status.RAN)] if not key else True
    by_package = {a.package: a for a in result.actions}
    assert by_package["app"].status is Status.CACHED
    assert by_package["x"].deps == (by_package["app"].id,)
    assert by_package["app"].deps == (by_package["lib"].id,)
    assert len(result.actions) == 3


def test_of_several_that_tell_something_the_one_that_tells_most_stands_in() -> None:
    result = union(
        command(action(0, "lib", Status.CACHED, key="a"), action(1, "x", Status.NOT_RUN, key="a")),
        command(action(0, "lib", Status.NOT_RUN, key=""), action(1, "y", deps=(0,)), action(2, "x", Status.NOT_RUN)),
        command(action(0, "lib", Status.RAN, key="b")),
    )
    by_name = {(a.package, a.status): a for a in result.actions}
    assert by_name["y", Status.RAN].deps == (by_name["lib", Status.RAN].id,)
    # Where nobody needed it, each is there.
    assert [a.status for a in result.actions if a.package == "x"] == [Status.NOT_RUN] * 2


@pytest.mark.parametrize(
    "other",
    [
        action(0, "app", kind=Kind.LINK),
        action(0, "app", facts_only=True),
        action(0, "app [app.test]"),
    ],
)
def test_what_nothing_needed_is_kept_beside_things_of_another_kind(other: Action) -> None:
    result = union(command(other), command(action(0, "app", Status.NOT_RUN, key="")))
    assert len(result.actions) == 2
    # Within one command, Go knows why it has both.
    alone = command(action(0, "app", Status.NOT_RUN, key=""), action(1, "app"))
    assert len(union(alone).actions) == 2


def test_dependencies_point_to_the_same_actions_as_before() -> None:
    result = union(
        command(action(5, "std", Status.CACHED), action(6, "lib", deps=(5, 77)), action(7, "a", deps=(6,))),
        command(
            action(1, "b", deps=(3, 2)), action(2, "std", Status.CACHED), action(3, "lib", Status.CACHED, deps=(2,))
        ),
    )
    assert [(a.id, a.package) for a in result.actions] == [(0, "std"), (1, "lib"), (2, "a"), (3, "b")]
    assert [a.deps for a in result.actions] == [(), (0,), (1,), (1, 0)]
    assert result.origins == ((0, 0), (0, 1), (0, 2), (1, 0))


def test_times_are_on_one_line() -> None:
    result = union(
        command(action(0, "a", begun=0.5), started=101.0),
        command(action(0, "b", begun=0.25), started=104.0),
        started=100.0,
    )
    assert [(a.started, a.ended) for a in result.actions] == [(1.5, 2.5), (4.25, 5.25)]
    assert result.max_parallel == 1
    together = union(command(action(0, "a")), command(action(0, "b"), started=100.5))
    assert together.max_parallel == 2


def outcome(status: TestStatus, *, cached: bool = False) -> TestOutcome:
    return TestOutcome("lib", status, cached, 0.1)


PASSED, CACHED = outcome(TestStatus.PASSED), outcome(TestStatus.PASSED, cached=True)
FAILED, BROKEN, NONE = (outcome(s) for s in (TestStatus.FAILED, TestStatus.BUILD_FAILED, TestStatus.NO_TESTS))


@pytest.mark.parametrize(
    ("outcomes", "kept"),
    [
        ((PASSED, CACHED), 0),
        ((CACHED, PASSED), 1),
        ((PASSED, FAILED), 1),
        ((FAILED, PASSED, CACHED), 0),
        ((FAILED, CACHED), 0),
        ((CACHED, BROKEN), 1),
        ((BROKEN, CACHED), 0),
        ((CACHED, NONE), 0),
        ((NONE, CACHED), 1),
        ((BROKEN, PASSED), 0),
        ((BROKEN, FAILED), 1),
        ((PASSED, replace(PASSED, seconds=0.2)), 1),
    ],
)
def test_of_several_outcomes_the_worst_execution_counts(outcomes: tuple[TestOutcome, ...], kept: int) -> None:
    commands = [command(tests={"lib": outcome}) for outcome in outcomes]
    result = union(*commands)
    assert result.tests == {"lib": outcomes[kept]}
    assert result.testing("lib") is commands[kept]
    assert result.testing("other") is result


def test_downloads_modules_and_the_standard_library_are_those_of_all() -> None:
    result = union(
        command(downloads=("b@v1", "a@v1"), std=frozenset({"fmt"}), modules={".": "m"}),
        command(downloads=("b@v1",), std=frozenset({"os"}), modules={".": "m", "sub": "m/sub"}),
    )
    assert result.downloads == ("a@v1", "b@v1")
    assert result.std == {"fmt", "os"}
    assert result.modules == {".": "m", "sub": "m/sub"}
