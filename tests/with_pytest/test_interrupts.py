"""Ctrl-C while a go command runs: nothing is left running, and nothing is left behind."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import HANGS, end, start, wait_until, wait_until_gone

TESTS = f"""
{HANGS}
import os

def test_hangs(go_module, request):
    go_module.write("main.go", MAIN)
    go_module.run(".", os.environ["PIDS_FILE"])

def test_after(): pass
"""


@pytest.mark.parametrize("keep", ["none", "failed", "all"])
def test_the_go_processes_end_and_the_folder_goes_as_asked(
    pytester: pytest.Pytester, store: Path, monkeypatch: pytest.MonkeyPatch, keep: str
) -> None:
    pids_file = pytester.path / "pids"
    monkeypatch.setenv("PIDS_FILE", str(pids_file))
    pytester.makepyfile(test_it=TESTS)
    process = start(pytester, f"--gocache-dir={store}", f"--gocache-keep={keep}")
    wait_until(pids_file.exists, "the program ran", process)
    os.kill(process.pid, signal.SIGINT)
    output = end(process)
    assert process.returncode == pytest.ExitCode.INTERRUPTED, output
    wait_until_gone([int(pid) for pid in pids_file.read_text(encoding="utf-8").split()])
    assert "KeyboardInterrupt" in output
    assert "INTERNALERROR" not in output
    folders = [folder.name for folder in (pytester.path / "inner").glob("*-go0")]
    assert folders == (["test_hangs-go0"] if keep == "all" else []), keep


def test_the_go_processes_of_xdists_workers_end_too(
    pytester: pytest.Pytester, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids_file = pytester.path / "pids"
    monkeypatch.setenv("PIDS_FILE", str(pids_file))
    pytester.makepyfile(test_it=TESTS)
    process = start(pytester, f"--gocache-dir={store}", "-n", "2")
    wait_until(pids_file.exists, "the program ran", process)
    # As a terminal does: to every process of the foreground group.
    os.killpg(process.pid, signal.SIGINT)
    output = end(process)
    assert process.returncode == pytest.ExitCode.INTERRUPTED, output
    wait_until_gone([int(pid) for pid in pids_file.read_text(encoding="utf-8").split()])
