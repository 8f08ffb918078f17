"""Runs a program with every go command that it calls under observation."""

from __future__ import annotations

import errno
import os
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_gocache.errors import UsageError
from pytest_gocache.golang.godebug import without_debug_settings
from pytest_gocache.host import process
from pytest_gocache.host.process import Finished
from pytest_gocache.run.go_command import GoCall, step_folder
from pytest_gocache.run.shim_server import KILLED, Reply, Request, Watcher

__all__ = ["CalledGo", "below_generate", "run_program"]

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


@dataclass(slots=True)
class CalledGo:
    """A go command that a program has called."""

    call: GoCall
    begun: float
    returncode: int = KILLED
    seconds: float = 0.0
    downloads: tuple[str, ...] = ()

    def ended(self, returncode: int) -> None:
        """Note how it ended: it is about to return to the program."""
        self.returncode = returncode
        self.seconds = time.perf_counter() - self.begun
        self.call.ended(returncode)
        self.downloads = self.call.downloads()

    @property
    def done(self) -> Finished:
        """How it ended, and what it printed."""
        printed = [self.call.folder / name for name in ("stdout", "stderr")]
        stdout, stderr = (file.read_bytes() if file.is_file() else b"" for file in printed)
        return Finished(self.returncode, stdout, stderr, self.seconds, timed_out=False)


def run_program(  # noqa: PLR0913 - a program, where it runs, and who observes it
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    goroot: Path,
    folder: Path,
    timeout: float | None,
    umask: int,
    observe: Callable[[Request, Path], GoCall],
) -> tuple[Finished, list[CalledGo]]:
    """Run ``argv`` to its end; returns how it ended, and the go commands that it has called, as they started.

    ``goroot`` is what `shim_goroot` made. ``observe`` is given what each go command was called with, and a folder for
    it. Raises what ``observe`` raises, and `UsageError` when the program cannot be started.
    """
    called: list[CalledGo] = []
    pauses = _Stopwatch()

    def answer(request: Request) -> Reply:
        plain = replace(request, env=_unobserved(request.env, goroot))
        # It may take long to make a cache warm: the program has no part in that.
        with pauses:
            call = observe(plain, step_folder(folder, len(called) + 1, "go", request.args))
        this = CalledGo(call, time.perf_counter())
        called.append(this)
        argv, env = call.argv, call.env
        # What a test starts is not observed: PATH is an input of its result, and so are its arguments.
        if call.arguments.verb == "generate":
            env = below_generate(env, goroot)
        elif call.arguments.verb == "run" and call.runs_here:
            argv.insert(2 + call.arguments.insert_at, f"-exec={_quoted(goroot / 'bin' / 'below')}")
        return Reply(argv, env, call.folder / "stdout", call.folder / "stderr", this.ended)

    outer = _observed(env, goroot)
    outer["GODEBUG"] = without_debug_settings(env.get("GODEBUG", ""))
    if not outer["GODEBUG"]:
        del outer["GODEBUG"]
    with Watcher(goroot / "watcher", answer) as watcher:
        try:
            done = process.run(
                argv, cwd=cwd, env=outer, output=folder, timeout=timeout, umask=umask, paused=pauses.seconds
            )
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise
            raise UsageError(
                f"`{shlex.join(argv)}` cannot be started in {cwd}: {error.strerror or error}; PATH={outer['PATH']}"
            ) from error
    watcher.check()
    return done, called


class _Stopwatch:
    """The seconds spent in a context that is entered again and again, up to now."""

    def __init__(self) -> None:
        self._before = 0.0
        self._since: float | None = None

    def __enter__(self) -> None:
        self._since = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._before, self._since = self.seconds(), None

    def seconds(self) -> float:
        since = self._since
        return self._before + (0.0 if since is None else time.monotonic() - since)


def _quoted(path: Path) -> str:
    """A path as a word of a flag's value: Go knows two kinds of quotation marks, and no way out of them."""
    mark = '"' if "'" in str(path) else "'"
    return f"{mark}{path}{mark}"


def below_generate(env: Mapping[str, str], goroot: Path) -> dict[str, str]:
    """An environment for ``go generate``, which puts its own GOROOT's ``bin`` in front of PATH."""
    return {**env, "GOROOT": str(goroot)}


def _observed(env: Mapping[str, str], goroot: Path) -> dict[str, str]:
    return {**env, "PATH": os.pathsep.join([str(goroot / "bin"), env.get("PATH") or os.defpath])}


def _unobserved(env: Mapping[str, str], goroot: Path) -> dict[str, str]:
    """What was in the environment before it was made to be observed: what go does must not depend on that."""
    plain = dict(env)
    folders = plain.get("PATH", "").split(os.pathsep)
    plain["PATH"] = os.pathsep.join(folder for folder in folders if folder != str(goroot / "bin"))
    if plain.get("GOROOT") == str(goroot):
        del plain["GOROOT"]
    return plain
