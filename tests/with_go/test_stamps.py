"""The state of the repository that Go stamps into binaries is that of the original, in worktrees and submodules too."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from pytest_gocache import GoModule, assert_cached, assert_only_rebuilt, assert_rebuilt
from pytest_gocache.plugin.session import session_of
from pytest_gocache.run.checkout import copy_repository
from pytest_gocache.run.machine import Machine
from pytest_gocache.run.running import Steps
from tests.messages import failure
from tests.run.test_git_links import SHAPES, Shape, git, submodule
from tests.with_pytest.inner_runs import run


def stamps(text: str) -> list[str]:
    """The lines of ``go version -m`` about the repository."""
    return [line.strip() for line in text.splitlines() if "\tvcs" in line or "\tmod\t" in line]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_copy_is_stamped_as_the_original(
    go_module: GoModule, pytestconfig: pytest.Config, tmp_path: Path, shape: Shape
) -> None:
    (tmp_path / "originals").mkdir()
    source, folders = shape(tmp_path / "originals")
    for folder in folders:
        (source / folder / "go.mod").write_text("module example.com/app\n\ngo 1.20\n", encoding="ascii")
        (source / folder / "main.go").write_text("package main\n\nfunc main() {}\n", encoding="ascii")
    session = session_of(pytestconfig)
    machine = Machine.create(tmp_path / "machine", go_module.toolchain, session.ambient)
    copy_repository(source, machine.home.root / "app")
    go = str(go_module.toolchain.go)
    for folder in folders:
        # Only the binary of this folder is new: another one would make the next folder's state a changed one.
        env = {**machine.env, "GODEBUG": "", "GOWORK": "off", "PATH": os.environ["PATH"]}
        binary = tmp_path / "bare" / folder.replace(".", "root")
        subprocess.run([go, "build", "-o", str(binary), "."], cwd=source / folder, env=env, check=True)
        bare = subprocess.run([go, "version", "-m", str(binary)], env=env, check=True, capture_output=True, text=True)
        module = session.module(machine, machine.home.root / "app" / folder, Steps(tmp_path / f"steps-{binary.name}"))
        own = tmp_path / "observed" / binary.name

        module.build("-o", str(own), ".")

        expected = stamps(bare.stdout)
        if shape is submodule and not go_module.toolchain.version.satisfies(">=1.27"):
            # These versions see no .git file, and stamp the repository around it, which is not in the copy.
            expected = ["mod\texample.com/app\t(devel)"]
        assert stamps(module.go("version", "-m", str(own)).stdout) == expected


def test_a_worktree_is_stamped_on_another_machine(
    pytester: pytest.Pytester, go_module: GoModule, tmp_path: Path, store: Path
) -> None:
    main = tmp_path / "main"
    main.mkdir()
    git(main, "init", "-q")
    (main / "go.mod").write_text("module example.com/app\n\ngo 1.20\n", encoding="ascii")
    (main / "main.go").write_text('package main\n\nvar v = "none"\n\nfunc main() { print(v) }\n', encoding="ascii")
    git(main, "add", ".")
    git(main, "commit", "-q", "-m", "one")
    git(main, "tag", "v1.2.3")
    git(main, "worktree", "add", "-q", "../feature")
    del go_module
    pytester.makepyfile(
        """
        def version(module):
            module.exec("sh", "-c", "go build -ldflags=-X=main.v=$(git describe --tags) -o app . && ./app")
            return module.exec("./app").stderr

        def test_stamp(go_repo):
            go_repo.env["GOFLAGS"] = "-buildvcs=false"
            assert version(go_repo) == "v1.2.3"
            assert version(go_repo.on_new_machine()) == "v1.2.3"
            assert version(go_repo.on_new_machine(path=go_repo.path)) == "v1.2.3"
        """
    )
    run(pytester, store, f"--go-repo={tmp_path / 'feature'}").assert_outcomes(passed=1)


@pytest.fixture
def stamped(app: GoModule) -> GoModule:
    """A repository with two programs, of which one imports the library; committed and built."""
    app.write("cmd/alone/main.go", "package main\n\nfunc main() {}\n")
    git(app.path, "init", "-q")
    git(app.path, "add", ".")
    git(app.path, "commit", "-q", "-m", "one")
    app.build("./...")
    return app


def test_an_edit_marks_all_programs_as_modified(stamped: GoModule) -> None:
    stamped.append("lone/lone.go", "\nconst Added = 1\n")
    edited = stamped.build("./...")

    assert edited.compiled == {f"example.com/app/{name}" for name in ("lone", "cmd/app", "cmd/alone")}
    assert_only_rebuilt(edited, "./lone", ignore_stamps=True)
    assert_cached(edited, "./cmd/...", ignore_stamps=True)
    message = failure(assert_only_rebuilt, edited, "./lone")
    assert "build setting vcs.modified changed since step 1" in message
    assert message.endswith("\npass ignore_stamps=True if such a recompile does not matter here")
    # From Go 1.24 on, the version of the module is stamped too, and changes with the same edit.
    message = failure(assert_rebuilt, edited, "./cmd/alone", ignore_stamps=True)
    assert "cmd/alone  compiled only for its stamps: build setting " in message
    assert "vcs.modified false -> true" in message or "vcs.modified changed since step 1: false -> true" in message


def test_a_program_that_follows_an_edit_is_not_ignored(stamped: GoModule) -> None:
    stamped.edit("lib/lib.go", '"hello"', '"good day"')
    edited = stamped.build("./...")

    assert_only_rebuilt(edited, "./lib", "./api", "./cmd/app", ignore_stamps=True)
    assert_rebuilt(edited, "./cmd/app", ignore_stamps=True)
    message = failure(assert_only_rebuilt, edited, "./lib", "./api", ignore_stamps=True)
    assert "1 other package was rebuilt" in message
    assert "cmd/alone" not in message
    assert "ignore_stamps" not in message


def test_a_commit_and_ldflags_are_stamps(stamped: GoModule) -> None:
    git(stamped.path, "commit", "-q", "--allow-empty", "-m", "two")
    committed = stamped.build("./...")
    linked = stamped.build("-ldflags=-X main.version=2", "./...")
    trimmed = stamped.build("-trimpath", "./...")

    assert committed.compiled == linked.compiled == {"example.com/app/cmd/app", "example.com/app/cmd/alone"}
    assert_cached(committed, ignore_stamps=True)
    assert_cached(linked, ignore_stamps=True)
    assert failure(assert_cached, trimmed, "./cmd/...", ignore_stamps=True)
