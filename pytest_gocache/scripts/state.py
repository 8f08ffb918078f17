"""What a script changes while it runs: its folder, its variables, its output, its commands."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_gocache.errors import UsageError
from pytest_gocache.results.result import Result
from pytest_gocache.run.go_module import GoModule, observer_of
from pytest_gocache.run.observer import Observer
from pytest_gocache.run.running import Running
from pytest_gocache.scripts.syntax import Command

__all__ = ["Output", "Process", "Skipped", "State", "Stopped"]


class Stopped(Exception):  # noqa: N818 - no error
    """The command ``stop`` ended the script."""


class Skipped(Exception):  # noqa: N818 - no error
    """The command ``skip`` ended the script."""


@dataclass(frozen=True, slots=True)
class Output:
    """What a command printed, and its verdict."""

    stdout: str = ""
    stderr: str = ""
    error: Exception | None = None
    """Why it failed; None when it succeeded."""


@dataclass(slots=True)
class Process:
    """A command in the background."""

    command: Command
    thread: threading.Thread
    outcome: Future[Callable[[], Output]]
    """At its end, a function that records its result in the thread of the test."""
    group: list[int]
    """The number of its process group, once it has started."""


@dataclass(slots=True)
class State:
    """The state of one script. Its methods find paths and variables; commands change it."""

    module: GoModule
    """The work folder on the present machine, as a module."""
    root: Path
    """The test's folder. A script changes no file outside of it."""
    cwd: Path
    constants: dict[str, str]
    """Variables that only the script sees, like ``/`` and ``goversion``."""
    env: dict[str, str | None] = field(default_factory=dict)
    """Changes to the environment of the machine; None removes a variable."""
    stdout: str = ""
    stderr: str = ""
    stdin: Path | None = None
    """The input of the next ``go`` or ``exec``."""
    latest: Result | None = None
    """The result of the latest ``go`` or ``exec``."""
    results: list[Result] = field(default_factory=list)
    """Those of all, in the order of their ends."""
    labels: dict[str, Result] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)
    machines: dict[str, GoModule] = field(default_factory=dict)
    machine: str = "first"
    """The name of the present machine."""
    log: list[str] = field(default_factory=list)
    """The commands of the present section, each with what it printed."""
    section: int = 0
    """The line that begins the present section."""

    @property
    def work(self) -> Path:
        """The folder that ``$WORK`` names."""
        return Path(os.path.realpath(observer_of(self.module)[0].tree))

    def value(self, name: str) -> str:
        """The value of a variable; empty for an unknown one."""
        if name in self.env:
            return self.env[name] or ""
        if name in ("WORK", "PWD"):
            return str(self.work if name == "WORK" else self.cwd)
        if name in self.constants:
            return self.constants[name]
        return observer_of(self.module)[0].machine.env.get(name, "")

    def path(self, name: str) -> Path:
        """The path that a command names, relative to the current folder. Links are not resolved."""
        if "\0" in name:
            raise UsageError(f"the path {name!r} has a NUL, which no file name can have")
        return Path(os.path.normpath(self.cwd / name))

    def changeable(self, name: str) -> Path:
        """A path as `path` gives it. Raises `UsageError` when it is not in the test's folder."""
        path = self.path(name)
        parent = Path(os.path.realpath(path.parent))
        if not (parent / path.name).is_relative_to(self.root) or path == self.root:
            raise UsageError(f"{name}: a script changes files in its own folders only, which are in {self.root}")
        return path

    def changing(self, path: Path) -> Path:
        """Keep the content of a file that is about to change, so that a failure can show the difference."""
        observer, _ = observer_of(self.module)
        if path.is_file():
            observer.steps.texts.add(os.path.realpath(path), path.read_bytes())
        return path

    def write(self, path: Path, content: bytes, mode: int | None = None) -> None:
        """Write a file, never through a hard link into the store of warm caches.

        Raises `UsageError` for a link that leads out of the test's folder.
        """
        if not Path(os.path.realpath(path)).is_relative_to(self.root):
            raise UsageError(f"{path} leads out of the folders of the test: {os.path.realpath(path)}")
        self.changing(path)
        if path.is_file() and path.stat().st_nlink > 1:
            path.unlink()
        new = not path.exists()
        path.write_bytes(content)
        if new and mode is not None:
            path.chmod(mode & ~observer_of(self.module)[0].machine.umask)
        observer_of(self.module)[0].steps.texts.edit(os.path.realpath(path), content)

    def observer(self) -> Observer:
        """The observer for a command in the current folder.

        Its module is the one that the folder belongs to: the nearest go.mod, as far up as the work folder.
        """
        observer, _ = observer_of(self.module)
        here = Path(os.path.realpath(self.cwd))
        work = self.work
        inside = here.is_relative_to(work)
        above = [folder for folder in (here, *here.parents) if inside and folder.is_relative_to(work)]
        root = next((folder for folder in above if (folder / "go.mod").is_file()), here)
        return replace(observer, cwd=root, tree=work if inside else root)

    def running(self, group: Callable[[int], None] | None = None) -> Running:
        """How the next command runs. ``group`` is for the background: it gets the number of the process group."""
        _, timeout = observer_of(self.module)
        env = {"WORK": str(self.work), **self.module.env, **self.env}
        stdin, self.stdin = self.stdin, None
        # As in a shell, a folder that is entered through a link keeps the name of the link.
        how = Running(env, Path(os.path.realpath(self.cwd)), pwd=str(self.cwd), timeout=timeout, stdin=stdin)
        return replace(how, background=True, on_start=group) if group else how

    def done(self, result: Result) -> None:
        """Record the result of a command."""
        self.results.append(result)
        self.latest = result
