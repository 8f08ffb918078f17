"""How programs end: nothing is lost, nothing hangs, and nothing is left running."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

import pytest_gocache
from pytest_gocache import GoModule, GoTimeoutError, GoToolchain
from pytest_gocache.run.go_command import step_folder
from tests.with_go.programs import SAY, assert_soon_gone, names, runs, shell

APP = "example.com/app"
_PREPARATION = 0.5  # seconds
UNTIL_IT_SLEEPS = "while ! test -e pids; do sleep .01; done"


@pytest.fixture
def say(go_module: GoModule) -> GoModule:
    go_module.load(SAY)
    return go_module


def pids_of(module: GoModule) -> list[int]:
    """The program that sleeps, and the go command that has started it."""
    return [int(pid) for pid in module.read("pids").split()]


def test_parallel_go_commands_are_all_there(go_module: GoModule) -> None:
    numbers = range(24)
    go_module.write({f"p{i}/p.go": f"package p{i}\n" for i in numbers})
    targets = " ".join(f"p{i}" for i in numbers)
    go_module.write("Makefile", f"all: {targets}\n{targets}:\n\tgo build ./$@\n.PHONY: {targets}\n")
    result = go_module.exec("make", "-j4")
    assert sorted(names(result)) == sorted(f"go build ./p{i}" for i in numbers)
    for command in result.commands:
        assert command.compiled == {f"{APP}/{command.command[2].removeprefix('./')}"}
        assert command.evidence is not None
        assert (command.evidence / "graph.json").is_file()
    assert result.compiled == {f"{APP}/p{i}" for i in numbers}
    assert len({command.evidence for command in result.commands}) == len(numbers)
    assert [command.step for command in result.commands] == [1] * len(numbers)


def test_a_timeout_kills_go_and_what_it_runs(say: GoModule) -> None:
    say.build("-o", os.devnull, "./say")
    with pytest.raises(GoTimeoutError, match="did not finish within 6 seconds"):
        shell(say, "go run ./say sleep pids; go version", timeout=6)
    assert_soon_gone(pids_of(say))
    assert say.exec("go", "version").returncode == 0


@pytest.mark.parametrize("before", ["", "setsid", "timeout 600", "nohup"])
def test_what_a_program_leaves_behind_is_ended(say: GoModule, before: str) -> None:
    result = shell(say, f"{before} go run ./say sleep pids & {UNTIL_IT_SLEEPS}")
    left = [pid for pid in pids_of(say) if runs(pid)]
    assert_soon_gone(left)
    if before in ("setsid", "timeout 600"):  # in another process group: they were waited for
        assert left == []
    assert result.returncode == 0
    assert [command.returncode for command in result.commands] == [-9]


def test_a_program_that_leaves_go_in_the_background_is_waited_for_no_longer(say: GoModule) -> None:
    result = shell(say, "go run ./say sleep pids >/dev/null 2>&1 &")
    assert result.seconds < 60
    again = shell(say, "go version")
    assert names(again) == ["go version"]


def test_a_go_command_that_is_killed_is_told_as_killed(say: GoModule) -> None:
    # What is killed is the program named go: the real one goes with it.
    result = shell(
        say,
        f"go run ./say sleep pids & {UNTIL_IT_SLEEPS}; kill -9 $!; wait $!; echo $?; read own go <pids; "
        "while test -e /proc/$go/stat && ! grep -q ') Z' /proc/$go/stat; do sleep .01; done; go version",
        timeout=60,
    )
    assert result.stdout.splitlines()[0] == "137"
    assert [command.returncode for command in result.commands] == [-9, 0]


def test_the_real_go_killed_looks_like_that(say: GoModule) -> None:
    result = shell(
        say, f"go run ./say sleep pids & {UNTIL_IT_SLEEPS}; read own go <pids; kill -9 $go; wait $!; echo $?"
    )
    assert result.stdout == "137\n"
    assert result.commands[0].returncode == -9


def test_a_process_that_keeps_gos_streams_holds_nobody_up(say: GoModule) -> None:
    say.write("stay/stay_test.go", "package stay\n")
    result = shell(say, "go build -o say.out ./say; go run -exec 'sh -c \"sleep 600 & echo $! >pid\"' ./say; echo over")
    assert result.stdout == "over\n"
    assert_soon_gone([int(say.read("pid"))])


def test_without_a_test_that_observes_go_says_so(go_module: GoModule, go_toolchain: GoToolchain) -> None:
    shim = go_module.exec("sh", "-c", "command -v go").stdout.strip()
    env = {"PATH": os.environ["PATH"]}
    result = shell(go_module, f"env -u PATH {shim} version", env=env)
    assert result.stdout.split()[2] == str(go_toolchain.version)
    done = subprocess.run([shim, "version"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("pytest-gocache: go version: the test that observed this program has ended (open ")


# The program named go


def test_it_is_made_once_and_is_what_gofmt_and_vet_like(say: GoModule, go_toolchain: GoToolchain, store: Path) -> None:
    say.write("shim/main.go", (Path(pytest_gocache.__file__).parent / "run" / "shim.go").read_text(encoding="utf-8"))
    gofmt = shell(say, '"$(dirname "$REAL")/gofmt" -l ./shim')
    assert (gofmt.stdout, gofmt.stderr) == ("", "")
    assert say.vet("./shim").stderr == ""
    ours = Path(shell(say, "command -v go").stdout.strip())
    other = Path(say.on_new_machine().exec("sh", "-c", "command -v go").stdout.strip())
    programs = [path for path in (store / "programs").iterdir() if path.read_bytes() == ours.read_bytes()]
    assert len(programs) == 1
    # Each machine has a copy: what a test does to it reaches neither the store nor another machine.
    assert not any(one.samefile(two) for one, two in ((ours, other), (ours, programs[0]), (other, programs[0])))
    assert other.read_bytes() == ours.read_bytes()
    assert sorted(path.name for path in ours.parent.iterdir()) == sorted(
        {"go", "go-run-exec"} | {path.name for path in (go_toolchain.goroot / "bin").iterdir()}
    )
    for path in ours.parent.parent.iterdir():
        assert path.name == "bin" or path.is_symlink()


def test_the_time_of_a_program_is_without_the_preparation_of_its_commands(
    go_module: GoModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow_folder(*args: object) -> object:
        time.sleep(_PREPARATION)
        return step_folder(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("pytest_gocache.run.program.step_folder", slow_folder)
    begun = time.monotonic()
    seconds = go_module.exec("go", "version").seconds
    assert seconds <= time.monotonic() - begun - _PREPARATION
