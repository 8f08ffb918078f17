"""parse_action_graph: shapes that no go command should write, and some that one might."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from pytest_gocache.errors import ActionGraphError
from pytest_gocache.golang.action import Action, Kind, Status
from pytest_gocache.golang.actiongraph import has_ended, parse_action_graph
from pytest_gocache.results.result import Result
from tests.recorded_results import FROM_NOTHING, graph_text


def node(number: int, mode: str = "build", package: str = "example.com/p", **fields: Any) -> dict[str, Any]:
    return {"ID": number, "Mode": mode, "Package": package, **fields}


def parse(*nodes: dict[str, Any]) -> tuple[Action, ...]:
    return parse_action_graph(json.dumps(nodes))


@pytest.mark.parametrize("go_version", ["1.21.13"], indirect=True)
def test_every_truncation_of_a_real_graph_is_refused(first_commands: dict[str, Result]) -> None:
    text = graph_text(first_commands["failed build"]).rstrip()
    for end in range(0, len(text), 97):
        with pytest.raises(ActionGraphError, match="not JSON"):
            parse_action_graph(text[:end])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "1",
        '"build"',
        "{}",
        '{"ID": 0, "Mode": "build"}',
        "[1]",
        "[[]]",
        "[null]",
        "[{}]",
        '[{"ID": 0}]',
        '[{"Mode": "build"}]',
        '[{"ID": null, "Mode": "build"}]',
        '[{"ID": "x", "Mode": "build"}]',
        '[{"ID": NaN, "Mode": "build"}]',
        '[{"ID": 0, "Mode": "build", "Deps": 3}]',
        '[{"ID": 0, "Mode": "build", "Deps": ["x"]}]',
        '[{"ID": 0, "Mode": "build", "Cmd": 3}]',
        '[{"ID": 0, "Mode": "build", "TimeStart": 5}]',
        '[{"ID": 0, "Mode": "build", "TimeStart": "yesterday"}]',
        *(
            f'[{{"ID": 0, "Mode": "build", "{field}": {value}}}]'
            for field, values in {
                **dict.fromkeys(("Package", "ActionID", "BuildID", "Target"), ("3", "true", "[]", '["x"]', "{}")),
                "Mode": ("3", '["build"]'),
                "ID": ("true", "0.5", '"0"', "[0]"),
                "Deps": ('"12"', "[true]", "[0.5]", "[[1]]", "{}"),
                "Cmd": ('"compile"', "[[1]]", "[null]", "[3]", "{}"),
                "TimeStart": ('["2026"]', "true", "{}", '"2026-11-22T08:00:00inf"', '"2026-11-22T08:00:00.5e9"'),
            }.items()
            for value in values
        ),
        '[{"ID": 0, "Mode": "build"}, {"ID": 0, "Mode": "link"}]',
        b"\xff\xfe[]",
        pytest.param('[{"ID": 1e999, "Mode": "build"}]', id="a number beyond all numbers"),
        pytest.param('[{"ID": 0, "Mode": "x", "TimeDone": "9999-12-31T23:59:59-23:00"}]', id="a time beyond all times"),
        pytest.param("[" * 100_000, id="nested without end"),
    ],
)
def test_what_is_no_action_graph_is_refused(text: str | bytes) -> None:
    with pytest.raises(ActionGraphError):
        parse_action_graph(text)


NEVER = "0001-01-01T00:00:00Z"


def test_a_graph_of_a_killed_command_has_no_end() -> None:
    # Go writes the graph before the first action, and once more after the last.
    first = json.dumps([node(0, "go test", Args=["a }"], TimeDone=NEVER), node(1, TimeDone=NEVER)], indent="\t")
    last = json.dumps([node(0, "go test", TimeDone="2026-11-22T08:00:00Z"), node(1, TimeDone=NEVER)], indent="\t")
    assert not has_ended(first.encode())
    assert has_ended(last.encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
NODE = st.fixed_dictionaries(
    {},
    optional={
        "ID": st.integers(0, 4) | JSON,
        "Mode": st.sampled_from(["build", "link", "vet", "test run", "new"]) | JSON,
        "Package": st.sampled_from(["a", "a.test", "a_test", "testing/internal/testdeps"]) | JSON,
        "Deps": st.lists(st.integers(0, 4)) | JSON,
        "Cmd": JSON,
        "BuildID": JSON,
        "ActionID": st.sampled_from(["k1", "k2"]) | JSON,
        "VetxOnly": JSON,
        "TimeReady": JSON,
        "TimeStart": st.sampled_from(["2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z"]) | JSON,
        "TimeDone": JSON,
    },
)


@given(st.lists(NODE, max_size=5))
def test_any_json_is_read_or_refused(nodes: list[dict[str, Any]]) -> None:
    try:
        found = parse_action_graph(json.dumps(nodes))
    except ActionGraphError:
        return
    assert len(found) == len(nodes)


def test_an_empty_graph_has_no_actions() -> None:
    assert parse_action_graph("[]") == ()


def test_bytes_and_text_read_alike(first_commands: dict[str, Result]) -> None:
    data = graph_text(first_commands["failed build"])
    assert parse_action_graph(data) == parse_action_graph(data.decode())


def test_unknown_modes_and_fields_are_tolerated() -> None:
    (action,) = parse(node(7, "build teleport", NewIn128={"x": [1]}, Deps=None, Cmd=None))
    assert action.kind is Kind.OTHER
    assert action.mode == "build teleport"
    assert action.deps == ()
    assert action.commands == ()
    assert action.status is Status.NOT_RUN


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("build", Kind.COMPILE),
        ("build-install", Kind.OTHER),
        ("link", Kind.LINK),
        ("link-install", Kind.OTHER),
        ("vet", Kind.VET),
        ("test run", Kind.TEST),
        ("test print", Kind.OTHER),
        ("build check cache", Kind.OTHER),
        ("cgo compile /tmp/go-build1/b001/_cgo_export.c", Kind.OTHER),
        ("built-in package", Kind.OTHER),
        ("go build", Kind.OTHER),
        ("", Kind.OTHER),
    ],
)
def test_modes_are_gos(mode: str, kind: Kind) -> None:
    assert parse(node(0, mode))[0].kind is kind


@pytest.mark.parametrize(
    ("mode", "cmd", "build_id", "status"),
    [
        ("build", ["compile"], "a/b", Status.RAN),
        ("build", ["compile"], "", Status.FAILED),
        ("build", None, "a/b", Status.CACHED),
        ("build", None, "", Status.NOT_RUN),
        ("link", ["link"], "a/b/c/d", Status.RAN),
        ("link", ["link"], "", Status.FAILED),
        ("link", None, "a/b/c/d", Status.CACHED),
        ("vet", ["vet"], "", Status.RAN),
        ("vet", None, "", Status.NOT_RUN),
    ],
)
def test_commands_and_build_id_tell_what_became_of_an_action(
    mode: str, cmd: list[str] | None, build_id: str, status: Status
) -> None:
    (action,) = parse(node(0, mode, Cmd=cmd, BuildID=build_id, NeedBuild=True))
    assert action.status is status
    assert action.ran is (status in (Status.RAN, Status.FAILED))
    assert action.content_id == build_id.rsplit("/", maxsplit=1)[-1]


def test_times_of_two_commands_are_comparable() -> None:
    # Loading, and downloads, come before the first action of a command.
    times = {
        "TimeReady": "1970-01-01T00:01:00Z",
        "TimeStart": "1970-01-01T00:01:01Z",
        "TimeDone": "1970-01-01T00:01:02Z",
    }
    text = json.dumps([node(0, **times)])
    (action,) = parse_action_graph(text, since=20.0)
    assert (action.started, action.ended) == (41.0, 42.0)
    (action,) = parse_action_graph(text)
    assert (action.started, action.ended) == (1.0, 2.0)


@pytest.mark.parametrize(
    ("cmd", "fields", "compiles", "status"),
    [
        # go vet ./x of a cgo package, as Go 1.21 to 1.25 and as Go 1.26 and 1.27 write it
        (["cgo", "gcc", "gcc", "cgo"], {}, {}, Status.NOT_RUN),
        (["gcc", "gcc", "cgo"], {}, {}, Status.NOT_RUN),
        # go list -compiled ./x
        (["gcc", "gcc", "cgo"], {"NeedBuild": True}, {"compiles": False}, Status.NOT_RUN),
        # go build ./x, with an error in the C code before the compile
        (["cgo"], {"NeedBuild": True}, {}, Status.FAILED),
    ],
)
def test_cgo_without_a_compile_is_no_compile(
    cmd: list[str], fields: dict[str, Any], compiles: dict[str, Any], status: Status
) -> None:
    (action,) = parse_action_graph(json.dumps([node(0, Cmd=cmd, **fields)]), **compiles)
    assert action.status is status


@pytest.mark.parametrize("mode", ["cgo run", "cgo compile n.c", "cover"])
@pytest.mark.parametrize(
    ("build", "options", "status"),
    [
        ({"NeedBuild": True, "ActionID": "key"}, {}, Status.FAILED),
        ({"ActionID": "key"}, {}, Status.NOT_RUN),  # go vet ./x
        ({"NeedBuild": True, "ActionID": "key"}, {"compiles": False}, Status.NOT_RUN),  # go list -compiled ./x
        ({"NeedBuild": True}, {}, Status.NOT_RUN),  # an import failed
        ({"NeedBuild": True, "ActionID": "key", "BuildID": "key/content"}, {}, Status.CACHED),
    ],
)
def test_what_stops_in_an_action_of_its_own_is_a_failed_compile(
    mode: str, build: dict[str, Any], options: dict[str, Any], status: Status
) -> None:
    text = json.dumps(
        [
            node(0, Deps=[1, 2], **build),
            node(1, "build check cache"),
            node(2, "collect cgo", "", Deps=[3]),
            node(3, mode, Deps=[1], Cmd=["tool"]),
            node(4, "build", "example.com/other", NeedBuild=True, ActionID="other"),
        ]
    )
    actions = parse_action_graph(text, **options)
    assert (actions[0].status, actions[4].status) == (status, Status.NOT_RUN)


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        ("2026-11-22T08:00:01Z", 1.0),
        ("2026-11-22T08:00:00.5Z", 0.5),
        ("2026-11-22T08:00:00.123456789Z", 0.123456789),
        ("2026-11-22T08:00:00.000001Z", 0.000001),
        ("2026-11-22T08:00:00.1234567891234Z", 0.1234567891234),
        ("2026-11-22T10:00:02.25+02:00", 2.25),
        ("2026-11-22T02:30:03-05:30", 3.0),
        ("2026-11-23T00:00:00Z", 57600.0),
        ("2026-11-22T08:00:00", 0.0),
    ],
)
def test_times_have_any_number_of_decimals_and_any_zone(moment: str, seconds: float) -> None:
    first, second = parse(
        node(0, TimeReady="2026-11-22T08:00:00Z"), node(1, TimeReady=moment, TimeStart=moment, TimeDone=moment)
    )
    assert first.started == 0.0
    assert second.started == second.ended == pytest.approx(seconds, abs=1e-6)


def test_an_action_that_never_started_has_no_duration() -> None:
    zero = "0001-01-01T00:00:00Z"
    _, action = parse(
        node(0, TimeReady="2026-11-22T08:00:00Z", TimeStart="2026-11-22T08:00:05Z", TimeDone="2026-11-22T08:00:09Z"),
        node(1, TimeReady=zero, TimeStart=zero, TimeDone=zero),
    )
    assert action.started == action.ended == 0.0


def test_dependencies_outside_the_graph_and_circles_do_no_harm() -> None:
    found = parse(node(0, package="p.test", Deps=[1, 99]), node(1, package="p", Deps=[0]))
    assert [a.deps for a in found] == [(1, 99), (0,)]


# What real go commands wrote.


APP = "example.com/app"
LIB_TEST = f"[{APP}/lib.test]"
RAN, CACHED, NOT_RUN, FAILED = Status.RAN, Status.CACHED, Status.NOT_RUN, Status.FAILED

# (kind, name) -> (import path, exists only for a test)
IN_A_TEST_RUN = {
    (Kind.COMPILE, f"{APP}/cmd/app"): (f"{APP}/cmd/app", False),
    (Kind.COMPILE, f"{APP}/ext"): (f"{APP}/ext", False),
    (Kind.COMPILE, f"{APP}/lib"): (f"{APP}/lib", False),
    (Kind.COMPILE, f"{APP}/ext {LIB_TEST}"): (f"{APP}/ext", False),
    (Kind.COMPILE, f"{APP}/lib {LIB_TEST}"): (f"{APP}/lib", False),
    (Kind.COMPILE, f"{APP}/lib_test {LIB_TEST}"): (f"{APP}/lib", True),
    (Kind.COMPILE, f"{APP}/lib.test"): (f"{APP}/lib", True),
    (Kind.LINK, f"{APP}/lib.test"): (f"{APP}/lib", True),
    (Kind.VET, f"{APP}/cmd/app"): (f"{APP}/cmd/app", False),
    (Kind.VET, f"{APP}/ext"): (f"{APP}/ext", False),
    (Kind.VET, f"{APP}/lib"): (f"{APP}/lib", False),
    (Kind.VET, f"{APP}/ext {LIB_TEST}"): (f"{APP}/ext", False),
    (Kind.VET, f"{APP}/lib {LIB_TEST}"): (f"{APP}/lib", False),
    (Kind.VET, f"{APP}/lib_test {LIB_TEST}"): (f"{APP}/lib", True),
    (Kind.TEST, f"{APP}/cmd/app"): (f"{APP}/cmd/app", False),
    (Kind.TEST, f"{APP}/ext"): (f"{APP}/ext", False),
    (Kind.TEST, f"{APP}/lib"): (f"{APP}/lib", False),
}


def of_the_module(result: Result) -> dict[tuple[Kind, str], Action]:
    found = [a for a in result.actions if a.package.startswith(APP) and a.kind is not Kind.OTHER]
    by_name = {(a.kind, a.package): a for a in found}
    assert len(by_name) == len(found), "two actions of one kind have one name"
    return by_name


@pytest.mark.parametrize("name", ["test", "test again", "failed test"])
def test_test_variants_are_named_as_go_lists_them(first_commands: dict[str, Result], name: str) -> None:
    named = {key: (a.import_path, a.scaffold) for key, a in of_the_module(first_commands[name]).items()}
    assert named == IN_A_TEST_RUN


def test_statuses_of_a_first_test_run(first_commands: dict[str, Result]) -> None:
    found = {key: a.status for key, a in of_the_module(first_commands["test"]).items()}
    plain = {(Kind.COMPILE, f"{APP}/{p}") for p in ("cmd/app", "ext", "lib")}
    tests = {key for key in found if key[0] is Kind.TEST}
    assert found == {key: CACHED if key in plain else NOT_RUN if key in tests else RAN for key in IN_A_TEST_RUN}


def test_statuses_of_a_repeated_test_run(first_commands: dict[str, Result], go_version: str) -> None:
    found = {key: a.status for key, a in of_the_module(first_commands["test again"]).items()}
    compiles = {key for key in IN_A_TEST_RUN if key[0] is Kind.COMPILE}
    assert {key for key, status in found.items() if status is CACHED} == compiles
    assert found[Kind.LINK, f"{APP}/lib.test"] is NOT_RUN
    vetted = {key for key, status in found.items() if status is RAN}
    if go_version == "1.27.3":  # vet is cached from 1.26 on
        assert vetted == set()
    else:
        assert vetted == {
            (Kind.VET, f"{APP}/{p}") for p in ("cmd/app", "ext", f"lib {LIB_TEST}", f"lib_test {LIB_TEST}")
        }


def test_statuses_of_a_build_that_fails(first_commands: dict[str, Result]) -> None:
    assert {key: a.status for key, a in of_the_module(first_commands["failed build"]).items()} == {
        (Kind.COMPILE, f"{APP}/lib"): FAILED,
        (Kind.COMPILE, f"{APP}/ext"): NOT_RUN,
        (Kind.COMPILE, f"{APP}/cmd/app"): NOT_RUN,
        (Kind.LINK, f"{APP}/cmd/app"): NOT_RUN,
    }


def test_statuses_of_a_test_run_that_does_not_build(first_commands: dict[str, Result]) -> None:
    found = {key: a.status for key, a in of_the_module(first_commands["failed test"]).items()}
    assert found.pop((Kind.COMPILE, f"{APP}/lib")) is FAILED
    assert set(found.values()) == {NOT_RUN}


@pytest.mark.parametrize("go_version", ["1.21.13"], indirect=True)
def test_test_variants_of_go_vet_belong_to_the_package_that_they_test(first_commands: dict[str, Result]) -> None:
    external = [a for a in first_commands["vet"].actions if a.package.startswith(f"{APP}/lib_test")]
    assert {a.kind for a in external} == {Kind.COMPILE, Kind.VET}
    assert {(a.package, a.import_path, a.scaffold) for a in external} == {
        (f"{APP}/lib_test {LIB_TEST}", APP + "/lib", True)
    }
    compiled = {
        a.package for a in first_commands["vet"].actions if a.kind is Kind.COMPILE and a.import_path == f"{APP}/lib"
    }
    assert {f"{APP}/lib", f"{APP}/lib {LIB_TEST}"} <= compiled


@pytest.mark.parametrize("name", FROM_NOTHING)
def test_a_graph_is_consistent(first_commands: dict[str, Result], name: str) -> None:
    found = first_commands[name].actions
    numbers = {a.id for a in found}
    assert len(numbers) == len(found)
    assert all(set(a.deps) <= numbers for a in found)
    assert all(0 <= a.started <= a.ended < 3600 for a in found)
    assert all(bool(a.commands) is a.ran for a in found)
    assert all(a.build_id.startswith(a.action_id) for a in found if a.build_id and a.kind is Kind.COMPILE)
    assert all(a.content_id for a in found if a.build_id)
    assert not any(a.scaffold and a.kind is Kind.OTHER for a in found)
