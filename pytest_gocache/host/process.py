"""The only place that starts processes: a process group, a time limit, output in files, nothing left running."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path

__all__ = ["UMASK", "Finished", "run"]

UMASK = 0o022
"""What processes start with, whatever pytest was started with."""
_HAS_WAITID = hasattr(os, "waitid")
_PIPE_BYTES = 1 << 20  # what an unprivileged process may ask for
_PAUSE_SECONDS = 0.005
_LONGEST_POLL = 2**31 - 1  # milliseconds: 24 days


@dataclass(frozen=True, slots=True)
class Finished:
    """How a process ended, and what it printed."""

    returncode: int
    """Exit status; negative: the signal that killed it."""
    stdout: bytes
    stderr: bytes
    seconds: float
    timed_out: bool


def run(  # noqa: PLR0913 - a process, where it runs, and for how long
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    output: Path,
    timeout: float | None = None,
    umask: int = UMASK,
    paused: Callable[[], float] = lambda: 0.0,
    logs: bool = False,
) -> Finished:
    """Run ``argv`` to its end, with ``stdout`` and ``stderr`` written to files of these names in ``output``.

    The process leads a group of its own, and the whole group is killed when the leader ends, when ``timeout`` (seconds)
    is exceeded, and when this call is interrupted. Of its time ``paused`` gives the seconds that do not count, up to
    now. ``logs`` says that it writes many small pieces to stderr. Raises `OSError` when the program cannot be started.
    """
    # Nobody waits for an end-of-file: a grandchild that outlives its parent would keep it from us.
    with (output / "stdout").open("wb") as out, _stderr(output / "stderr", logs=logs) as err:
        begun = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - the user's own go command
            list(argv),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
            umask=umask,
        )
        timed_out = _wait(process, timeout, paused)
        seconds = time.perf_counter() - begun
    return Finished(
        process.returncode,
        (output / "stdout").read_bytes(),
        (output / "stderr").read_bytes(),
        seconds,
        timed_out,
    )


@contextlib.contextmanager
def _stderr(file: Path, *, logs: bool) -> Iterator[int]:
    """Gives the descriptor of a stream that ends up in ``file``, for many small pieces if it ``logs``.

    Go's hash log has up to 15,000 lines, each written by a system call, and into a large pipe such a call costs least.
    The pipe is emptied now and then, by a thread that does not wait at its end: every line would wake it.
    """
    with file.open("wb", buffering=0) as sink:
        pipe = _large_pipe() if logs else None
        if pipe is None:
            yield sink.fileno()
            return
        stop = threading.Event()
        failed: list[OSError] = []
        thread = threading.Thread(target=_empty, args=(pipe[0], sink, stop, failed), daemon=True)
        thread.start()
        try:
            yield pipe[1]
        finally:
            stop.set()
            thread.join()
            for end in pipe:
                os.close(end)
        if failed:
            raise failed[0]


def _large_pipe() -> tuple[int, int] | None:
    """A pipe of a megabyte; None where there is none, or not for this user."""
    if not hasattr(fcntl, "F_SETPIPE_SZ"):
        return None
    ends = os.pipe()
    try:
        fcntl.fcntl(ends[0], fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except OSError:
        for end in ends:
            os.close(end)
        return None
    os.set_blocking(ends[0], False)
    return ends


def _empty(read_end: int, sink: RawIOBase, stop: threading.Event, failed: list[OSError]) -> None:
    last = False
    while not last:
        last = stop.wait(_PAUSE_SECONDS)
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(read_end, _PIPE_BYTES):
                try:
                    while piece and not failed:
                        piece = piece[sink.write(piece) :]
                except OSError as error:  # noqa: PERF203
                    # Told at the end: a pipe that nobody empties would hold the writer up for ever.
                    failed.append(error)


def _wait(process: subprocess.Popen[bytes], timeout: float | None, paused: Callable[[], float]) -> bool:
    """Wait for the leader, then end whatever is left of its group; True when the time limit ended it."""
    with contextlib.ExitStack() as watch:
        try:
            expired = timeout is not None and not _ends_within(timeout, watch.enter_context(_end_of(process)), paused)
            if not expired:
                _wait_for_end(process)
        finally:
            # On every way out, Ctrl-C included: the group is in a session of its own, no terminal signal reaches it.
            _kill_group(process.pid)
            process.wait()
    return expired and process.returncode != 0


def _wait_for_end(process: subprocess.Popen[bytes]) -> None:
    if _HAS_WAITID:
        # Not reaped yet: as a zombie the leader keeps its number, so killing its group cannot hit a stranger.
        with contextlib.suppress(ChildProcessError):  # another thread was told to stop waiting, and has reaped it
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    else:  # macOS before Python 3.13
        process.wait()


def _ends_within(seconds: float, ended: Callable[[float], object], paused: Callable[[], float]) -> bool:
    """Whether what ``ended`` waits for comes in so many seconds, those of ``paused`` not counted."""
    left, allowed = seconds, 0.0
    while not ended(left):
        left = paused() - allowed
        if left <= 0:
            return False
        allowed += left
    return True


@contextlib.contextmanager
def _end_of(process: subprocess.Popen[bytes]) -> Iterator[Callable[[float], object]]:
    """Gives what waits for the end of a process, so many seconds at most; it returns something false without an end.

    The process must have ended when the context does.
    """
    try:
        descriptor = os.pidfd_open(process.pid)
    except (AttributeError, OSError):  # only on Linux, and not in every container
        waits = threading.Thread(target=_wait_for_end, args=(process,), daemon=True)
        waits.start()

        def ended(seconds: float) -> bool:
            waits.join(seconds)
            return not waits.is_alive()

        try:
            yield ended
        finally:
            waits.join()
        return
    try:
        # No thread is started for it, which every command would pay for.
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        yield lambda seconds: poll.poll(min(seconds * 1000, _LONGEST_POLL))
    finally:
        os.close(descriptor)


def _kill_group(leader: int) -> None:
    # PermissionError: macOS says so of a group of zombies.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
