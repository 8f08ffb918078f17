"""The options that name a file for what the tests did."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from pytest_gocache.plugin.report.page import page_of
from tests.with_pytest.inner_runs import LIB, run

TESTS = f"""
import pytest

@pytest.fixture
def built(go_module):
    {LIB}
    go_module.write("app.go", 'package main\\n\\nimport _ "example.com/app/lib"\\n\\nfunc main() {{}}\\n')
    go_module.build("./...")
    return go_module

def test_edit(built):
    built.edit("lib/lib.go", "Word = 1", "Word = 2")
    built.build("./...")

def test_twice(built):
    built.build("./...")
"""


def test_all_files_are_written_by_the_controller(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(test_suite=TESTS)
    files = ("--gocache-json=out/run.json", "--gocache-html=out/r.html", "--gocache-trace=out/t.json.gz")
    result = run(pytester, store, "-n", "2", *files, "--gocache-durations=2")
    result.assert_outcomes(passed=2)
    section = result.outlines[result.outlines.index(f"{' dearest causes ':=^80}") :]
    assert re.fullmatch(r"\d+\.\d s of work done again, \d+\.\d s done for the first time in a test", section[1])
    causes = dict(zip(section[3:7:2], section[2:6:2], strict=False))
    edit = causes["        test_suite.py::test_edit  `go build ./...` (step 2)"]
    assert re.fullmatch(r"\d+\.\d\d s  .* changed since step 1.*; 2 followed", edit)
    data = json.loads((pytester.path / "out" / "run.json").read_bytes())
    names = [package["name"] for package in data["packages"]]
    assert {"name": "runtime", "std": True} in data["packages"]
    edited = data["tests"][0]["commands"][1]
    ran = [(action[0], names[action[1]]) for action in edited["actions"] if action[2] == "ran"]
    assert sorted(ran) == [
        *(("compile", "example.com/app"), ("compile", "example.com/app/lib"), ("link", "example.com/app"))
    ]
    assert all(0 <= action[3] <= action[4] <= edited["seconds"] + 0.1 for action in edited["actions"])
    first = data["tests"][0]["commands"][0]
    assert first["started"] + first["seconds"] <= edited["started"] + 0.1
    trace = json.loads(gzip.decompress((pytester.path / "out" / "t.json.gz").read_bytes()))
    slices = [event for event in trace["traceEvents"] if event["ph"] == "X" and event["pid"] == 1]
    assert {"compile example.com/app/lib", "link example.com/app", "go build ./..."} <= {s["name"] for s in slices}
    assert len([event for event in trace["traceEvents"] if event["ph"] == "f"]) == 2
    assert (pytester.path / "out" / "r.html").read_text(encoding="utf-8") == page_of(data)


@pytest.mark.parametrize("option", ["--gocache-json", "--gocache-html", "--gocache-trace"])
def test_a_file_that_cannot_be_written_ends_the_run_before_it_starts(pytester: pytest.Pytester, option: str) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    pytester.path.joinpath("file").touch()
    result = pytester.runpytest_inprocess(f"{option}=file/run")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{option}=file/run: *file/run cannot be written: *: name a different file"])


def test_two_options_cannot_name_one_file(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    result = pytester.runpytest_inprocess("--gocache-json=run", "--gocache-trace=./run")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--gocache-trace=./run: --gocache-json names the same file"])


def test_a_negative_number_of_causes_is_refused(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nothing(): pass")
    result = pytester.runpytest_inprocess("--gocache-durations=-1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--gocache-durations=-1: write how many causes to list"])


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_a_wide_terminal_has_a_timeline_of_a_failing_test(
    pytester: pytest.Pytester, store: Path, monkeypatch: pytest.MonkeyPatch, workers: tuple[str, ...]
) -> None:
    pytester.makepyfile(test_suite=f"{TESTS}    assert built.go('env', 'GOOS').stdout == ''\n")
    for columns, shown in ((140, True), (100, False)):
        monkeypatch.setenv("COLUMNS", str(columns))
        result = run(pytester, store, "-k", "twice", *workers)
        result.assert_outcomes(failed=1)
        titles = [
            number for number, line in enumerate(result.outlines) if "timeline of `go build ./...` (step 2):" in line
        ]
        assert bool(titles) is shown
        if shown:
            lane, *_ = result.outlines[titles[0] + 1 :]
            assert re.fullmatch(r" {7}[CL. ]+L[. ]*", lane)
            assert len(lane) <= columns


def test_a_run_without_a_terminal_has_no_timeline(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(test_suite=f"{TESTS}    assert built.go('env', 'GOOS').stdout == ''\n")
    without = ("-p", "no:terminal", "-p", "no:inline_snapshot")  # inline_snapshot needs the terminal plugin
    result = run(pytester, store, "-k", "twice", *without, "--junitxml=junit.xml")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    text = (pytester.path / "junit.xml").read_text(encoding="utf-8")
    assert "go build ./..." in text
    assert "timeline of" not in text
