"""The only place that starts processes: a process group, a time limit, output in files, nothing left running."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Finished", "run"]

_UMASK = 0o022
_HAS_WAITID = hasattr(os, "waitid")


@dataclass(frozen=True, slots=True)
class Finished:
    """How a process ended, and what it printed."""

    returncode: int
    """Exit status; negative: the signal that killed it."""
    stdout: bytes
    stderr: bytes
    seconds: float
    timed_out: bool


def run(
    argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: Path, timeout: float | None = None
) -> Finished:
    """Run ``argv`` to its end, with ``stdout`` and ``stderr`` written to files of these names in ``output``.

    The process leads a group of its own, and the whole group is killed when the leader ends, when ``timeout`` (seconds)
    is exceeded, and when this call is interrupted. Raises `OSError` when the program cannot be started.
    """
    # Files, not pipes: a grandchild that outlives its parent cannot keep us waiting for end-of-file.
    with (output / "stdout").open("wb") as out, (output / "stderr").open("wb") as err:
        begun = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - the user's own go command
            list(argv),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
            umask=_UMASK,
        )
        timed_out = _wait(process, timeout)
        seconds = time.perf_counter() - begun
    return Finished(
        process.returncode,
        (output / "stdout").read_bytes(),
        (output / "stderr").read_bytes(),
        seconds,
        timed_out,
    )


def _wait(process: subprocess.Popen[bytes], timeout: float | None) -> bool:
    """Wait for the leader, then end whatever is left of its group; True when the time limit ended it."""
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        _kill_group(process.pid)

    timer = threading.Timer(timeout, expire) if timeout is not None else None
    if timer:
        timer.daemon = True
        timer.start()
    try:
        if _HAS_WAITID:
            # Not reaped yet: as a zombie the leader keeps its number, so the kill below cannot hit a stranger.
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        else:  # macOS before Python 3.13
            process.wait()
    finally:
        # On every way out, Ctrl-C included: the group is in a session of its own, no terminal signal reaches it.
        if timer:
            timer.cancel()
            timer.join()
        _kill_group(process.pid)
        process.wait()
    return expired.is_set() and process.returncode != 0


def _kill_group(leader: int) -> None:
    # PermissionError: macOS says so of a group of zombies.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
