"""A new kind of action is one member of Kind: graphs, logs, explanations and records take it from there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest_gocache

PACKAGE = Path(pytest_gocache.__file__).parent
BEFORE = '    TEST = "test", '
COVER = '    COVER = "cover", ("cover",), "covered", "cover"\n'
PROGRAM = """
import json
import sys
from dataclasses import replace
from pathlib import Path

from pytest_gocache.explain.explainer import explain
from pytest_gocache.golang.actiongraph import parse_action_graph
from pytest_gocache.results.command_record import command_records
from pytest_gocache.results.result import Result
from tests.explain.recordings import step
from tests.golang.hash_lines import block
from pytest_gocache.golang.hashlog import parse_hash_log


def command(mode, folder, previous):
    log = b"".join(block("cover m/lib", [b"mode " + mode + b"\\n"]))
    key = parse_hash_log(log)[0].action_id
    ran = {"Deps": None, "Cmd": ["x"], "Package": "m/lib"}
    graph = [
        {"ID": 0, "Mode": "build", "ActionID": "same", "BuildID": "same/same", **ran},
        {"ID": 1, "Mode": "cover", "ActionID": key, "BuildID": key + "/x", **ran},
    ]
    actions = parse_action_graph(json.dumps(graph))
    return step(Result(("go", "build"), 1, folder, 0, "", "", 0.0, actions), folder, log, previous)


folder = Path(sys.argv[1])
first = command(b"set", folder, None)
second = command(b"atomic", folder, first)
print(explain(first))
print(explain(second))
print(*command_records(second, folder)[0]["states"])
"""


def test_a_new_kind_is_one_entry(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    copy = tmp_path / "copy"
    shutil.copytree(PACKAGE, copy / "pytest_gocache")
    shutil.copytree(root / "tests" / "golang", copy / "tests" / "golang")
    shutil.copytree(root / "tests" / "explain", copy / "tests" / "explain")
    shutil.copy(root / "tests" / "recorded_results.py", copy / "tests")
    kinds = copy / "pytest_gocache" / "golang" / "action.py"
    text = kinds.read_text(encoding="utf-8")
    assert text.count(BEFORE) == 1
    kinds.write_text(text.replace(BEFORE, COVER + BEFORE), encoding="utf-8")

    (tmp_path / "steps").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "steps")],
        cwd=copy, env={"PYTHONPATH": str(copy)}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert "cover of m/lib  covered for the first time in this test" in lines
    assert "cover of m/lib  input 'mode atomic' was added, input 'mode set' was removed since step 1" in lines
    assert lines[-1] == "compile m/lib cover m/lib"
