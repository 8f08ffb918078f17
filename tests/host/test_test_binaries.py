"""Test binaries are found in /proc, get SIGQUIT when the time is over, and have the time to print."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from pytest_gocache.host import process, test_binaries
from pytest_gocache.host.process import Finished
from tests.host.test_process import assert_soon_gone

# Prints when it gets SIGQUIT, as the runtime of Go does, and ends.
PRINTS = """
import os, signal, sys, time
def quit(*_):
    os.write(1, b"goroutines\\n")
    os._exit(2)
signal.signal(signal.SIGQUIT, quit)
os.write(1, b"begun\\n")
time.sleep(600)
"""


@pytest.fixture
def binary(tmp_path: Path) -> Path:
    """A program with the name of a test binary, in a folder like that of Go."""
    folder = tmp_path / "go-build1" / "b001"
    folder.mkdir(parents=True)
    (folder / "prints.py").write_text(PRINTS, encoding="ascii")
    (folder / "lib.test").symlink_to(os.path.realpath(sys.executable))
    (folder / "_testmain.go").write_text('func init() {\n\ttestdeps.ImportPath = "example.com/lib"\n}\n', "ascii")
    return folder / "lib.test"


def run(tmp_path: Path, binary: Path, script: str, timeout: float = 1.0) -> Finished:
    """Run a shell script; ``$TEST`` starts the test binary."""
    test = f"{binary} {binary.with_name('prints.py')} -test.timeout=10m"
    return process.run(
        ["sh", "-c", script], cwd=tmp_path, env={**os.environ, "TEST": test}, output=tmp_path, timeout=timeout
    )


def test_it_prints_and_the_caller_has_time_to_print_too(tmp_path: Path, binary: Path) -> None:
    done = run(tmp_path, binary, "$TEST; echo code $?; sleep 0.5; echo after; sleep 600")
    assert done.stdout.decode().split("\n") == ["begun", "goroutines", "code 2", "after", ""]
    assert (done.timed_out, done.tested, done.returncode) == (True, ("example.com/lib",), -9)


@pytest.mark.parametrize("script", ["setsid -w $TEST", "$TEST & wait", "sh -c '$TEST; true'"])
def test_it_is_found_wherever_it_was_started(tmp_path: Path, binary: Path, script: str) -> None:
    done = run(tmp_path, binary, script)
    assert done.tested == ("example.com/lib",)
    assert done.stdout == b"begun\ngoroutines\n"


def test_a_command_that_succeeds_after_its_test_was_ended_has_timed_out(tmp_path: Path, binary: Path) -> None:
    done = run(tmp_path, binary, "$TEST; exit 0")
    assert (done.returncode, done.timed_out, done.tested) == (0, True, ("example.com/lib",))


def test_an_unknown_package_is_told_as_unknown(tmp_path: Path, binary: Path) -> None:
    binary.with_name("_testmain.go").unlink()
    done = run(tmp_path, binary, "$TEST")
    assert (done.tested, done.stdout) == (("",), b"begun\ngoroutines\n")


def test_what_only_looks_like_a_test_binary_gets_no_signal(tmp_path: Path, binary: Path) -> None:
    other = binary.with_name("app")
    other.symlink_to(binary)
    started = time.monotonic()
    for script in (f"{other} ${{TEST#* }}", "${TEST% *}"):  # a different name, no flag of a test
        done = run(tmp_path, binary, script, timeout=1)
        assert (done.tested, done.stdout, done.timed_out) == ((), b"begun\n", True)
    assert time.monotonic() - started < 4


def test_a_test_binary_that_a_test_starts_is_a_part_of_it(tmp_path: Path, binary: Path) -> None:
    inner = tmp_path / "inner.test"
    inner.symlink_to(binary)
    starts = binary.with_name("starts.py")
    starts.write_text(
        f"import subprocess\nsubprocess.Popen(['{inner}', '{binary.with_name('prints.py')}', '-test.run=Helper'])\n"
        + PRINTS,
        encoding="ascii",
    )
    done = run(tmp_path, binary, f"{binary} {starts} -test.v")
    assert done.tested == ("example.com/lib",)
    assert done.stdout.count(b"goroutines") == 1


def test_without_proc_nothing_is_signalled(tmp_path: Path, binary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_binaries, "_PROC", tmp_path / "absent")
    done = run(tmp_path, binary, "$TEST")
    assert (done.tested, done.stdout, done.returncode, done.timed_out) == ((), b"begun\n", -9, True)


def test_an_interrupt_while_a_test_prints_leaves_nothing_running(
    tmp_path: Path, binary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: int) -> tuple[str, ...]:
        raise KeyboardInterrupt

    monkeypatch.setattr(process, "quit_test_binaries", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, binary, "$TEST & echo $!; wait")
    assert_soon_gone(int((tmp_path / "stdout").read_text(encoding="ascii").split()[0]))
