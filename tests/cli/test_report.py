from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pytest_gocache.cli import report  # noqa: F401 - `main` imports it by name
from pytest_gocache.cli.main import main
from pytest_gocache.plugin.report.page import page_of
from pytest_gocache.plugin.report.run_file import merged, run_text
from tests.plugin.report.made_run import FOLLOWED, made_test, run_of

RUNS = [run_of(made_test("test_a", FOLLOWED)), run_of(made_test("test_a", FOLLOWED, host="build2"))]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    found = []
    for number, run in enumerate(RUNS):
        found.append(str(tmp_path / f"run{number}.json"))
        Path(found[-1]).write_text(run_text(run), encoding="utf-8")
    return found


def test_the_page_is_the_one_that_the_run_writes(files: list[str], tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert main(["report", files[0], "-o", str(page)]) == 0
    assert page.read_text(encoding="utf-8") == page_of(RUNS[0])


def test_several_runs_are_one_report_and_one_trace(files: list[str], tmp_path: Path) -> None:
    page, trace = tmp_path / "report.html", tmp_path / "trace.json.gz"
    assert main(["report", *files, "-o", str(page), "--trace", str(trace)]) == 0
    assert page.read_text(encoding="utf-8") == page_of(merged(RUNS))
    events = json.loads(gzip.decompress(trace.read_bytes()))["traceEvents"]
    assert {event["pid"] for event in events} == {1, 2}


def test_what_cannot_be_done_says_why(files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, message in (
        (["-o", str(tmp_path)], f"pytest-gocache report: {tmp_path} cannot be written: Is a directory\n"),
        (
            [str(tmp_path / "gone"), "-o", "x"],
            f"pytest-gocache report: {tmp_path / 'gone'} cannot be read: No such file",
        ),
    ):
        assert main(["report", files[0], *words]) == 2
        assert capsys.readouterr().err.startswith(message)
    with pytest.raises(SystemExit) as exits:
        main(["report", files[0]])
    assert exits.value.code == 2
    assert "error: name a file: -o report.html, or --trace trace.json.gz" in capsys.readouterr().err
