"""The JSON file of a run: written, read again, merged and refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_gocache.errors import RecordingError
from pytest_gocache.plugin.report.run_file import SCHEMA, merged, packed, read_run, run_text
from tests.plugin.report.made_run import FOLLOWED, cause, command, made_test, row, run_of

RUN = run_of(made_test("test_a", FOLLOWED, command()), made_test("test_b"))


def written(folder: Path, run: object, name: str = "run.json") -> Path:
    file = folder / name
    file.write_text(run if isinstance(run, str) else json.dumps(run), encoding="utf-8")
    return file


def test_packages_of_actions_are_numbers() -> None:
    assert RUN["packages"] == [
        *({"name": name, "std": False} for name in ("lib", "api", "other")),
        {"name": "fmt", "std": True},
        {"name": "app", "std": False},
    ]
    (first, _), () = (test["commands"] for test in RUN["tests"])
    assert [action[:2] for action in first["actions"]][-2:] == [["compile", 3], ["link", 4]]
    assert "std" not in first


def test_a_command_is_a_line_and_the_file_says_the_same(tmp_path: Path) -> None:
    text = run_text(RUN)
    assert json.loads(text) == RUN
    assert sum("go build" in line for line in text.split("\n")) == 2
    assert read_run(written(tmp_path, text)) == RUN
    empty = run_of()
    assert json.loads(run_text(empty)) == empty


def test_hostile_text_stays_what_it_is(tmp_path: Path) -> None:
    hostile = "</script>\u2028\"'\\\u202e\udce4" + "x" * 10_000
    run = run_of(made_test(hostile, command(row(f"compile {hostile}", "0-1"))))
    assert read_run(written(tmp_path, run_text(run))) == run


def test_an_older_file_has_no_actions(tmp_path: Path) -> None:
    old = {key: value for key, value in command().items() if key not in ("actions", "std", "within", "started")}
    run = {key: value for key, value in run_of(made_test("test_a")).items() if key != "packages"}
    run["tests"][0]["commands"] = [old]
    found = read_run(written(tmp_path, {**run, "schema": "pytest-gocache runs 3"}))
    assert found["schema"] == SCHEMA
    assert found["packages"] == found["tests"][0]["commands"][0]["actions"] == []


def changed(**fields: Any) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(json.dumps(RUN))
    run["tests"][0]["commands"][0] |= fields
    return run


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ([], "its schema is None"),
        ({**RUN, "schema": "pytest-gocache runs 2"}, "its schema is 'pytest-gocache runs 2', and this version reads"),
        ({**RUN, "tests": {}}, "is damaged: the file has no 'tests' of the right type"),
        ({**RUN, "tests": [1]}, "is damaged: a test is no object"),
        ({**RUN, "tests": [made_test("test_a", line="1")]}, "a test has no 'line' of the right type"),
        (changed(states=[]), "a command of test_a has no 'states' of the right type"),
        (changed(actions={}), "a command of test_a has an action of a wrong shape"),
        (changed(actions=[["compile", 5, "ran", 0, 1, []]]), "an action of a wrong shape"),
        (changed(actions=[["compile", 0, "ran", 0, 1, [1]]]), "an action of a wrong shape"),
        (changed(actions=[["compile", 0, "ran", "0", 1, []]]), "an action of a wrong shape"),
        (changed(actions=[["compile", 0, "ran", 0]]), "an action of a wrong shape"),
        (changed(causes=[{**cause("compile lib"), "text": None}]), "a cause of a command of test_a has no 'text'"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, content: object, message: str) -> None:
    file = written(tmp_path, content)
    with pytest.raises(RecordingError, match=message) as caught:
        read_run(file)
    assert str(file) in str(caught.value)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be read: No such file"):
        read_run(tmp_path / "run.json")


def test_runs_of_several_hosts_are_one() -> None:
    other = run_of(
        made_test("test_c", command(row("compile new", "0-1"), row("compile lib", "1-2"), row("vet fmt", "2-3")))
    )
    both = merged([RUN, other])
    assert [test["test"] for test in both["tests"]] == ["test_a", "test_b", "test_c"]
    names = [package["name"] for package in both["packages"]]
    assert names == ["lib", "api", "other", "fmt", "app", "new"]
    assert [package["name"] for package in both["packages"] if package["std"]] == ["fmt"]
    (last,) = both["tests"][2]["commands"]
    assert [names[action[1]] for action in last["actions"]] == ["new", "lib", "fmt"]
    assert both["toolchains"] == RUN["toolchains"]
    assert merged([RUN]) == RUN


def test_packing_leaves_the_tests_as_they_are() -> None:
    test = made_test("test_a", command(row("compile a", "0-1")))
    before = json.dumps(test)
    packed([test])
    assert json.dumps(test) == before
