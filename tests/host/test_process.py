"""process.run: what a command's end means, and that nothing of it is left running."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from pytest_gocache.host import process

ENV = {"PATH": os.environ["PATH"]}
FOREVER = "600"
SOON = 30.0  # seconds in which what must happen has happened, on the slowest machine


@pytest.fixture
def output(tmp_path: Path) -> Path:
    folder = tmp_path / "output"
    folder.mkdir()
    return folder


@pytest.fixture(params=["descriptor", "thread"])
def waits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How the end of a process is waited for: with a descriptor of it, which only Linux has, or in a thread."""

    def refuse(_: int) -> int:
        raise OSError("not in this container")

    if request.param == "thread":
        monkeypatch.setattr(os, "pidfd_open", refuse, raising=False)
    return str(request.param)


def sh(script: str, output: Path, timeout: float | None = None) -> process.Finished:
    return process.run(["sh", "-c", script], cwd=output.parent, env=ENV, output=output, timeout=timeout)


def is_gone(pid: int) -> bool:
    """Whether a process has ended; a zombie that nobody waits for has."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            return stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] in {"Z", "X"}
        except (FileNotFoundError, ProcessLookupError):
            return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def assert_soon_gone(pid: int) -> None:
    end = time.monotonic() + SOON
    while not is_gone(pid):
        assert time.monotonic() < end, f"process {pid} is still running"
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("script", "returncode"), [("exit 0", 0), ("exit 7", 7), ("kill -SEGV $$", -11), ("kill $$", -15)]
)
def test_the_exit_status_or_signal_is_reported(script: str, returncode: int, output: Path) -> None:
    done = sh(script, output)
    assert done.returncode == returncode
    assert not done.timed_out
    assert 0 <= done.seconds < SOON


def test_both_outputs_are_captured_byte_for_byte_and_stay_in_their_files(output: Path) -> None:
    done = sh(r"printf 'a\377\r\n'; printf 'b\376' >&2", output)
    assert (done.stdout, done.stderr) == (b"a\xff\r\n", b"b\xfe")
    assert (output / "stdout").read_bytes() == done.stdout
    assert (output / "stderr").read_bytes() == done.stderr


def test_large_outputs_do_not_block(output: Path) -> None:
    done = sh("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2", output)
    assert len(done.stdout) == len(done.stderr) == 3_000_000


def test_the_environment_and_the_folder_are_exactly_those_given(output: Path) -> None:
    env_program = shutil.which("env")
    assert env_program is not None
    done = process.run([env_program], cwd=output.parent, env={"ONLY": "this"}, output=output)
    assert done.stdout == b"ONLY=this\n"
    assert sh("pwd -P", output).stdout.decode().strip() == str(output.parent.resolve())


def test_stdin_is_empty(output: Path) -> None:
    assert sh("cat; echo end", output).stdout == b"end\n"


@pytest.mark.parametrize("ours", [0o000, 0o077, 0o022])
def test_the_umask_is_the_same_whatever_ours_is(ours: int, output: Path) -> None:
    before = os.umask(ours)
    try:
        done = sh("umask; : > made", output)
    finally:
        os.umask(before)
    assert int(done.stdout, 8) == 0o022
    assert (output.parent / "made").stat().st_mode & 0o777 == 0o644


def test_the_command_leads_a_session_of_its_own(output: Path) -> None:
    program = "import os; print(os.getpid() == os.getpgrp() == os.getsid(0))"
    done = process.run([sys.executable, "-c", program], cwd=output, env=ENV, output=output)
    assert done.stdout == b"True\n"


@pytest.mark.usefixtures("waits")
def test_a_timeout_kills_grandchildren_that_ignore_signals(output: Path) -> None:
    # The shell and its child ignore what can be ignored; the test waits for the limit, not for the sleep.
    done = sh(f"trap '' TERM INT HUP; sleep {FOREVER} & echo $!; wait", output, timeout=1.0)
    assert done.timed_out
    assert done.returncode == -signal.SIGKILL
    assert done.seconds < SOON
    assert_soon_gone(int(done.stdout))


@pytest.mark.usefixtures("waits")
def test_a_command_within_its_limit_has_not_timed_out(output: Path) -> None:
    done = sh("exit 3", output, timeout=SOON)
    assert (done.returncode, done.timed_out) == (3, False)


@pytest.mark.usefixtures("waits")
def test_time_that_does_not_count_extends_the_limit(output: Path) -> None:
    asked: list[float] = []

    def paused() -> float:
        asked.append(0.25 * min(len(asked) + 1, 3))
        return asked[-1]

    begun = time.monotonic()
    done = process.run(["sleep", FOREVER], cwd=output.parent, env=ENV, output=output, timeout=0.2, paused=paused)
    assert done.timed_out
    assert asked == [0.25, 0.5, 0.75, 0.75]
    assert time.monotonic() - begun >= 0.95
    done = process.run(
        ["sleep", "0.5"],
        cwd=output.parent,
        env=ENV,
        output=output,
        timeout=0.2,
        paused=lambda: time.monotonic() - begun,
    )
    assert (done.returncode, done.timed_out) == (0, False)


def test_a_grandchild_left_behind_is_killed_when_the_leader_ends(output: Path) -> None:
    done = sh(f"sleep {FOREVER} & echo $!", output)
    assert (done.returncode, done.timed_out) == (0, False)
    assert done.seconds < SOON
    assert_soon_gone(int(done.stdout))


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="needs a signal sent to the main thread")
@pytest.mark.usefixtures("waits")
def test_an_interrupt_kills_the_whole_group(output: Path) -> None:
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("needs to run in the main thread, which alone gets signals")

    def interrupt() -> None:
        end = time.monotonic() + SOON
        while not (output / "stdout").exists() or not (output / "stdout").read_bytes().endswith(b"\n"):
            if time.monotonic() > end:
                break
            time.sleep(0.01)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    thread = threading.Thread(target=interrupt)
    try:
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            sh(f"sleep {FOREVER} & echo $$ $!; wait", output, timeout=10 * SOON)
    finally:
        thread.join()
        signal.signal(signal.SIGINT, before)
    for pid in map(int, (output / "stdout").read_text(encoding="ascii").split()):
        assert_soon_gone(pid)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs to see all processes")
# An interrupt between the opening of a file and its `with` leaves the file to the garbage collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_at_any_moment_leaves_no_process(output: Path) -> None:
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("needs to run in the main thread, which alone gets signals")
    main, chance = threading.main_thread().ident or 0, random.Random(1)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        for number in range(100):
            moment = threading.Timer(chance.uniform(0, 0.006), signal.pthread_kill, (main, signal.SIGINT))
            # Python drops an exception that a handler raises while an object is deleted: the time limit ends these.
            with contextlib.suppress(KeyboardInterrupt):
                moment.start()
                sh(f"sleep {FOREVER}.{os.getpid()}{number:03}", output, timeout=1)
            with contextlib.suppress(KeyboardInterrupt):
                moment.join()
    finally:
        signal.signal(signal.SIGINT, before)
    end = time.monotonic() + SOON
    while left := [text for text in _command_lines() if f"{FOREVER}.{os.getpid()}" in text]:
        assert time.monotonic() < end, left
        time.sleep(0.01)


def _command_lines() -> list[str]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(file.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
    return found


def test_an_interrupt_before_all_signals_are_held_restores_the_handlers(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class ExpiredError(Exception):
        """What the handler of a time limit raises."""

    def expire(*_: object) -> None:
        raise ExpiredError

    def set_and_expire(number: int, handler: Any) -> Any:
        before = real(number, handler)
        if number == signal.SIGINT and handler is not interrupt:
            os.kill(os.getpid(), signal.SIGALRM)  # which is held after SIGINT
        return before

    real, interrupt = signal.signal, signal.getsignal(signal.SIGINT)
    before = real(signal.SIGALRM, expire)
    try:
        monkeypatch.setattr(signal, "signal", set_and_expire)
        with pytest.raises(ExpiredError):
            sh("exit 0", output)
        monkeypatch.undo()
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)) == (interrupt, expire)
    finally:
        real(signal.SIGALRM, before)
        real(signal.SIGINT, interrupt)


def test_a_signal_before_a_failed_start_is_not_lost(output: Path) -> None:
    def fail(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        raise OSError("no such program")

    got: list[int] = []

    def handle(number: int, _: object) -> None:
        got.append(number)

    before = signal.signal(signal.SIGTERM, handle)
    try:
        with mock.patch.object(subprocess, "Popen", fail), pytest.raises(OSError, match="no such program"):
            sh("exit 0", output)
        assert (got, signal.getsignal(signal.SIGTERM)) == ([signal.SIGTERM], handle)
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("waits")
def test_no_timer_thread_is_left_behind(output: Path) -> None:
    before = set(threading.enumerate())  # not their number: one of an earlier test's may end meanwhile
    sh("exit 0", output, timeout=SOON)
    assert set(threading.enumerate()) <= before
    for _ in range(20):  # one that is not waited for is mostly faster than a look
        sh(f"sleep {FOREVER}", output, timeout=0.01)
        assert set(threading.enumerate()) <= before, "a thread waits for a process that is gone"


def test_a_limit_of_years_is_one_too(output: Path) -> None:
    done = sh("exit 3", output, timeout=1e9)
    assert (done.returncode, done.timed_out) == (3, False)


def test_a_program_that_does_not_exist_is_an_error_of_its_own(output: Path) -> None:
    with pytest.raises(FileNotFoundError):
        process.run([str(output / "nothing")], cwd=output, env=ENV, output=output)


def test_a_program_that_may_not_be_run_is_an_error_of_its_own(output: Path) -> None:
    (output / "text").write_text("no program", encoding="ascii")
    with pytest.raises(PermissionError):
        process.run([str(output / "text")], cwd=output, env=ENV, output=output)


def test_a_folder_that_does_not_exist_is_an_error_of_its_own(output: Path) -> None:
    with pytest.raises(FileNotFoundError):
        process.run(["true"], cwd=output / "nowhere", env=ENV, output=output)


def test_more_than_a_pipe_holds_arrives_whole_and_in_order(tmp_path: Path) -> None:
    count = 400_000  # lines: some three megabytes
    done = process.run(
        [sys.executable, "-c", f"import os\nfor i in range({count}): os.write(2, b'%d\\n' % i)"],
        cwd=tmp_path,
        env=os.environ,
        output=tmp_path,
        logs=True,
    )
    expected = b"".join(b"%d\n" % i for i in range(count))
    assert len(expected) > 2 << 20
    assert done.stderr == expected
    assert (tmp_path / "stderr").read_bytes() == expected


def test_a_full_disk_is_an_error_and_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "stderr").symlink_to("/dev/full")
    begun = time.monotonic()
    with pytest.raises(OSError, match="No space left on device"):
        process.run(
            [sys.executable, "-c", "import os\nfor i in range(100): os.write(2, bytes(1 << 20))"],
            cwd=tmp_path,
            env=os.environ,
            output=tmp_path,
            logs=True,
        )
    assert time.monotonic() - begun < 30


def test_where_there_is_no_large_pipe_a_file_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_large_pipe", lambda: None)
    done = process.run(["sh", "-c", "echo told >&2"], cwd=tmp_path, env=os.environ, output=tmp_path, logs=True)
    assert done.stderr == b"told\n"


# Says the process IDs of a command's leader and its child, and then does not end by itself.
STARTS = """
import os, sys, threading, time
from pathlib import Path
from pytest_gocache.host import process

def run():
    process.run(["sh", "-c", "sleep 600 & echo $$ $!; wait"], cwd=Path("/"), env=os.environ, output=Path(sys.argv[1]))

FORK
threading.Thread(target=run, daemon=True).start()
while not (Path(sys.argv[1]) / "stdout").exists() or not (Path(sys.argv[1]) / "stdout").read_bytes().endswith(b"\\n"):
    time.sleep(0.01)
print((Path(sys.argv[1]) / "stdout").read_text(), end="", flush=True)
if sys.argv[2] == "exit":
    time.sleep(0.2)
    os._exit(1)
time.sleep(600)
"""
FORKS = """
process.run(["true"], cwd=Path("/"), env=os.environ, output=Path(sys.argv[1]))
(Path(sys.argv[1]) / "stdout").unlink()
if os.fork() == 0:
    os.close(1)
    time.sleep(600)
"""


@pytest.mark.parametrize("fork", ["", FORKS], ids=["alone", "with a fork that lives on"])
@pytest.mark.parametrize("death", ["TERM", "HUP", "KILL", "exit"])
def test_when_this_process_dies_nothing_of_a_command_lives_two_seconds_later(
    output: Path, death: str, fork: str
) -> None:
    command = [sys.executable, "-c", STARTS.replace("FORK", fork), str(output), death]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as starter:
        assert starter.stdout is not None
        pids = [int(pid) for pid in starter.stdout.readline().split()]
        assert len(pids) == 2
        if death != "exit":
            starter.send_signal(getattr(signal, f"SIG{death}"))
        starter.wait(SOON)
        end = time.monotonic() + 2.0
        while not all(map(is_gone, pids)) and time.monotonic() < end:
            time.sleep(0.01)
        left = [pid for pid in pids if not is_gone(pid)]
        os.killpg(starter.pid, signal.SIGKILL) if fork else None
    assert left == []


def test_the_watchdog_kills_the_groups_that_are_left_and_takes_any_end() -> None:
    left, ended = (subprocess.Popen(["sleep", FOREVER], start_new_session=True) for _ in range(2))
    lines = ["- 999999"] * 100  # never started: what it remembers must not grow
    lines += [f"+ {left.pid}", f"+ {ended.pid}", "- 999999", f"- {ended.pid}", "- 999999"]
    script = process._WATCHDOG  # noqa: SLF001 - it runs apart from this process
    # It ends when the watchdog does, which holds the output open.
    fed = "\n".join([*lines, ""])
    subprocess.run(["/bin/sh", "-c", script], input=fed, text=True, capture_output=True, check=True, timeout=SOON)
    assert left.wait(SOON) == -signal.SIGKILL
    assert ended.poll() is None
    ended.kill()
    ended.wait()


def test_the_watchdog_ends_with_this_process_and_is_no_child_of_it(output: Path) -> None:
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom pytest_gocache.host import process\n"
        "process.run(['true'], cwd=Path('/'), env={}, output=Path(sys.argv[1]))\n"
        "try:\n    os.waitpid(-1, os.WNOHANG)\nexcept ChildProcessError:\n    print('childless')\n"
    )
    # It would keep the pipes open: communicate() would wait for it.
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", "dev", "-c", program, str(output)],
        capture_output=True,
        text=True,
        check=False,
        timeout=SOON,
    )
    assert (done.stdout, done.stderr) == ("childless\n", "")


def test_without_a_shell_commands_run_all_the_same(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise FileNotFoundError("/bin/sh")

    monkeypatch.setattr(process, "_watchdog", refuse)
    assert sh("echo done", output).stdout == b"done\n"


def test_in_a_terminal_output_and_umask_are_ours(capfd: pytest.CaptureFixture[str], output: Path) -> None:
    before = os.umask(0o027)
    try:
        done = process.run_in_terminal(["sh", "-c", "umask; echo err >&2; exit 4"], cwd=output, env=ENV)
    finally:
        os.umask(before)
    assert (done.returncode, done.stdout) == (4, b"")
    assert capfd.readouterr() == ("0027\n", "err\n")


def test_in_a_terminal_what_the_leader_leaves_behind_is_killed(output: Path) -> None:
    process.run_in_terminal(["sh", "-c", f"sleep {FOREVER} & echo $! > pid"], cwd=output, env=ENV)
    assert_soon_gone(int((output / "pid").read_text(encoding="ascii")))


def test_in_a_terminal_a_signal_is_passed_on_and_the_handlers_come_back(output: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    # The program sends the signal that Ctrl-C sends to this process, and gets it back.
    script = f"trap 'exit 6' INT; kill -INT {os.getpid()}; while :; do sleep 0.05; done"
    assert process.run_in_terminal(["sh", "-c", script], cwd=output, env=ENV).returncode == 6
    assert signal.getsignal(signal.SIGINT) is before
