"""``pytest-gocache why``: what ran since the last run of the same command in this checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache import BuildCache, GoModule, GoToolchain
from tests.with_go.command_line import User
from tests.with_go.programs import LIB


@pytest.fixture
def user(go_module: GoModule, gocache: BuildCache, go_toolchain: GoToolchain, store: Path) -> User:
    go_module.load(LIB)
    return User.of(go_module, gocache, go_toolchain, store)


BUILD = ("--", "go", "build", "./...")


def change(user: User) -> None:
    file = user.path / "lib" / "lib.go"
    file.write_text(file.read_text(encoding="ascii").replace("hello", "hallo"), encoding="ascii")


def test_the_first_run_says_so_and_the_second_explains(user: User) -> None:
    first = user.run("why", *BUILD)
    assert (first.returncode, first.stderr) == (0, "")
    assert "0 of " in first.stdout
    assert first.stdout.endswith("this is its first run here: run it again to compare\n")
    other = user.run("why", "--", "go", "build", "./lib")
    assert "this is its first run here" in other.stdout, "a different command has runs of its own"

    change(user)
    second = user.run("why", *BUILD)
    assert "./lib: file lib.go changed since the recording" in second.stdout
    assert "3 follow: ./api, " in second.stdout
    again = user.run("why", *BUILD)
    assert "0 of " in again.stdout
    assert "file lib.go" not in again.stdout


def test_patterns_and_fail_on_are_for_what_is_shown(user: User) -> None:
    user.run("why", *BUILD)
    change(user)
    other = user.run("why", "./api", "--fail-on", "rebuilt", *BUILD)
    assert other.returncode == 1
    assert "file lib.go changed" in other.stdout
    assert "1 follows: ./api" in other.stdout
    nothing = user.run("why", "./absent", *BUILD)
    assert nothing.returncode == 2
    assert "package pattern './absent' matches nothing" in nothing.stderr


def test_the_exit_status_of_a_program_that_fails_counts(user: User) -> None:
    user.run("why", *BUILD)
    (user.path / "lib" / "lib.go").write_text("package lib\n\nfunc Hello() string { return 1 }\n", encoding="ascii")
    done = user.run("why", *BUILD)
    assert done.returncode == 1
    assert "./lib: file lib.go changed since the recording" in done.stdout


def test_a_run_that_tells_nothing_does_not_take_the_place_of_the_last_one(user: User) -> None:
    script = user.path / "script.sh"
    program = ("--", "sh", "script.sh")
    script.write_text("go build ./...", encoding="ascii")
    user.run("why", *program)
    script.write_text("go build ./absent", encoding="ascii")
    broken = user.run("why", *program)
    assert broken.returncode == 1
    assert "nothing is explained: `sh script.sh` neither built nor tested a package" in broken.stderr
    script.write_text("go build ./...", encoding="ascii")
    change(user)
    assert "./lib: file lib.go changed since the recording" in user.run("why", *program).stdout


def test_a_program_without_go_is_not_explained(user: User) -> None:
    done = user.run("why", "--", "true")
    assert done.returncode == 2
    assert "nothing is explained: `true` called no go on PATH" in done.stderr
