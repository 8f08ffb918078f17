"""``pytest-gocache init``: it writes tests that pass on a healthy repository, and that find a mistake."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pytest_gocache import BuildCache, GoModule, GoToolchain
from tests.with_go.command_line import User
from tests.with_go.programs import LIB

MAKEFILE = """\
VERSION ?= dev
LDFLAGS = -X main.version=$(VERSION)

build:
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/app ./cmd/app

test:
	go test -trimpath ./...
"""
TESTS = "cache_tests/test_build_cache.py"


@pytest.fixture
def user(go_module: GoModule, gocache: BuildCache, go_toolchain: GoToolchain, store: Path) -> User:
    go_module.load(LIB)
    go_module.write("Makefile", MAKEFILE)
    return User.of(go_module, gocache, go_toolchain, store)


def outcomes(user: User, go: GoToolchain, store: Path) -> tuple[dict[str, str], str]:
    """What pytest says of each written test, PASSED or FAILED by its short name; and all that it printed."""
    base = f"--basetemp={user.path.parent / 'inner'}"
    options = ("-p", "no:cacheprovider", "-v", "--tb=short", base, f"--gocache-dir={store}", f"--go-toolchain={go.go}")
    argv = [user.argv()[0], "-m", "pytest", "cache_tests", *options]
    done = subprocess.run(argv, cwd=user.path, env=user.env, capture_output=True, text=True, check=False, timeout=500)
    words = [line.split() for line in done.stdout.splitlines() if line.startswith(f"{TESTS}::")]
    return {name.partition("::test_")[2].partition("[")[0]: status for name, status, *_ in words}, done.stdout


def test_the_tests_pass_and_a_mistake_in_the_makefile_fails_them(
    user: User, go_toolchain: GoToolchain, store: Path
) -> None:
    done = user.run("init")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == f"wrote {TESTS}"
    assert done.stdout.splitlines()[-1] == "next: pytest cache_tests"
    assert 'repo.exec("make", "build", f"VERSION={version}")' in (user.path / TESTS).read_text(encoding="utf-8")
    healthy, printed = outcomes(user, go_toolchain, store)
    assert list(healthy.values()) == ["PASSED"] * 6, printed

    stamp = "-gcflags=-trimpath=/build/$(shell date +%N)"
    mistake = MAKEFILE.replace("-o bin/app", f"{stamp} -o bin/app").replace("go test", "go test -count=1")
    (user.path / "Makefile").write_text(mistake, encoding="ascii")
    found, printed = outcomes(user, go_toolchain, store)
    assert found == {
        "a_second_build_compiles_nothing": "FAILED",
        "new_times_of_sources_compile_nothing": "FAILED",
        "the_next_ci_job_compiles_nothing": "FAILED",
        "a_new_version_only_relinks": "FAILED",
        "an_edited_program_compiles_nothing_else": "PASSED",  # it does not run make
        "tests_do_not_run_again_without_a_change": "FAILED",
    }, printed


def test_a_file_that_exists_is_named_and_stays(user: User) -> None:
    (user.path / "cache_tests").mkdir()
    (user.path / TESTS).write_text("# mine\n", encoding="ascii")
    done = user.run("init", "cmd/app")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{TESTS} exists, and init changes no file: move it away, and run init again" in done.stderr
    assert (user.path / TESTS).read_text(encoding="ascii") == "# mine\n"


def test_a_workflow_that_exists_stays_and_nothing_is_written(user: User) -> None:
    workflow = user.path / ".github" / "workflows" / "build-cache.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text("mine\n", encoding="ascii")
    done = user.run("init")
    assert done.returncode == 2
    assert "build-cache.yml exists, and init changes no file" in done.stderr
    assert workflow.read_text(encoding="ascii") == "mine\n"
    assert not (user.path / "cache_tests").exists()


def test_a_job_for_the_ci_service_is_written_or_printed(user: User) -> None:
    (user.path / ".gitlab-ci.yml").write_text("mine:\n", encoding="ascii")
    done = user.run("init")
    assert "for GitLab, add this job to .gitlab-ci.yml:\n\nbuild cache:\n" in done.stdout
    assert (user.path / ".gitlab-ci.yml").read_text(encoding="ascii") == "mine:\n"

    (user.path / TESTS).unlink()
    (user.path / ".github" / "workflows").mkdir(parents=True)
    done = user.run("init")
    assert "wrote .github/workflows/build-cache.yml\n" in done.stdout
    assert "GitHub Actions runs the tests for pull requests, and for pushes to main\n" in done.stdout
    assert (user.path / ".github" / "workflows" / "build-cache.yml").read_text(encoding="ascii").startswith("name: ")


def test_a_module_below_the_top_has_its_tests_beside_go_mod_and_its_job_at_the_top(user: User) -> None:
    module = user.path / "tools"
    (user.path / ".git").mkdir()
    (user.path / ".github" / "workflows").mkdir(parents=True)
    module.mkdir()
    (module / "go.mod").write_text("module example.com/tools\n\ngo 1.21\n", encoding="ascii")
    (module / "tool.go").write_text("package tools\n", encoding="ascii")
    done = user.run("init", "tools")
    assert done.stdout.splitlines()[0] == f"wrote tools/{TESTS}"
    workflow = (user.path / ".github" / "workflows" / "build-cache.yml").read_text(encoding="ascii")
    assert "- run: pytest tools/cache_tests -n auto\n" in workflow
    text = (module / TESTS).read_text(encoding="utf-8")
    assert 'repo.build("./...")' in text
    assert "PROGRAMS" not in text


def test_a_workspace_without_a_module_at_its_root_names_its_modules(user: User) -> None:
    space = user.path / "space"
    for name in ("one", "two"):
        (space / name).mkdir(parents=True)
        (space / name / "go.mod").write_text(f"module example.com/{name}\n\ngo 1.21\n", encoding="ascii")
        (space / name / "main.go").write_text("package main\n\nfunc main() {}\n", encoding="ascii")
    (space / "go.work").write_text("go 1.21\n\nuse ./one\nuse ./two\n", encoding="ascii")
    user.run("init", "space")
    text = (space / TESTS).read_text(encoding="utf-8")
    assert 'repo.build("./one/...", "./two/...")' in text
    assert 'PROGRAMS = ("./one", "./two")' in text


def test_a_stamp_of_a_variable_that_no_program_has_is_reported(user: User) -> None:
    (user.path / "Makefile").write_text(MAKEFILE.replace("main.version", "main.release"), encoding="ascii")
    done = user.run("init")
    assert done.stderr == "pytest-gocache: Makefile:5 stamps main.release, which is in no program: no test of it\n"
    assert "relinks" not in (user.path / TESTS).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("folder", "files", "message"),
    [
        ("absent", {}, "there is no folder absent"),
        ("empty", {"empty/go.mod": "module example.com/empty\n"}, "`go list` finds no Go package in "),
        ("bad", {"bad/go.mod": "modul x\n"}, "go.mod:1: unknown directive: modul"),
    ],
)
def test_what_is_no_repository_is_named(user: User, folder: str, files: dict[str, str], message: str) -> None:
    for name, text in files.items():
        (user.path / name).parent.mkdir(exist_ok=True)
        (user.path / name).write_text(text, encoding="ascii")
    done = user.run("init", folder)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_folder_without_a_module_is_named(user: User, tmp_path: Path) -> None:
    done = user.run("init", tmp_path)
    assert done.returncode == 2
    assert f"there is no go.mod and no go.work in {tmp_path} or above: name the folder of a module" in done.stderr


def test_a_folder_that_cannot_be_written_leaves_nothing(user: User) -> None:
    (user.path / ".github" / "workflows").mkdir(parents=True)
    (user.path / "cache_tests").write_text("", encoding="ascii")
    done = user.run("init")
    assert done.returncode == 2
    assert "cannot be written: " in done.stderr
    assert not (user.path / ".github" / "workflows" / "build-cache.yml").exists()


def test_a_job_that_cannot_be_written_leaves_no_folder(user: User) -> None:
    (user.path / ".github").mkdir()
    (user.path / ".github" / "workflows").write_text("", encoding="ascii")
    done = user.run("init")
    assert done.returncode == 2
    assert "cannot be written: " in done.stderr
    assert not (user.path / "cache_tests").exists()


def test_a_go_file_without_a_package_is_passed_over(user: User) -> None:
    (user.path / "empty").mkdir()
    (user.path / "empty" / "empty.go").write_text("", encoding="ascii")
    done = user.run("init")
    assert done.returncode == 0, done.stderr
