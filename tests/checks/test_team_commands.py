"""Which commands the checks run."""

from __future__ import annotations

import os
from pathlib import Path

from pytest_gocache.checks.team_commands import warning_on_tests, with_team_commands
from pytest_gocache.gocache_toml import RepositoryConfig
from tests.with_pytest.real_repository import write

PATH = os.environ["PATH"]
TWO = "one:\n\tgo build ./a\n\ntwo:\n\tgo build ./b\n"


def taken(
    folder: Path, files: dict[str, str], config: RepositoryConfig | None = None
) -> tuple[RepositoryConfig, list[str]]:
    write(folder, files)
    return with_team_commands(folder, config or RepositoryConfig(), PATH)


def test_a_repository_without_such_files_keeps_the_defaults(tmp_path: Path) -> None:
    assert taken(tmp_path, {}) == (RepositoryConfig(), [])


def test_the_usual_name_wins(tmp_path: Path) -> None:
    config, told = taken(tmp_path, {"Makefile": TWO + "build:\n\tgo build -v ./...\n"})
    assert config.build == ("make", "build")
    assert told == [
        (
            "the checks build with `make build`, from Makefile:7 (go build -v ./...); "
            "for a different command, set [build] command in gocache.toml"
        )
    ]


def test_a_command_of_gocache_toml_stays(tmp_path: Path) -> None:
    own = RepositoryConfig(build=("go", "build", "."))
    assert taken(tmp_path, {"Makefile": "build:\n\tgo build ./...\n"}, own) == (own, [])


def test_of_several_targets_none_is_taken_and_all_are_told(tmp_path: Path) -> None:
    config, told = taken(tmp_path, {"Makefile": TWO})
    assert config.build == ()
    assert told == [
        (
            "the checks build with `go build ./...`: Makefile:2 (make one), Makefile:5 (make two) build too, and none of them is "
            "clearly the one, or its program is not on PATH. To check one, write into gocache.toml: "
            '[build] command = ["make", "one"]'
        )
    ]


def test_a_workflow_says_which_target_counts(tmp_path: Path) -> None:
    workflow = "jobs:\n  a:\n    steps:\n      - run: make two\n"
    config, told = taken(tmp_path, {"Makefile": TWO, ".github/workflows/ci.yml": workflow})
    assert config.build == ("make", "two")
    assert told[0].startswith("the checks build with `make two`, from Makefile:5 (go build ./b);")


def test_a_target_that_builds_for_a_fixed_platform_is_not_taken_for_the_build(tmp_path: Path) -> None:
    makefile = "check:\n\tGOOS=plan9 GOARCH=amd64 go build ./...\n\tGOOS=windows go build ./...\n"
    workflow = "jobs:\n  a:\n    steps:\n      - run: make check\n"
    config, told = taken(tmp_path, {"Makefile": makefile, ".github/workflows/ci.yml": workflow})
    assert config.build == ()
    assert told[0].startswith("the checks build with `go build ./...`: Makefile:2 (make check) build too")


def test_a_target_with_the_usual_name_may_name_a_platform(tmp_path: Path) -> None:
    assert taken(tmp_path, {"Makefile": "build:\n\tGOOS=linux go build ./...\n"})[0].build == ("make", "build")


def test_a_program_that_is_not_installed_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"Taskfile.yml": "tasks:\n  build: go build ./...\n"})
    config, told = with_team_commands(tmp_path, RepositoryConfig(), "/nowhere")
    assert config.build == ()
    assert "Taskfile.yml:2 (task build) build too" in told[0]


def test_a_workspace_without_a_root_module_is_built_module_by_module(tmp_path: Path) -> None:
    files = {"go.work": "use (\n\t./app\n\t./lib\n)\n", "app/go.mod": "", "lib/go.mod": "", "tools/go.mod": ""}
    config, told = taken(tmp_path, {**files, "_x/go.mod": "", "lib/testdata/go.mod": ""})
    assert config.build == ("go", "build", "./app/...", "./lib/...")
    assert config.test == ("go", "test", "./app/...", "./lib/...")
    assert told == ["not checked, because they are modules of their own: tools"]
    assert taken(tmp_path, {"go.mod": "module m\n"})[0].build == ()


def test_tests_are_announced_before_they_run() -> None:
    said = "; [test] enabled = false in gocache.toml prevents that"
    assert warning_on_tests(RepositoryConfig(), root=True) == [
        f"the checks run `go test ./...` several times, as root{said}"
    ]
    own = RepositoryConfig(test=("make", "test"))
    assert warning_on_tests(own, root=False) == [f"the checks run `make test` several times{said}"]
    assert warning_on_tests(RepositoryConfig(tests_enabled=False), root=True) == []
