"""A recorded result as plain JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from inline_snapshot import snapshot

from pytest_gocache import Result
from pytest_gocache.results.command_record import command_records

Recorded = Callable[[str], list[Result]]


def test_what_a_build_did(recorded: Recorded) -> None:
    first, *_ = recorded("lib-edited")
    (record,) = command_records(first, first.cwd.parent)
    assert json.loads(json.dumps(record)) == record
    assert record.pop("seconds") > 0
    assert record == snapshot(
        {
            "step": 1,
            "command": "go build ./...",
            "exit": 0,
            "states": {
                "compile example.com/app/api": "ran",
                "link example.com/app/cmd/app": "ran",
                "compile example.com/app/lib": "ran",
                "compile example.com/app/lone": "ran",
                "compile example.com/app/cmd/app": "ran",
                "compile std": "cached",
            },
            "outputs": {},
        }
    )


def test_what_a_test_run_did(recorded: Recorded) -> None:
    (record,) = command_records(recorded("tested")[1], Path("/elsewhere"))
    tests = {subject: state for subject, state in record["states"].items() if subject.startswith("test ")}
    assert tests == snapshot(
        {
            "test example.com/app/api": "no test files",
            "test example.com/app/cmd/app": "no test files",
            "test example.com/app/lib": "cached",
            "test example.com/app/lone": "no test files",
        }
    )


def test_downloads_are_states(recorded: Recorded) -> None:
    (record,) = command_records(recorded("downloaded")[0], Path("/elsewhere"))
    assert record["states"]["download example.com/!dep@v1.0.0"] == "downloaded"


def test_folders_of_the_test_and_of_the_toolchain_have_names() -> None:
    around = replace(Result(("go",), 1, Path(), 0, "", "", 0.1).circumstances, goroot=Path("/usr/go"))
    made = Result(("go", "build", "-o", "/t/app/bin", "/usr/go/src/fmt"), 2, Path("/t/app"), 0, "", "", 0.1)
    (record,) = command_records(replace(made, circumstances=around), Path("/t"))
    assert record["command"] == "go build -o $ROOT/app/bin $GOROOT/src/fmt"
