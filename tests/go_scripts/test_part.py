"""A part of Go's own scripts passes as tests of the plugin, and the judge of them can fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_gocache.host.toolchain import find_default
from pytest_gocache.results.result import Result
from tests.go_scripts.judge import needs_of, wrong_observation

ROOT = Path(__file__).parents[2]
# They compile little.
SCRIPTS = [
    "chdir",
    "env_write",
    "generate_bad_imports",
    "help",
    "list_ambiguous_path",
    "mod_edit",
    "mod_get_hash",
    "mod_get_nopkgs",
    "mod_list",
    "mod_list_pseudo",
    "mod_list_retract",
    "mod_query",
    "script_help",
    "script_wait",
    "work_env",
    "work_sync",
]


def test_a_part_of_gos_own_scripts(store: Path, tmp_path: Path) -> None:
    toolchain = find_default(os.environ)
    folder = toolchain.goroot / "src" / "cmd" / "go" / "testdata" / "script"
    if not folder.is_dir():
        pytest.skip(f"{toolchain.goroot} has no scripts of Go's own tests")
    named = [f"{name}.txt" for name in SCRIPTS if (folder / f"{name}.txt").is_file()]
    assert len(named) >= len(SCRIPTS) // 2
    file = tmp_path / "verdicts.json"
    command = [sys.executable, "-m", "tests.go_scripts", str(toolchain.goroot), f"--gocache-dir={store}", *named]
    env = {**os.environ, "GO_SCRIPTS_JSON": str(file), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=env, check=False, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
    verdicts = {name.partition("[")[0]: value[0] for name, value in json.loads(file.read_text()).items()}
    assert verdicts.keys() == {name.removesuffix(".txt") for name in named}
    assert [name for name, verdict in verdicts.items() if verdict == "passed"]


def test_what_a_script_needs() -> None:
    assert needs_of("go build\n") == []
    assert needs_of("go get vcs-test.golang.org/git\n") == ["a server of version control"]
    assert needs_of("env TESTGO_VERSION=go1.99\n") == ["the go command of Go's tests"]


def made(stderr: str, returncode: int = 0, command: tuple[str, ...] = ("go", "build", "-x", "./...")) -> Result:
    return Result(command, 1, Path(), returncode, "", stderr, 0.0)


def test_an_observation_that_is_not_what_go_printed_is_wrong() -> None:
    printed = "/goroot/pkg/tool/linux_amd64/compile -o $WORK/b001/_pkg_.a -trimpath -p lib\n"
    assert (
        wrong_observation(made(printed)) == "`go build -x ./...` (step 1): -x printed 1 compiles, and 0 were observed"
    )
    assert wrong_observation(made("mkdir -p $WORK/b001/\n")) == ""
    assert wrong_observation(made(printed, returncode=1)) is None
    assert wrong_observation(made(printed, command=("go", "build", "-x", "-n"))) is None
    assert wrong_observation(made(printed, command=("go", "build", "./..."))) is None
