"""An end of pytest while a go command runs: nothing is left running, and after Ctrl-C nothing is left behind."""

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


# As pytest-timeout's method "thread" does.
TIMEOUT = """
import os, threading, time

def end():
    while not os.path.exists(os.environ["PIDS_FILE"]):
        time.sleep(0.02)
    os._exit(1)

threading.Thread(target=end, daemon=True).start()
"""


@pytest.mark.parametrize("runs", ["run", "exec"])
@pytest.mark.parametrize("death", ["TERM", "HUP", "KILL", "timeout"])
def test_when_pytest_dies_nothing_lives_two_seconds_later(
    pytester: pytest.Pytester, store: Path, monkeypatch: pytest.MonkeyPatch, death: str, runs: str
) -> None:
    pids_file = pytester.path / "pids"
    monkeypatch.setenv("PIDS_FILE", str(pids_file))
    tests = TESTS if runs == "run" else TESTS.replace('run(".", ', 'exec("sh", "-c", "go run . $0", ')
    pytester.makepyfile(test_it=tests)
    if death == "timeout":
        pytester.makeconftest(TIMEOUT)
    process = start(pytester, f"--gocache-dir={store}")
    # pytest ends at once in the case of the timeout.
    wait_until(pids_file.exists, "the program ran", None if death == "timeout" else process)
    if death != "timeout":
        process.send_signal(getattr(signal, f"SIG{death}"))
    end(process)
    wait_until_gone([int(pid) for pid in pids_file.read_text(encoding="utf-8").split()], seconds=2)


@pytest.mark.parametrize("death", ["TERM", "KILL"])
def test_when_xdists_controller_dies_nothing_lives_two_seconds_later(
    pytester: pytest.Pytester, store: Path, monkeypatch: pytest.MonkeyPatch, death: str
) -> None:
    pids_file = pytester.path / "pids"
    monkeypatch.setenv("PIDS_FILE", str(pids_file))
    pytester.makepyfile(test_it=TESTS)
    process = start(pytester, f"--gocache-dir={store}", "-n", "2")
    wait_until(pids_file.exists, "the program ran", process)
    process.send_signal(getattr(signal, f"SIG{death}"))
    process.wait()
    wait_until_gone([int(pid) for pid in pids_file.read_text(encoding="utf-8").split()], seconds=2)
    end(process)
