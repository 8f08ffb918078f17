"""Modules below the top of their git repository: go_repo and the ready-made checks copy what the module needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import run, run_apart
from tests.with_pytest.real_repository import commit, git, write

API = {
    "services/api/go.mod": "module example.com/api\n\ngo 1.21\n\nrequire example.com/lib v0.0.0\n",
    "services/api/main.go": 'package main\n\nimport "example.com/lib"\n\nfunc main() { println(lib.Word) }\n',
    "lib/go.mod": "module example.com/lib\n\ngo 1.21\n",
    "lib/lib.go": "package lib\n\nconst Word = 1\n",
    "Makefile": "api:\n\tcd services/api && go build -trimpath -o ../../bin/ .\n",
    ".gitignore": "bin/\n",
}
REPLACE = "\nreplace example.com/lib => ../../lib\n"
WORK = {"go.work": "go 1.21\n\nuse (\n\t./lib\n\t./services/api\n)\n"}
BUILT = """
from pytest_gocache import assert_cached, assert_up_to_date, go_binary

def test_built(go_repo):
    assert go_repo.path.name == "api" and go_repo.read("main.go")
    result = go_repo.build("-o", "out/", ".")
    assert {"example.com/lib", "example.com/api"} <= result.compiled
    stamps = go_binary(go_repo.path / "out/api").settings
    head = go_repo.exec("git", "rev-parse", "HEAD").stdout.strip()
    assert stamps["vcs.revision"] == head, stamps
    made = go_repo.exec("make", "api", cwd="../..")
    assert made.compiled
    assert (go_repo.path / "../../bin/api").is_file()
    assert_cached(go_repo.build("-o", "out/", "."), "example.com/lib")
    assert_up_to_date(go_repo.build("-o", "out/", "."))
    other = go_repo.on_new_machine()
    assert other.path.name == "api"
    assert "example.com/lib" in other.build("./...").compiled
    print("built", len(head))
"""


def monorepo(folder: Path, kind: str) -> Path:
    write(folder, API | (WORK if kind == "workspace" else {}))
    if kind == "replace":
        file = folder / "services/api/go.mod"
        file.write_text(file.read_text(encoding="utf-8") + REPLACE, encoding="utf-8")
    git(folder, "init", "--quiet")
    commit(folder)
    return folder


@pytest.mark.parametrize("kind", ["replace", "workspace"])
def test_go_repo_in_a_monorepo(pytester: pytest.Pytester, store: Path, tmp_path: Path, kind: str) -> None:
    mono = monorepo(tmp_path / "mono", kind)
    pytester.makepyfile(BUILT)
    result = run(pytester, store, "-s", "--go-repo", str(mono / "services/api"))
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*built 40*"])
    why = "go.mod refers to ../../lib" if kind == "replace" else "go.work refers to ./lib"
    assert f"all of {mono} is copied for the module in services/api: " in result.stderr.str()
    assert why in result.stderr.str()


def test_the_checks_in_a_monorepo(pytester: pytest.Pytester, store: Path, tmp_path: Path) -> None:
    mono = monorepo(tmp_path / "mono", "replace")
    config = '[repo]\nmodules = ["services/api", "lib"]\n[build]\ncommand = ["make", "-C", "../..", "api"]\n'
    write(mono, {"gocache.toml": config})
    arguments = ("--pyargs", "pytest_gocache.checks", "-rA", "-k", "commit or second_checkout")
    result = run_apart(pytester, store, *arguments, "--go-repo", str(mono / "services/api"))
    result.assert_outcomes(passed=2, deselected=9)
    assert "is copied for" not in result.stderr.str()
    refused = run_apart(pytester, store, *arguments, "--go-repo", str(mono))
    refused.stdout.fnmatch_lines(["*repo.modules has services/api, lib: choose one, for example with --go-repo=*"])


def test_the_module_file_of_docker_cli(pytester: pytest.Pytester, store: Path, tmp_path: Path) -> None:
    cli = tmp_path / "cli"
    write(cli, {"vendor.mod": API["services/api/go.mod"] + "\nreplace example.com/lib => ./lib\n"})
    write(cli, {"main.go": API["services/api/main.go"], "lib/lib.go": API["lib/lib.go"]})
    write(
        cli, {"lib/go.mod": API["lib/go.mod"], "gocache.toml": '[build]\nenv = { GOFLAGS = "-modfile=vendor.mod" }\n'}
    )
    arguments = ("--pyargs", "pytest_gocache.checks", "-rA", "-k", "warm_build", "--go-repo", str(cli))
    refused = run_apart(pytester, store, *arguments)
    refused.stdout.fnmatch_lines(
        ["*even with -modfile=vendor.mod Go needs a go.mod beside it: write one with the line*"]
    )
    write(cli, {"go.mod": "module example.com/api\n"})
    run_apart(pytester, store, *arguments).assert_outcomes(passed=1, deselected=10)
