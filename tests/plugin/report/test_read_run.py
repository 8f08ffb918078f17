"""The JSON file of a run: read again, and refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_gocache.errors import RecordingError
from pytest_gocache.plugin.report.dearest import dearest_lines
from pytest_gocache.plugin.report.page import page_of
from pytest_gocache.plugin.report.read_run import read_run
from pytest_gocache.plugin.report.run_file import SCHEMA, merged, run_text
from pytest_gocache.plugin.report.trace import trace_of
from tests.browser.made_runs import gate, two_tests
from tests.plugin.report.made_run import FOLLOWED, cause, command, made_test, row, run_of

RUN = run_of(made_test("test_a", FOLLOWED, command()), made_test("test_b"))


def written(folder: Path, run: object, name: str = "run.json") -> Path:
    file = folder / name
    file.write_text(run if isinstance(run, str) else json.dumps(run), encoding="utf-8")
    return file


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    for run in (RUN, run_of(), gate()):
        assert read_run(written(tmp_path, run_text(run))) == run


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
        ({**RUN, "tests": {}}, "is damaged: 'tests' of the file is {}"),
        ({**RUN, "tests": [1]}, "is damaged: an item of 'tests' of the file is 1"),
        ({**RUN, "tests": [made_test("test_a", line="1")]}, "'line' of an item of 'tests' of the file is '1'"),
        (changed(states={"compile a": 1}), "command 1 of test_a: 'compile a' is 1"),
        (changed(states=[]), "'states' of command 1 of test_a is \\[\\]"),
        (changed(actions={}), "command 1 of test_a has an action of a wrong shape"),
        (changed(actions=[["compile", 5, "ran", 0, 1, []]]), "an action of a wrong shape"),
        (changed(actions=[["compile", 0, "ran", 0, 1, [1]]]), "an action of a wrong shape"),
        (changed(actions=[["compile", 0, "ran", "0", 1, []]]), "an action of a wrong shape"),
        (changed(actions=[["compile", 0, "ran", 0]]), "an action of a wrong shape"),
        (
            changed(causes=[{**cause("compile lib"), "text": None}]),
            "'text' of an item of 'causes' of command 1 of test_a is None",
        ),
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


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each container in a JSON value with a key of it."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from places(value[key])


@pytest.mark.parametrize("run", [two_tests(), gate()], ids=["tests", "gate"])
def test_a_changed_file_is_refused_or_shown(tmp_path: Path, run: dict[str, Any]) -> None:
    refused = shown = 0
    others: tuple[Any, ...] = (None, -1, 1.5, "x", [], {}, True)
    for other in others:
        for container, key in places(run):
            kept, container[key] = container[key], other
            file = written(tmp_path, run)
            container[key] = kept
            try:
                read = read_run(file)
            except RecordingError:
                refused += 1
                continue
            shown += 1
            page_of(merged([read, read]))
            trace_of(read)
            dearest_lines(read, 3)
    assert refused > shown > 100
