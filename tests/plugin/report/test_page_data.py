"""What the page of a run shows."""

from __future__ import annotations

import json
from typing import Any

from pytest_gocache.plugin.report.page_data import page_data
from tests.plugin.report.made_run import FOLLOWED, cause, command, made_test, row, run_of


def data_of(made: dict[str, Any], **fields: Any) -> dict[str, Any]:
    (found,) = page_data(run_of(made_test("test_a", made), **fields))["tests"][0]["commands"]
    return dict(found)


def test_actions_are_columns_with_lanes() -> None:
    assert data_of(FOLLOWED)["actions"] == {
        "kind": [0, 0, 0, 0, 1],
        "package": [0, 1, 2, 3, 4],
        "status": "rrrcr",
        "started": [0, 40000, 10000, 0, 60000],
        "took": [40000, 20000, 10000, 0, 30000],
        "lane": [0, 0, 1, 0, 0],
        "waits": {"1": [0], "4": [1, 2]},
    }
    found = page_data(run_of(made_test("test_a", FOLLOWED)))
    assert (found["kinds"], found["std"], found["packages"][3]) == (["compile", "link"], [3], "fmt")


def test_the_numbers_of_a_command() -> None:
    found = data_of(FOLLOWED)
    assert (found["path"], found["work"], found["again"]) == ([0, 1, 4], [10.0, 9.0, 2], 9.0)
    assert found["counts"] == {"compiled": 3, "cached": 1, "linked": 1, "tested": 0}


def test_a_group_names_rows_and_what_has_none() -> None:
    made = command(
        row("compile lib", "0-1"), causes=[cause("compile lib"), cause("test lib", text="it reads data.txt")]
    )
    groups = data_of(made)["groups"]
    assert [(group["text"], group["own"]) for group in groups] == [
        ("compile lib: FIRST_TIME", [0]),
        ("it reads data.txt", ["test lib"]),
    ]
    assert data_of(FOLLOWED)["groups"][0]["followers"] == [1, 4]


def test_a_file_without_actions_still_has_counts() -> None:
    states = {"compile lib": "ran", "compile std": "cached", "link app": "failed", "test lib": "passed"}
    states |= {"test api": "cached", "test none": "no test files", "download m@v1": "downloaded"}
    found = data_of(command(states=states))
    assert found["counts"] == {"compiled": 1, "cached": 1, "linked": 1, "tested": 1}
    assert found["downloads"] == ["m@v1"]
    assert found["tests"] == [["lib", "passed"], ["api", "cached"], ["none", "no test files"]]


def test_the_facts_of_the_run_are_lines() -> None:
    run = run_of(made_test("test_a"))
    run["run"]["repository"] = {"commit": "abc", "dirty": True}
    assert page_data(run)["facts"] == [
        *("started 2026-01-02T03:04:05Z", "commit abc (dirty)", "default: go1.27.3 linux/amd64, 2 CPUs"),
        *("pytest-gocache 1", "pytest 8", "python 3"),
    ]


def test_a_command_that_is_not_explained_says_why() -> None:
    found = data_of(command(causes=None))
    assert (found["groups"], found["unknown"]) == ([], "no graph")


def test_the_data_is_json() -> None:
    found = page_data(run_of(made_test("test_a", FOLLOWED)))
    assert json.loads(json.dumps(found)) == found
