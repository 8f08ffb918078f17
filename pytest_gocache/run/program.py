"""Run a program, and observe every go command that it calls."""

from __future__ import annotations

import math
import os
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_gocache.errors import UsageError
from pytest_gocache.host import process
from pytest_gocache.host.files import DISK_FULL
from pytest_gocache.host.find_go import SERVER_FILE
from pytest_gocache.host.process import Finished
from pytest_gocache.run.go_command import GoCommand, step_folder
from pytest_gocache.run.running import Running
from pytest_gocache.run.shim import EXEC_NAME
from pytest_gocache.run.shim_server import KILLED, Reply, Request, ShimServer

__all__ = ["generate_environment", "observe_program", "run_program"]


@dataclass(slots=True)
class CalledGo:
    """A go command that a program calls."""

    command: GoCommand
    started: float
    """A value of `time.perf_counter`."""
    asked: float
    """When the program called it, in epoch seconds: what it needs is made warm after that."""
    ended: float = math.inf
    """When all that it does was over, in epoch seconds."""
    returncode: int = KILLED
    seconds: float = 0.0
    downloads: tuple[str, ...] = ()

    def record_end(self, returncode: int) -> None:
        """Record its end, before it returns to the program."""
        self.returncode = returncode
        self.seconds = time.perf_counter() - self.started
        self.command.record_end(returncode)
        self.downloads = self.command.downloads()
        self.ended = time.time()

    @property
    def done(self) -> Finished:
        """Its exit status and its output."""
        printed = [self.command.folder / name for name in ("stdout", "stderr")]
        stdout, stderr = (file.read_bytes() if file.is_file() else b"" for file in printed)
        return Finished(self.returncode, stdout, stderr, self.seconds, timed_out=False)


def run_program(  # noqa: PLR0913 - a program, where it runs, and who observes it
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    goroot: Path,
    folder: Path,
    how: Running,
    umask: int,
    observe: Callable[[Request, Path], GoCommand],
) -> tuple[Finished, list[CalledGo]]:
    """Run ``argv`` to its end; returns the end, and the go commands that it called, in the order of their starts.

    ``goroot`` is what `shim_goroot` made. ``observe`` makes the command for each call of ``go``, from the request and a
    folder for its evidence. Raises what ``observe`` raises, and `UsageError` when the program does not start.
    """

    def start(outer: Mapping[str, str], paused: Callable[[], float]) -> Finished:
        try:
            return process.run(
                argv,
                cwd=cwd,
                env=outer,
                output=folder,
                timeout=how.timeout,
                umask=umask,
                paused=paused,
                stdin=how.stdin,
                on_start=how.on_start,
            )
        except OSError as error:
            if error.errno in DISK_FULL:
                raise
            raise UsageError(
                f"go_module.exec: `{shlex.join(argv)}` does not start in {cwd}: {error.strerror or error}; "
                f"PATH={outer['PATH']}"
            ) from error

    return observe_program(start, env=env, goroot=goroot, folder=folder, observe=observe)


def observe_program(
    start: Callable[[Mapping[str, str], Callable[[], float]], Finished],
    *,
    env: Mapping[str, str],
    goroot: Path,
    folder: Path,
    observe: Callable[[Request, Path], GoCommand],
) -> tuple[Finished, list[CalledGo]]:
    """What `run_program` does with a program that ``start`` runs to its end.

    ``start`` gets the environment for it, and a function that returns the seconds that do not count towards its time.
    """
    called: list[CalledGo] = []
    pauses = _Stopwatch()

    def answer(request: Request) -> Reply:
        asked = time.time()
        plain = replace(request, env=_unobserved(request.env, goroot))
        # To warm a cache may take long, and must not count towards the program's timeout.
        with pauses:
            command = observe(plain, step_folder(folder, len(called) + 1, "go", request.args))
        go = CalledGo(command, time.perf_counter(), asked)
        called.append(go)
        argv, env = command.argv, command.env
        # Not for go test: PATH and the arguments of a test are inputs of its result.
        if command.arguments.verb == "generate":
            env = generate_environment(env, goroot)
        elif command.arguments.verb == "run" and command.runs_here:
            argv.insert(2 + command.arguments.insert_at, f"-exec={_quoted(goroot / 'bin' / EXEC_NAME)}")
        return Reply(argv, env, command.folder / "stdout", command.folder / "stderr", go.record_end)

    outer = _observed(env, goroot)
    with ShimServer(goroot / SERVER_FILE, answer) as server:
        done = start(outer, pauses.seconds)
    server.check()
    return replace(done, seconds=max(0.0, done.seconds - pauses.seconds())), called


class _Stopwatch:
    """Measures the total time spent in a context that is entered many times."""

    def __init__(self) -> None:
        self._before = 0.0
        self._since: float | None = None

    def __enter__(self) -> None:
        self._since = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._before, self._since = self.seconds(), None

    def seconds(self) -> float:
        """The total up to now."""
        since = self._since
        return self._before + (0.0 if since is None else time.monotonic() - since)


def _quoted(path: Path) -> str:
    """A path as one word of a flag's value. Go accepts both quotation marks, and no escapes."""
    mark = '"' if "'" in str(path) else "'"
    return f"{mark}{path}{mark}"


def generate_environment(env: Mapping[str, str], goroot: Path) -> dict[str, str]:
    """An environment for ``go generate``: its generators find ``go`` in the ``bin`` of this GOROOT."""
    return {**env, "GOROOT": str(goroot)}


def _observed(env: Mapping[str, str], goroot: Path) -> dict[str, str]:
    return {**env, "PATH": os.pathsep.join([str(goroot / "bin"), env.get("PATH") or os.defpath])}


def _unobserved(env: Mapping[str, str], goroot: Path) -> dict[str, str]:
    """The environment without what `_observed` and `generate_environment` add: go must not depend on observation."""
    plain = dict(env)
    folders = plain.get("PATH", "").split(os.pathsep)
    plain["PATH"] = os.pathsep.join(folder for folder in folders if folder != str(goroot / "bin"))
    if plain.get("GOROOT") == str(goroot):
        del plain["GOROOT"]
    return plain
