"""Why recorded actions ran, as plain JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from inline_snapshot import snapshot

from pytest_gocache import Result
from pytest_gocache.explain.explainer import explain
from pytest_gocache.results.cause_record import cause_records
from pytest_gocache.results.command_record import command_records

Recorded = Callable[[str], list[Result]]


def explained(result: Result) -> Result:
    return replace(result, circumstances=replace(result.circumstances, explain=explain))


def causes_of(result: Result, of: str = "compile") -> list[dict[str, Any]]:
    found = cause_records(explained(result), lambda text: text.replace("/home", "$HOME"))
    assert json.loads(json.dumps(found)) == found
    assert found["causes_unknown"] == ""
    return [cause for cause in found["causes"] if cause["kind"] == of]


def test_a_cause_and_its_follower(recorded: Recorded) -> None:
    assert causes_of(recorded("lib-edited")[2])[:2] == snapshot(
        [
            {
                "kind": "compile",
                "package": "example.com/app/api",
                "code": "FOLLOWS_IMPORT",
                "since": 2,
                "inputs": [],
                "follows": "example.com/app/lib",
                "follows_kind": "compile",
                "details": {"packages": ["example.com/app/lib"]},
                "text": "only followed: it imports ./lib",
            },
            {
                "kind": "compile",
                "package": "example.com/app/lib",
                "code": "CHANGED",
                "since": 2,
                "inputs": [
                    {
                        "kind": "FILE",
                        "name": "lib.go",
                        "old": "OH580BkVMtOCOgT61rMI",
                        "new": "7yJDfSgF_2ByIoDGNlm6",
                        "diff": [
                            '- func Hello() string { return "hello" }',
                            '+ func Hello() string { return "good day" }',
                        ],
                    }
                ],
                "follows": None,
                "follows_kind": None,
                "details": {},
                "text": 'file lib.go changed since step 2: - func Hello() string { return "hello" } + func Hello() string { return "good day" }',
            },
        ]
    )


def test_values_of_inputs_have_names_for_folders(recorded: Recorded) -> None:
    assert causes_of(recorded("compile-flags")[3])[0]["inputs"] == snapshot(
        [{"kind": "COMPILE_FLAGS", "name": "", "old": "-trimpath=$HOME/a", "new": "-trimpath=$HOME/b", "diff": []}]
    )


def test_a_link_whose_key_is_the_same(recorded: Recorded) -> None:
    (linked,) = causes_of(recorded("lib-edited")[1], "link")
    assert (linked["code"], linked["since"], linked["details"]) == snapshot(("BINARY_NOT_KEPT", 1, {}))


def test_what_cannot_be_explained_is_unknown_and_not_empty(recorded: Recorded) -> None:
    without_graph = recorded("lib-edited")[5]
    (record,) = command_records(explained(without_graph), without_graph.cwd.parent, details=True)
    assert record["causes"] is None
    assert "has no action graph" in record["causes_unknown"]
    (plain,) = command_records(without_graph, without_graph.cwd.parent)
    assert "causes" not in plain
