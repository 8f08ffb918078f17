"""The test binaries that ``go test`` runs, found in /proc, and how they end with a list of their goroutines."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["quit_test_binaries"]

_PROC = Path("/proc")
_SECONDS = 5.0  # for a test binary to print its goroutines
_PAUSE_SECONDS = 0.02
_STATE, _PARENT, _SESSION, _STARTED = 0, 1, 3, 19  # fields of /proc/PID/stat after the name
# Go writes this file into the folder of the test binary (Go 1.21 to 1.27).
_IMPORT_PATH = re.compile(r'^\ttestdeps\.ImportPath = "([^"\\]+)"$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Process:
    pid: int
    parent: int
    session: int
    started: str
    """In clock ticks since the boot. A different process may get the same number later, at a different time."""

    @property
    def runs(self) -> bool:
        """Whether it runs; a process that only waits to be reaped does not."""
        now = _read(self.pid)
        return now is not None and now.started == self.started  # the parent changes when it ends before its child

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self.runs:
                os.kill(self.pid, number)


def quit_test_binaries(leader: int) -> tuple[str, ...]:
    """Send SIGQUIT to the test binaries that a process started, and wait until they have ended, at most five seconds.

    Go then prints the goroutines of each. Returns the import paths of their packages, sorted; "" for a package that is
    unknown. Empty when no test binary runs, and where there is no /proc.

    ``go test`` itself gets no signal. It would end, and not print what the tests have printed (Go 1.21 to 1.27).
    """
    known = {process.pid: process for process in _processes()}
    started = _below(known, leader)
    tests = [process for process in started if _is_test(process)]
    inner = {process.pid for test in tests for process in _below(known, test.pid)}
    outer = [test for test in tests if test.pid not in inner]
    packages = {_package_of(test) for test in outer}
    for test in outer:
        test.send(signal.SIGQUIT)
    limit = time.monotonic() + _SECONDS
    while any(test.runs for test in outer) and time.monotonic() < limit:
        time.sleep(_PAUSE_SECONDS)
    # What a test started may hold its output open, and go test waits for the end of the output.
    for process in started:
        if process.pid in inner:
            process.send(signal.SIGKILL)
    return tuple(sorted(packages))


def _processes() -> Iterator[_Process]:
    for folder in _PROC.glob("[0-9]*"):
        process = _read(int(folder.name))
        if process is not None:
            yield process


def _read(pid: int) -> _Process | None:
    """A process that runs; None for a process that has ended."""
    try:
        # The name in parentheses can have spaces and parentheses in it.
        fields = (_PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    if fields[_STATE] in ("Z", "X"):
        return None
    return _Process(pid, int(fields[_PARENT]), int(fields[_SESSION]), fields[_STARTED])


def _below(known: Mapping[int, _Process], top: int) -> list[_Process]:
    """The processes that a process started, itself or through others, and those of its session, without itself."""
    children: dict[int, list[_Process]] = {}
    for process in known.values():
        children.setdefault(process.parent, []).append(process)
    found = {process.pid: process for process in known.values() if process.session == top}
    waiting = [top, *found]
    while waiting:
        new = [process for process in children.get(waiting.pop(), ()) if process.pid not in found]
        found |= {process.pid: process for process in new}
        waiting += [process.pid for process in new]
    found.pop(top, None)
    return list(found.values())


def _arguments(process: _Process) -> list[str]:
    try:
        return os.fsdecode((_PROC / str(process.pid) / "cmdline").read_bytes()).split("\0")
    except OSError:
        return []


def _is_test(process: _Process) -> bool:
    """Whether a process is a test binary. The program of ``go test -exec`` gets the same arguments after its own."""
    program, *arguments = _arguments(process) or [""]
    return program.endswith(".test") and any(argument.startswith("-test.") for argument in arguments)


def _package_of(test: _Process) -> str:
    program = next(iter(_arguments(test)), "")
    try:
        source = Path(program).with_name("_testmain.go").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
    found = _IMPORT_PATH.search(source)
    return found[1] if found else ""
