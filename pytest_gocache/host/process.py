"""The only module that starts processes: each in a group of its own, with a time limit and its output in files."""

from __future__ import annotations

import contextlib
import fcntl
import functools
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
from types import FrameType

from pytest_gocache.host.test_binaries import quit_test_binaries

__all__ = ["UMASK", "Finished", "kill_group", "run", "run_in_terminal"]

UMASK = 0o022
"""The umask of every process, whatever the umask of pytest."""
_HAS_WAITID = hasattr(os, "waitid")
_PIPE_BYTES = 1 << 20  # the most that Linux gives to an unprivileged process
_PAUSE_SECONDS = 0.005
_LAST_SECONDS = 2.0  # for go test to print the output of a test binary that has ended
# Whose handlers may raise: those of Python, pytest, pytest-timeout and users.
_INTERRUPTS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGALRM", "SIGUSR1") if hasattr(signal, name)
)
_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_LONGEST_POLL = 2**31 - 1  # milliseconds: 24 days
# Reads "+ GROUP" and "- GROUP" until nothing holds the pipe open any more, and then kills the groups that are left. It
# runs in the background, so that no child of this process is left to wait for.
_WATCHDOG = """
exec 3<&0
{
    trap '' HUP INT TERM
    groups=' '
    while read -r change group; do
        case $change in
        +) groups="$groups$group " ;;
        -) case $groups in
           *" $group "*) groups="${groups%%" $group "*} ${groups#*" $group "}" ;;
           esac ;;
        esac
    done
    for group in $groups; do kill -9 "-$group"; done
} <&3 3<&- &
"""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a process ended, and what it printed."""

    returncode: int
    """Exit status; negative: the signal that killed it."""
    stdout: bytes
    stderr: bytes
    seconds: float
    timed_out: bool
    tested: tuple[str, ...] = ()
    """The packages of the test binaries that ran when the time was over; "" for a package that is unknown."""


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
    stdin: Path | None = None,
    on_start: Callable[[int], None] = lambda _: None,
) -> Finished:
    """Run ``argv`` to its end, with ``stdout`` and ``stderr`` in files of these names in ``output``.

    The process leads a process group. The whole group is killed when the leader ends, when ``timeout`` (seconds) is
    exceeded, when this call is interrupted, and when the process that made this call dies. When the timeout is
    exceeded, test binaries of Go get SIGQUIT first, and some seconds to print their goroutines. ``paused`` returns the
    seconds up to now that do not count towards the timeout. ``logs``: the process writes many small pieces to stderr.
    ``stdin`` is a file. ``on_start`` gets the number of the process group, for `kill_group`. Raises `OSError` when the
    program does not start.
    """
    # Output goes to files, not to pipes read until end-of-file: a grandchild that outlives the leader holds them open.
    with (
        (output / "stdout").open("wb") as out,
        _stderr(output / "stderr", logs=logs) as err,
        Path(stdin or os.devnull).open("rb") as given,
    ):
        with contextlib.suppress(OSError):
            _watchdog()  # the first call takes milliseconds, in which this process can die
        begun = time.perf_counter()
        with _HeldSignals() as held:
            process = subprocess.Popen(  # noqa: S603 - the user's own go command
                list(argv),
                cwd=cwd,
                env=dict(env),
                stdin=given,
                stdout=out,
                stderr=err,
                start_new_session=True,
                umask=umask,
            )
            on_start(process.pid)
            expired, tested = _wait(process, timeout, paused, held.release)
        seconds = time.perf_counter() - begun
    return Finished(
        process.returncode,
        (output / "stdout").read_bytes(),
        (output / "stderr").read_bytes(),
        seconds,
        # A program may succeed although the tests that it started were ended.
        timed_out=expired and (process.returncode != 0 or bool(tested)),
        tested=tested,
    )


def run_in_terminal(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Finished:
    """Run ``argv`` to its end, with this process's own input, output and umask; nothing of its output is kept.

    The process leads a process group. Ctrl-C and other signals that end this process are passed on to the group, and
    it is the program that decides. The rest of the group is killed when the leader ends, or when this process dies.
    Raises `OSError` when the program does not start.
    """
    with contextlib.suppress(OSError):
        _watchdog()
    begun = time.perf_counter()
    started: list[int] = []
    early: list[int] = []  # signals that came before the start had returned

    def pass_on(number: int, _: FrameType | None) -> None:
        if started:
            _send_group(started[0], number)
        else:
            early.append(number)

    # A signal that this process ignores, as under nohup, stays ignored.
    passed = [one for one in _PASSED_ON if signal.getsignal(one) is not signal.SIG_IGN]
    handlers = {number: signal.signal(number, pass_on) for number in passed}
    try:
        # A session of its own, as in run(): what the program leaves behind is killed, and not this process with it.
        process = subprocess.Popen(list(argv), cwd=cwd, env=dict(env), start_new_session=True)  # noqa: S603 - as in run()
        started.append(process.pid)
        for number in early:
            _send_group(process.pid, number)
        _wait(process, None, lambda: 0.0, lambda: None)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return Finished(process.returncode, b"", b"", time.perf_counter() - begun, timed_out=False)


@contextlib.contextmanager
def _stderr(file: Path, *, logs: bool) -> Iterator[int]:
    """A descriptor whose output is written to ``file``; with ``logs``, one that is fast for many small pieces.

    Go's hash log has up to 15,000 lines and Go writes each with a system call, which is cheapest into a large pipe. A
    thread empties the pipe every few milliseconds. It does not block on the pipe, since every line would wake it.
    """
    with file.open("wb", buffering=0) as sink:
        pipe = _large_pipe() if logs else None
        if pipe is None:
            yield sink.fileno()
            return
        stop = threading.Event()
        failed: list[OSError] = []
        thread = threading.Thread(target=_empty, args=(pipe[0], sink, str(file), stop, failed), daemon=True)
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
    """A pipe of a megabyte; None where the system, or the user's limit, does not allow one."""
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


def _empty(read_end: int, sink: RawIOBase, file: str, stop: threading.Event, failed: list[OSError]) -> None:
    last = False
    while not last:
        last = stop.wait(_PAUSE_SECONDS)
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(read_end, _PIPE_BYTES):
                try:
                    while piece and not failed:
                        piece = piece[sink.write(piece) :]
                except OSError as error:  # noqa: PERF203
                    # Raised at the end. Until then the pipe is emptied: a full one would block the writer for ever.
                    failed.append(OSError(error.errno, error.strerror, file))


class _HeldSignals:
    """Keeps signals from interrupting a block before `release`.

    `subprocess.Popen` starts a process some time before it returns. An exception from a signal handler in between, such
    as KeyboardInterrupt, would leave a process that nobody knows of. Signals reach handlers in the main thread only.
    """

    def __init__(self) -> None:
        self._handlers: dict[int, Callable[[int, FrameType | None], object]] = {}
        self._waiting: list[int] = []
        self._held: list[tuple[int, FrameType | None]] = []

    def __enter__(self) -> _HeldSignals:
        if threading.current_thread() is threading.main_thread():
            try:
                for number in _INTERRUPTS:
                    handler = signal.getsignal(number)
                    if callable(handler):
                        self._handlers[number] = handler
                        self._waiting.append(number)
                        signal.signal(number, self._hold)
            except BaseException:  # of the handler of a signal that is not held yet
                self.release()
                raise
        return self

    def _hold(self, number: int, frame: FrameType | None) -> None:
        self._held.append((number, frame))

    def release(self) -> None:
        """Let the handlers handle signals again, first those that were held."""
        # A handler that raises leaves the rest to the next call.
        while self._waiting:
            signal.signal(self._waiting[-1], self._handlers[self._waiting[-1]])
            self._waiting.pop()
        while self._held:
            number, frame = self._held.pop(0)
            self._handlers[number](number, frame)

    def __exit__(self, *_: object) -> None:
        self.release()


def _wait(
    process: subprocess.Popen[bytes],
    timeout: float | None,
    paused: Callable[[], float],
    started: Callable[[], None],
) -> tuple[bool, tuple[str, ...]]:
    """Wait for the leader, then kill the rest of its group.

    Returns whether the time limit was exceeded, and what `quit_test_binaries` returned then. ``started`` is called
    when an interrupt from then on kills the group.
    """
    tested: tuple[str, ...] = ()
    with contextlib.ExitStack() as watch:
        try:
            _tell_watchdog("+", process.pid)
            started()
            ended = watch.enter_context(_end_of(process)) if timeout is not None else None
            expired = ended is not None and timeout is not None and not _ends_within(timeout, ended, paused)
            if ended is None or not expired:
                _wait_for_end(process)
            elif tested := quit_test_binaries(process.pid):
                ended(_LAST_SECONDS)
        finally:
            # In every case, Ctrl-C included: the group is in a session of its own, which terminal signals do not reach.
            with _HeldSignals():
                kill_group(process.pid)
                _tell_watchdog("-", process.pid)  # before the process is reaped and its ID can be a different group's
                process.wait()
    return expired, tested


def _wait_for_end(process: subprocess.Popen[bytes]) -> None:
    if _HAS_WAITID:
        # Not reaped yet: a zombie keeps its process ID, so its group's ID cannot belong to a different group.
        with contextlib.suppress(ChildProcessError):  # the main thread stopped waiting, and reaped it
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    else:  # macOS before Python 3.13
        process.wait()


def _ends_within(seconds: float, ended: Callable[[float], bool], paused: Callable[[], float]) -> bool:
    """Whether ``ended(timeout)`` becomes true within ``seconds``, not counting the seconds of ``paused``."""
    left, allowed = seconds, 0.0
    while not ended(left):
        left = paused() - allowed
        if left <= 0:
            return False
        allowed += left
    return True


@contextlib.contextmanager
def _end_of(process: subprocess.Popen[bytes]) -> Iterator[Callable[[float], bool]]:
    """A function that waits at most so many seconds and returns whether the process has ended.

    The context must not be left before the process has ended.
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
        # A thread would cost every command more.
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        yield lambda seconds: bool(poll.poll(min(seconds * 1000, _LONGEST_POLL)))
    finally:
        os.close(descriptor)


def kill_group(leader: int) -> None:
    """Kill a process group, which need not exist any more."""
    _send_group(leader, signal.SIGKILL)


def _send_group(leader: int, number: int) -> None:
    # PermissionError: from macOS, for a group of zombies.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _tell_watchdog(change: str, group: int) -> None:
    """Tell the watchdog that a process group has started (``+``) or ended (``-``)."""
    with contextlib.suppress(OSError):  # somebody killed or stopped the watchdog: the tests go on
        os.write(_watchdog(), f"{change} {group}\n".encode("ascii"))


@functools.cache
def _watchdog() -> int:
    """The pipe to a shell that kills what is left when this process dies: by SIGTERM, by SIGKILL, by `os._exit`.

    Linux can send a signal to a child whose parent dies, but only to the child, and not to its own children: the
    compilers, and the program of ``go run``. Raises `OSError` when there is no shell.
    """
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    try:
        # A session of its own: signals for the process group of pytest do not reach it. No folder is kept in use.
        subprocess.run(  # noqa: S603 - the text above
            ["/bin/sh", "-c", _WATCHDOG],
            stdin=read_end,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
            start_new_session=True,
            check=False,
        )
    except OSError:
        os.close(write_end)
        raise
    finally:
        os.close(read_end)
    os.register_at_fork(after_in_child=_forget_watchdog)
    return write_end


def _forget_watchdog() -> None:
    """Leave the watchdog to the parent: the open pipe of a fork would keep it waiting."""
    if _watchdog.cache_info().currsize:
        os.close(_watchdog())
        _watchdog.cache_clear()
