"""Tests that hang: the error names their packages and shows Go's own list of goroutines, and nothing is left running."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from pytest_gocache import GoModule, GoTimeoutError
from tests.with_go.programs import assert_soon_gone

APP = "example.com/app"
HANGS = """
-- fine/fine_test.go --
package fine

import "testing"

func TestFine(t *testing.T) {}
-- hangs/hangs_test.go --
package hangs

import (
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"
)

func serve() { time.Sleep(time.Hour) }

func TestHang(t *testing.T) {
	pids := strconv.Itoa(os.Getpid())
	if os.Getenv("CHILD") != "" {
		// It holds the output of the test open.
		files := []*os.File{nil, os.Stdout, os.Stderr}
		child, err := os.StartProcess("/bin/sleep", []string{"sleep", "600"}, &os.ProcAttr{Files: files})
		if err != nil {
			t.Fatal(err)
		}
		pids += " " + strconv.Itoa(child.Pid)
	}
	if os.Getenv("DEAF") != "" {
		signal.Ignore(syscall.SIGQUIT)
	}
	if err := os.WriteFile(os.Getenv("PIDS"), []byte(pids), 0o666); err != nil {
		t.Fatal(err)
	}
	go serve()
	select {}
}
"""


@pytest.fixture
def hangs(go_module: GoModule, tmp_path: Path) -> GoModule:
    go_module.load(HANGS)
    go_module.env["PIDS"] = str(tmp_path / "pids")
    go_module.test("-run=^$", "./...", timeout=300)  # only the tests themselves count towards the time limit
    return go_module


def timed_out(module: GoModule, *args: str, seconds: float = 4, **env: str) -> GoTimeoutError:
    """The error of a command that hangs, when all of its processes are gone."""
    run = module.go if args[0] == "test" else module.exec
    with pytest.raises(GoTimeoutError) as caught:
        run(*args, timeout=seconds, env=env)
    assert_soon_gone([int(pid) for pid in Path(str(module.env["PIDS"])).read_text(encoding="ascii").split()])
    return caught.value


@pytest.mark.parametrize(
    ("flags", "child"), [((), ""), (("-json",), "1"), (("-p=1",), "1"), (("-v",), "")], ids=["plain", "json", "p", "v"]
)
def test_the_package_and_its_goroutines_are_shown(hangs: GoModule, flags: tuple[str, ...], child: str) -> None:
    error = timed_out(hangs, "test", *flags, "./...", CHILD=child)

    assert error.packages == (f"{APP}/hangs",)
    text = str(error)
    assert f"did not finish within 4 seconds and was killed, with every process it started, in {hangs.path}" in text
    assert "\nstill running: the tests of ./hangs\ncompiled before that: " in text
    assert "the ini option gocache_timeout" in text
    shown = text.partition("goroutines of the tests:\n")[2].splitlines()
    assert shown[0].startswith("goroutine ")
    assert shown[0].endswith(" [select (no cases)]:")
    assert shown[1].startswith(f"  {APP}/hangs.TestHang(0x")
    assert shown[2].startswith(f"    {hangs.path}/hangs/hangs_test.go:")
    assert any(line.startswith(f"  {APP}/hangs.serve(") for line in shown)
    assert "runtime." not in "".join(shown)
    assert "SIGQUIT: quit" in error.stdout
    assert "fine" not in text


def test_a_single_package(hangs: GoModule) -> None:
    error = timed_out(hangs, "test", "./hangs")
    assert error.packages == (f"{APP}/hangs",)
    assert f"{APP}/hangs.TestHang(" in error.goroutines


def test_packages_that_were_not_reached_have_no_verdict(hangs: GoModule) -> None:
    hangs.write("last/last_test.go", 'package last\n\nimport "testing"\n\nfunc TestLast(t *testing.T) { select {} }\n')
    hangs.test("-run=^$", "./last")
    error = timed_out(hangs, "test", "-p=1", "./...")
    assert error.packages == (f"{APP}/hangs",)
    assert "still running: the tests of ./hangs\nalso without a verdict: the tests of ./last\n" in str(error)


def test_a_test_binary_that_ignores_the_signal_is_killed(hangs: GoModule) -> None:
    error = timed_out(hangs, "test", "./hangs", DEAF="1")
    assert error.packages == (f"{APP}/hangs",)
    assert error.goroutines == ""
    assert error.returncode == -signal.SIGKILL


@pytest.mark.parametrize("script", ["go test ./...", "go test ./... | cat", "setsid go test ./... & wait"])
def test_a_program_that_calls_go_test(hangs: GoModule, script: str) -> None:
    error = timed_out(hangs, "sh", "-c", script, CHILD="1")
    assert error.packages == (f"{APP}/hangs",)
    assert f"{APP}/hangs.TestHang(" in error.goroutines


def test_a_command_without_tests_is_killed_at_once(hangs: GoModule) -> None:
    hangs.write("sleeps/main.go", 'package main\n\nimport "time"\n\nfunc main() { time.Sleep(time.Hour) }\n')
    hangs.build("-o", "sleeps.bin", "./sleeps")
    with pytest.raises(GoTimeoutError) as caught:
        hangs.exec("./sleeps.bin", timeout=1)
    assert caught.value.packages == ()
    assert "the tests of" not in str(caught.value)
