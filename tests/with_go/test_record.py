"""``pytest-gocache record``: the program is untouched, and its go commands are recorded."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from pytest_gocache import (
    BuildCache,
    GoModule,
    GoToolchain,
    assert_cached,
    assert_rebuilt,
    assert_test_ran,
    load_result,
)
from tests.with_go.command_line import User
from tests.with_go.programs import LIB, SOON
from tests.with_go.test_recordings import content


@pytest.fixture
def user(go_module: GoModule, gocache: BuildCache, go_toolchain: GoToolchain, store: Path) -> User:
    go_module.load(LIB)
    return User.of(go_module, gocache, go_toolchain, store)


@pytest.fixture
def rec(tmp_path: Path) -> Path:
    return tmp_path / "rec"


def test_a_program_runs_with_the_users_own_caches_and_is_recorded(user: User, rec: Path) -> None:
    (user.path / "lib" / "lib.go").write_text("package lib\n\nfunc Hello() string { return `hi` }\n", encoding="ascii")
    done = user.run("record", rec, "--", "sh", "-c", "go build ./... && go build ./... && go test ./lib && go version")

    result = load_result(rec)
    assert done.returncode == 0, done.stderr
    assert [" ".join(one.command) for one in result.commands] == [
        *("go build ./...", "go build ./...", "go test ./lib", "go version"),
    ]
    assert_rebuilt(result.commands[0], "./lib", "./api")
    assert_cached(result.commands[1])
    assert result.tests["example.com/app/lib"].ran
    assert [one.step for one in result.commands] == [1, 2, 3, 4]
    assert "4 go commands recorded" in done.stderr
    # Without record, the build finds what the recorded one stored.
    assert subprocess.run(["go", "build", "-v", "./..."], cwd=user.path, env=user.env, capture_output=True, check=True, timeout=300).stderr == b""  # fmt: skip


def test_output_input_and_exit_status_are_those_of_the_program(user: User, rec: Path) -> None:
    script = "cat; umask; pwd; go vet ./lib; echo out; echo err >&2; exit 7"
    done = subprocess.run(
        user.argv("record", rec, "--", "sh", "-c", script),
        cwd=user.path, env=user.env, input="typed\n", capture_output=True, text=True, check=False, timeout=300, umask=0o077,
    )  # fmt: skip
    assert done.stdout == f"typed\n0077\n{user.path}\nout\n"
    assert [line for line in done.stderr.splitlines() if not line.startswith("pytest-gocache: ")] == ["err"]
    assert done.returncode == 7
    assert load_result(rec).returncode == 7


def test_the_environment_of_the_program_has_nothing_but_a_longer_path(user: User, rec: Path) -> None:
    shows = "go version >&2; env"
    plain = subprocess.run(["sh", "-c", shows], cwd=user.path, env=user.env, capture_output=True, text=True, check=True, timeout=60)  # fmt: skip
    done = user.run("record", rec, "--", "sh", "-c", shows)

    before, after = (dict(line.partition("=")[::2] for line in one.stdout.splitlines()) for one in (plain, done))
    assert after.pop("PATH").endswith(before.pop("PATH"))
    assert after == before


def test_a_recording_of_a_program_has_no_secret_of_the_environment(user: User, rec: Path) -> None:
    token = "t0ken-of-the-environment"  # noqa: S105 - a made-up one
    script = 'go build ./... && go test ./lib && go run ./cmd/app "$CI_TOKEN" && echo "$CI_TOKEN"'
    done = user.run("record", rec, "--", "sh", "-c", script, CI_TOKEN=token, GOPROXY=f"https://u:{token}@127.0.0.1", GOAUTH=f"git {token}")  # fmt: skip
    assert token in done.stdout
    assert len(load_result(rec).commands) == 3
    assert token.encode() not in content(rec)


def test_a_folder_that_is_not_empty_is_refused_before_the_program_runs(user: User, rec: Path) -> None:
    rec.mkdir()
    (rec / "mine").write_text("mine", encoding="ascii")
    done = user.run("record", rec, "--", "touch", "ran")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not empty (it has mine): name a new folder for the recording" in done.stderr
    assert not (user.path / "ran").exists()
    assert (rec / "mine").read_text(encoding="ascii") == "mine"


@pytest.mark.parametrize("script", ["echo nothing", '"$GO" build ./...'])
def test_a_program_without_a_go_on_path_is_an_error_that_says_so(
    user: User, rec: Path, script: str, go_toolchain: GoToolchain
) -> None:
    done = user.run("record", rec, "--", "sh", "-c", script, GO=str(go_toolchain.go))
    assert done.returncode == 2
    assert "called no go on PATH; a go called by an absolute path is not seen" in done.stderr
    assert not rec.exists()


def test_the_exit_status_of_a_program_that_fails_counts_more_than_that(user: User, rec: Path) -> None:
    assert user.run("record", rec, "--", "sh", "-c", "exit 5").returncode == 5


def test_a_program_that_does_not_exist_is_named(user: User, rec: Path) -> None:
    done = user.run("record", rec, "--", "no-such-program", "x")
    assert done.returncode == 2
    assert "`no-such-program x` does not start: No such file or directory" in done.stderr


def test_without_a_program_the_usage_is_shown(user: User, rec: Path) -> None:
    done = user.run("record", rec, "--")
    assert done.returncode == 2
    assert "no program to run: write it after --, as in `-- go build ./...`" in done.stderr


def test_a_disk_that_is_full_is_reported_after_the_program(user: User) -> None:
    (user.path / "file").write_text("", encoding="ascii")
    done = user.run("record", "file/rec", "--", "go", "build", "./...")
    assert done.returncode == 2
    assert "file/rec cannot take a recording: Not a directory; name a new folder" in done.stderr


def test_a_store_that_cannot_be_used_is_named_with_the_variable_that_names_it(user: User, rec: Path) -> None:
    cache = user.path.parent / "cache" / "pytest-gocache"
    cache.mkdir(parents=True)
    (cache / "programs").write_text("", encoding="ascii")
    for command in (("record", rec), ("why",)):
        done = user.run(*command, "--", "go", "version", XDG_CACHE_HOME=str(cache.parent))
        assert (done.returncode, done.stdout) == (2, "")
        assert f"the store of warm caches {cache} cannot be used: File exists" in done.stderr
        assert "make room or name another folder: the variable XDG_CACHE_HOME\n" in done.stderr


def test_a_signal_reaches_the_program_which_decides(user: User, rec: Path) -> None:
    script = "trap 'echo cleaned; exit 9' INT; touch started; while :; do sleep 0.1; done"
    running = subprocess.Popen(
        user.argv("record", rec, "--", "sh", "-c", script),
        cwd=user.path,
        env=user.env,
        stdout=subprocess.PIPE,
        text=True,
    )
    limit = time.monotonic() + 2 * SOON
    while not (user.path / "started").exists() and time.monotonic() < limit:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=SOON)
    assert (out, running.returncode) == ("cleaned\n", 9)


def test_a_program_that_a_signal_ends_has_the_status_of_a_shell(user: User, rec: Path) -> None:
    done = user.run("record", rec, "--", "sh", "-c", "go version; kill -TERM $$")
    assert done.returncode == 128 + signal.SIGTERM


def test_a_go_command_that_fails_is_recorded(user: User, rec: Path) -> None:
    (user.path / "lib" / "lib.go").write_text("package lib\n\nfunc Hello() string { return 1 }\n", encoding="ascii")
    done = user.run("record", rec, "--", "go", "build", "./...")
    result = load_result(rec)
    assert (done.returncode, result.returncode) == (1, 1)
    assert result.failed == {"example.com/app/lib"}
    assert "cannot use 1" in done.stderr
    assert "HASH" not in done.stderr


def test_the_folder_of_a_makefile_and_its_modules_are_known(user: User, rec: Path) -> None:
    nested = user.path / "tools"
    nested.mkdir()
    (nested / "go.mod").write_text("module example.com/tools\n\ngo 1.21\n", encoding="ascii")
    (nested / "tool.go").write_text("package tools\n", encoding="ascii")
    user.run("record", rec, "--", "sh", "-c", "cd tools && go build . && cd .. && go build -C tools .")
    result = load_result(rec)
    assert result.cwd == Path(os.path.realpath(user.path))
    assert dict(result.modules) == {".": "example.com/app", "tools": "example.com/tools"}
    assert_rebuilt(result, "./tools")
    assert json.loads((rec / "recording.json").read_bytes())["exit"] == 0


STARTS_GO = """package lib

import (
	"os/exec"
	"testing"
)

func TestList(t *testing.T) {
	if printed, _ := exec.Command("go", "list", ".").CombinedOutput(); string(printed) != "example.com/app/lib\\n" {
		t.Fatal(string(printed))
	}
}
"""


def test_tests_that_start_go_pass_as_without_record(user: User, tmp_path: Path) -> None:
    (user.path / "lib" / "list_test.go").write_text(STARTS_GO, encoding="ascii")
    done = user.run("record", tmp_path / "rec", "--", "go", "test", "./lib")
    assert (done.returncode, "GODEBUG" in done.stderr) == (0, False), done.stdout
    result = load_result(tmp_path / "rec")
    assert_test_ran(result, "./lib")
    assert_rebuilt(result, "./lib [./lib.test]")

    with (user.path / "lib" / "list_test.go").open("a", encoding="ascii") as file:
        file.write("\nvar more = 1\n")
    user.run("record", tmp_path / "new", "--", "go", "test", "./lib")
    diff = user.run("diff", tmp_path / "rec", tmp_path / "new").stdout
    assert "file list_test.go changed" in diff
    assert "does not say why" not in diff


def test_only_a_test_that_ran_may_have_run_because_of_the_recording(user: User, tmp_path: Path) -> None:
    ran, cached, built = (
        user.run("record", tmp_path / name, "--", "go", *words)
        for name, words in (("ran", ("test", "./lib")), ("cached", ("test", "./lib")), ("built", ("build", "./lib")))
    )
    assert ["GODEBUG is an input of test results" in done.stderr for done in (ran, cached, built)] == [
        True,
        False,
        False,
    ]
