"""Runs the commands of a script."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from pytest_gocache.errors import ScriptError, UsageError, printable
from pytest_gocache.golang.patterns import near_misses
from pytest_gocache.results.result import Result
from pytest_gocache.run.go_module import GoModule, observer_of
from pytest_gocache.scripts.commands import COMMANDS, CommandSpec
from pytest_gocache.scripts.conditions import holds, known_condition
from pytest_gocache.scripts.place import at_line
from pytest_gocache.scripts.programs import end_all, in_background
from pytest_gocache.scripts.state import Output, State, Stopped
from pytest_gocache.scripts.syntax import Command, Script, written
from pytest_gocache.scripts.words import expanded, expanded_word

__all__ = ["check_names", "new_state", "run_script", "write_files"]

_FAILURES = (AssertionError, OSError)


def check_names(script: Script) -> None:
    """Raise `ScriptError` for the first command or condition that there is not, and for a wrong number of words."""
    for command in script.commands:
        here = f"{script.file}:{command.line}"
        for condition in command.conditions:
            if reason := known_condition(condition.name):
                raise ScriptError(f"{here}: [{condition.name}]: {reason}")
        spec = COMMANDS.get(command.name)
        if spec is None:
            near = ", ".join(near_misses(command.name, list(COMMANDS), 1))
            raise ScriptError(f"{here}: {command.name}: there is no such command{f'; near it: {near}' if near else ''}")
        if not spec.least <= len(command.words) <= spec.most:
            raise ScriptError(f"{here}: {command.name}: write {command.name} {spec.usage}")
        if command.name == "repo" and command is not script.commands[0]:
            raise ScriptError(f"{here}: repo: it must be the first command")
        if command.background and not spec.starts:
            raise ScriptError(f"{here}: {command.name}: only go, exec and sleep can run in the background")


def new_state(module: GoModule, root: Path, start: Path) -> State:
    """The state at the beginning of a script in the folder ``start``. ``root`` is the folder of the test."""
    env = module.toolchain.env
    goos = env["GOHOSTOS"]
    constants = {
        "/": os.sep,
        ":": os.pathsep,
        "GOARCH": env["GOHOSTARCH"],
        "GOEXE": "",
        "GOOS": goos,
        "GOROOT": str(module.toolchain.goroot),
        "devnull": os.devnull,
        "exe": "",
        "goversion": module.toolchain.version.number,
        "newline": "\n",
    }
    return State(module, root, start, constants)


def write_files(script: Script, state: State) -> None:
    """Write the files of a script into its folder."""
    module = state.module
    work = state.work
    base = Path(os.path.realpath(module.path))
    for name, text in script.files.items():
        path = Path(os.path.normpath(state.cwd / expanded(name, state.value)))
        if not path.is_relative_to(work):
            raise ScriptError(f"{script.file}: the file {name} is outside of $WORK")
        owner = module if path.is_relative_to(base) else GoModule(work, observer_of(module)[0])
        owner.write(os.path.relpath(path, owner.path), text)


def run_script(script: Script, state: State, file: Path) -> None:
    """Run a script to its end. ``file`` is its path, which tracebacks name.

    Raises what its first failing line raises: `AssertionError`, `GoCommandError`, `UsageError`, and `Skipped`.
    """
    __tracebackhide__ = True
    try:
        for command in script.commands:
            _at(file, command, partial(_line, state, script, command))
        if state.processes:
            last = state.processes[-1].command
            if any(process.command.prefix == "" and not process.thread.is_alive() for process in state.processes):
                _at(file, last, partial(_last_wait, state))
    except Stopped:
        pass
    finally:
        end_all(state)


def _at(file: Path, command: Command, step: Callable[[], None]) -> None:
    __tracebackhide__ = True
    at_line(file, command.line, len(command.source), command.section, step)


def _last_wait(state: State) -> None:
    """Judge the commands in the background that have ended without a ``wait``."""
    __tracebackhide__ = True
    state.processes = [process for process in state.processes if not process.thread.is_alive()]
    output = COMMANDS["wait"].run(state, [])
    if output.error is not None:
        raise output.error


def _line(state: State, script: Script, command: Command) -> None:
    __tracebackhide__ = True
    here = f"{script.file}:{command.line}: {command.name}"
    try:
        if not all(holds(state, condition.name) is condition.wanted for condition in command.conditions):
            return
        spec = COMMANDS[command.name]
        args = _arguments(state, command, spec)
        if command.section != state.section:
            state.section = command.section
            state.log.clear()
        state.log.append(f"> {command.source}")
        if command.background:
            in_background(state, command, lambda group: spec.run(state, args, group))
            state.stdout = state.stderr = ""
            return
        _run(state, command, spec, args)
    except UsageError as error:
        error.args = (f"{here}: {error}",)
        raise


def _arguments(state: State, command: Command, spec: CommandSpec) -> list[str]:
    raw = ["".join(fragment.text for fragment in word) for word in command.words]
    pattern = spec.pattern(raw) if spec.pattern else -1
    return [expanded_word(word, state.value, regexp=index == pattern) for index, word in enumerate(command.words)]


def _run(state: State, command: Command, spec: CommandSpec, args: Sequence[str]) -> None:
    __tracebackhide__ = True
    negated = command.prefix == "!"
    error: Exception | None = None
    output: Output | None = None
    try:
        output = _called(state, spec, args, negated=negated)
    except _FAILURES as failed:
        error = failed
    if output is not None:
        state.stdout, state.stderr, error = output.stdout, output.stderr, output.error
        state.log += _printed(output)
    if spec.judges:
        negated = False
    if error is not None and not negated and command.prefix != "?":
        raise _as_failure(command, error)
    if error is None and negated and command.name != "wait":
        raise AssertionError(_unexpected(state, command, args))


def _called(state: State, spec: CommandSpec, args: Sequence[str], *, negated: bool) -> Output | None:
    __tracebackhide__ = True
    if spec.judges:
        spec.run(state, args, negated=negated)
        return None
    done = spec.run(state, args)
    if spec.starts:
        done = done()()
    return done if isinstance(done, Output) else None


def _as_failure(command: Command, error: Exception) -> Exception:
    """An error of the system as a failed assertion; other errors as they are."""
    if isinstance(error, OSError):
        reason = f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
        return AssertionError(f"{reason} [{command.name}]")
    return error


def _unexpected(state: State, command: Command, args: Sequence[str]) -> str:
    """The message when a command succeeds and must not."""
    result: Result | None = state.latest if command.name in ("go", "exec") else None
    shown = result.title if result else f"`{printable(written([command.name, *args]))}`"
    outputs = {"stdout": state.stdout, "stderr": state.stderr}
    wanted = outputs if result else {command.name}
    printed = [f"{name}:\n{text.rstrip()}" for name, text in outputs.items() if text and name in wanted]
    return "\n".join([f"{shown} succeeded, and must fail [! {command.name}]", *printed])


def _printed(output: Output) -> list[str]:
    return [
        f"[{name}]\n{text.rstrip()}" for name, text in (("stdout", output.stdout), ("stderr", output.stderr)) if text
    ]
