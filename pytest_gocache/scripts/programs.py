"""The commands of a script that run programs: go, exec, stale, cc, sleep, wait, skip, stop."""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from pytest_gocache.assertions.failure import fail
from pytest_gocache.errors import GoCommandError, UsageError
from pytest_gocache.golang.quoted import split_words
from pytest_gocache.host.process import kill_group
from pytest_gocache.results.result import Result
from pytest_gocache.scripts.state import Output, Process, Skipped, State, Stopped
from pytest_gocache.scripts.syntax import Command

__all__ = [
    "cc",
    "end_all",
    "exec_program",
    "go",
    "in_background",
    "seconds_of",
    "skip",
    "sleep",
    "stale",
    "stop",
    "wait",
]

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h)")
_STALE = (
    "{{if .Error}}{{.ImportPath}}: {{.Error.Err}}\n"
    "{{else if not .Stale}}{{.ImportPath}} is up to date: {{.Target}}\n{{end}}"
)
Ready = Callable[[], Callable[[], Output]]
"""A command that is ready to run: the call runs it, and what it returns records the result."""


def go(state: State, args: Sequence[str], group: Callable[[int], None] | None = None) -> Ready:
    """``go ARGUMENT...``."""
    work = state.observer().ready_go(args, state.running(group))
    return lambda: _recorded(state, work())


def exec_program(state: State, args: Sequence[str], group: Callable[[int], None] | None = None) -> Ready:
    """``exec PROGRAM ARGUMENT...``; every ``go`` that it finds on PATH is observed."""
    name = args[0]
    found = str(state.path(name)) if "/" in name else shutil.which(name, path=state.value("PATH") or os.defpath)
    if found is None or not os.access(found, os.X_OK):
        where = "" if "/" in name else f" on PATH: {state.value('PATH')}"
        error = AssertionError(f"there is no program {name}{where} [exec]")
        return lambda: lambda: Output(error=error)
    work = state.observer().ready_exec(args, state.running(group))
    return lambda: _recorded(state, work())


def _recorded(state: State, record: Callable[[], Result]) -> Callable[[], Output]:
    def finish() -> Output:
        result = record()
        state.done(result)
        failed = None
        if result.returncode:
            failed = GoCommandError(result.command, str(state.cwd), result.returncode, result.stdout, result.stderr)
        return Output(result.stdout, result.stderr, failed)

    return finish


def cc(state: State, args: Sequence[str]) -> Output:
    """``cc ARGUMENT...``: the C compiler that cgo uses."""
    toolchain = state.module.toolchain
    compiler = split_words(state.value("CC") or toolchain.env.get("CC") or "gcc") or ["gcc"]
    return exec_program(state, [*compiler, *args])()()


def stale(state: State, args: Sequence[str]) -> None:
    """``stale PACKAGE...``: Go would build each of them."""
    result = state.observer().ready_go(["list", "-e", f"-f={_STALE}", *args], state.running())()()
    state.results.append(result)
    if result.returncode:
        raise GoCommandError(result.command, str(state.cwd), result.returncode, result.stdout, result.stderr)
    if said := result.stdout.strip():
        fail("stale", said.replace("\n\n", "\n"))


def seconds_of(text: str) -> float:
    """The seconds of a Go duration like ``1m30s``. Raises `UsageError`."""
    parts = _DURATION.findall(text)
    if not parts or "".join(parts) != text:
        raise UsageError(f"{text!r} is no duration like 100ms or 1m30s")
    return sum(float(part.rstrip("nuµmsh")) * _UNITS[part.lstrip("0123456789.")] for part in parts)


def sleep(_: State, args: Sequence[str], group: Callable[[int], None] | None = None) -> Ready:
    """``sleep DURATION``."""
    del group
    seconds = seconds_of(args[0])

    def run() -> Callable[[], Output]:
        time.sleep(seconds)
        return Output

    return run


def in_background(state: State, command: Command, begin: Callable[[Callable[[int], None]], Ready]) -> None:
    """Start a command in the background."""
    group: list[int] = []
    outcome: Future[Callable[[], Output]] = Future()
    ready = begin(group.append)

    def run() -> None:
        try:
            outcome.set_result(ready())
        except BaseException as error:  # noqa: BLE001 - `wait` raises it
            outcome.set_exception(error)

    thread = threading.Thread(target=run, daemon=True)
    state.processes.append(Process(command, thread, outcome, group))
    thread.start()


def wait(state: State, args: Sequence[str]) -> Output:
    """``wait [NAME]``: wait for the commands in the background, or for one; their outputs become stdout and stderr."""
    chosen = _named(state, args[0]) if args else list(state.processes)
    outputs = []
    error: Exception | None = None
    for process in chosen:
        output = _ended(state, process)
        outputs.append(output)
        error = error or _wrong(process.command, output)
    return Output("".join(output.stdout for output in outputs), "".join(output.stderr for output in outputs), error)


def _named(state: State, name: str) -> list[Process]:
    found = [process for process in state.processes if process.command.label == name]
    if not found:
        known = ", ".join(process.command.label for process in state.processes if process.command.label) or "none"
        raise UsageError(f"no command in the background has the name {name}; the names are: {known}")
    return found


def _ended(state: State, process: Process) -> Output:
    """Wait for a command in the background, and record its result."""
    process.thread.join()
    state.processes.remove(process)
    before = state.latest
    output = process.outcome.result()()
    if process.command.label and state.latest is not None and state.latest is not before:
        state.labels[process.command.label] = state.latest
    return output


def _wrong(command: Command, output: Output) -> Exception | None:
    if command.prefix == "!" and output.error is None:
        return AssertionError(f"line {command.line} succeeded, and must fail: {command.source} [wait]")
    if command.prefix == "" and output.error is not None:
        return AssertionError(f"line {command.line} failed: {command.source} [wait]\n{output.error}")
    return None


def end_all(state: State) -> None:
    """End what still runs in the background."""
    for process in state.processes:
        while process.thread.is_alive():
            for number in process.group:
                kill_group(number)
            process.thread.join(0.05)
            if not process.group and process.command.name == "sleep":
                break
    state.processes.clear()


def skip(_: State, args: Sequence[str]) -> None:
    """``skip [REASON]``: skip the test."""
    raise Skipped(" ".join(args) or "skip")


def stop(_: State, args: Sequence[str]) -> None:
    """``stop [REASON]``: end the script; the test passes."""
    raise Stopped(" ".join(args))
