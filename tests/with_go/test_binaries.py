"""Binaries as values, held against `go version -m` and `go tool`, and the assertions on them."""

from __future__ import annotations

import os
import subprocess

import pytest
from inline_snapshot import snapshot

from pytest_gocache import GoModule, NoEvidenceError, UsageError
from pytest_gocache.assertions.binaries import assert_stamped, assert_variable
from pytest_gocache.results.go_binary import go_binary
from tests.messages import failure

APP = """
    -- go.mod --
    module example.com/app
    go 1.21
    -- main.go --
    package main
    import (
        "example.com/app/name.d"
        "fmt"
        "os"
    )
    var version = "dev"
    var unused string
    var called = os.Getenv("HOME")
    func main() { fmt.Println(version, called, name.Name) }
    -- name.d/name.go --
    package name
    var Name string
"""
STAMP = "-ldflags=-X main.version=1.0 -X main.unused=2 -X main.typo=3 -X 'example.com/app/name.d.Name=a b'"


@pytest.mark.parametrize("system", ["linux/amd64", "windows/amd64"])
def test_a_binary_says_what_go_says(go_module: GoModule, system: str) -> None:
    go_module.load(APP)
    goos, _, goarch = system.partition("/")
    env = {"GOOS": goos, "GOARCH": goarch, "CGO_ENABLED": "0"}
    result = go_module.build("-o", "app", STAMP, env=env)
    binary = go_binary(go_module.path / "app")
    lines = go_module.go("version", "-m", "app").stdout.splitlines()
    assert lines[0] == f"app: {binary.go.text}"
    settings = [line.split("\t")[2] for line in lines if line.startswith("\tbuild\t")]
    assert list(binary.settings) == [setting.partition("=")[0] for setting in settings]
    assert f"GOARCH={goarch}" in settings
    assert (binary.package, binary.module) == ("example.com/app", "example.com/app")
    assert binary.settings["GOARCH"] == goarch
    assert binary.settings["-ldflags"] == STAMP.removeprefix("-ldflags=")
    assert binary.build_id
    assert [link.build_id for link in result.links()] == [binary.build_id]
    assert binary.size == (go_module.path / "app").stat().st_size
    assert bool(binary.sections) == (goos == "linux")
    assert str(go_module.path / "main.go") in binary.source_files
    if goos == "linux":
        assert {
            name: binary.variable(name) for name in ("main.version", "main.unused", "main.typo", "main.called")
        } == {
            "main.version": "1.0",
            "main.unused": None,
            "main.typo": None,
            "main.called": None,
        }
        assert binary.variable("example.com/app/name.d.Name") == "a b"
    else:
        with pytest.raises(
            NoEvidenceError, match="the value of main.version in .*/app is unknown: it is not an ELF file"
        ):
            binary.variable("main.version")


def test_the_variable_has_the_value_that_the_program_prints(go_module: GoModule) -> None:
    go_module.load(APP)
    result = go_module.build(STAMP)
    printed = subprocess.run([go_module.path / "app"], capture_output=True, text=True, check=True).stdout
    assert printed == f"1.0 {os.environ.get('HOME', '')} a b\n"
    assert_variable(result, "main.version", "1.0")
    assert_variable(result, "example.com/app/name.d.Name", "a b", ".")
    assert failure(assert_variable, result, "main.version", "2.0") == snapshot("""\
main.version is not '2.0' in 1 binary of `go build '-ldflags=-X main.version=1.0 -X main.unused=2 -X main.typo=3 -X '"'"'example.com/app/name.d.Name=a b'"'"''` (step 1) [assert_variable]
  example.com/app  it is '1.0'\
""")
    assert failure(assert_variable, result, "main.typo", "3") == snapshot("""\
main.typo is not '3' in 1 binary of `go build '-ldflags=-X main.version=1.0 -X main.unused=2 -X main.typo=3 -X '"'"'example.com/app/name.d.Name=a b'"'"''` (step 1) [assert_variable]
  example.com/app  no -X set it: the package has no such string variable, or the program does not use it\
""")


def test_a_stripped_binary_does_not_show_its_variables(go_module: GoModule) -> None:
    go_module.load(APP)
    result = go_module.build("-ldflags=-s -X=main.version=1")
    with pytest.raises(NoEvidenceError, match="^assert_variable: the value of main.version .*: it has no symbol table"):
        assert_variable(result, "main.version", "1")


def test_a_setting(go_module: GoModule) -> None:
    go_module.load(APP)
    result = go_module.build("-trimpath", "-o", "bin/")
    assert_stamped(result, "-trimpath")
    assert_stamped(result, "-trimpath", "true", ".")
    assert not {file for file in go_binary(go_module.path / "bin/app").source_files if "app" in file}
    assert failure(assert_stamped, result, "-trimpath", "false") == snapshot("""\
1 binary of `go build -trimpath -o bin/` (step 1) without -trimpath=false [assert_stamped]
  example.com/app  it is 'true'\
""")
    assert failure(assert_stamped, result, "vcs.revision") == snapshot("""\
1 binary of `go build -trimpath -o bin/` (step 1) without vcs.revision [assert_stamped]
  example.com/app  it has no such setting\
""")
    assert failure(assert_stamped, result, "CGO_ENABLE") == snapshot("""\
1 binary of `go build -trimpath -o bin/` (step 1) without CGO_ENABLE [assert_stamped]
  example.com/app  it has no such setting; near it: CGO_ENABLED\
""")


def test_a_worktree_has_a_git_file_that_some_versions_of_go_pass_over(go_module: GoModule) -> None:
    go_module.write("main.go", "package main\n\nfunc main() {}\n")
    commit = "git -c user.name=a -c user.email=a@b commit -qm one"
    go_module.exec("sh", "-ec", f"git init -q; git add .; {commit}; git worktree add -q fix")
    wrong = "0" * 40
    inside = failure(assert_stamped, go_module.build(".", cwd="fix"), "vcs.revision", wrong)
    assert "\nfix/.git is a file, as in a worktree or a submodule: " in inside
    outside = failure(assert_stamped, go_module.build("."), "vcs.revision", wrong)
    assert "is a file" not in outside
    assert "is a file" not in failure(assert_stamped, go_module.build(".", cwd="fix"), "GOOS", "plan9")


def test_a_binary_that_is_not_there_is_no_evidence(go_module: GoModule) -> None:
    go_module.load(APP)
    thrown_away = go_module.build("-o", "/dev/null")
    with pytest.raises(
        NoEvidenceError, match=r"^assert_stamped: the binary of example.com/app in .* is not there: go build"
    ):
        assert_stamped(thrown_away, "GOOS")
    first = go_module.build("-ldflags=-X=main.version=1")
    go_module.build("-ldflags=-X=main.version=2")
    with pytest.raises(NoEvidenceError, match="is not known to be there: a later command replaced .*/app"):
        assert_variable(first, "main.version", "2")
    unnamed = go_module.build("-ldflags=-buildid=")
    with pytest.raises(NoEvidenceError, match="is not known to be there: .*/app has no build ID to know it by"):
        assert_stamped(unnamed, "GOOS")
    with pytest.raises(UsageError, match="^assert_stamped: .*links"):
        assert_stamped(go_module.build("./name.d"), "GOOS")


def test_what_is_no_binary_of_go(go_module: GoModule) -> None:
    go_module.load(APP)
    with pytest.raises(UsageError, match="go_binary: '.*main.go' has no build information of Go: it is not a binary"):
        go_binary(go_module.path / "main.go")
    go_module.build("-o", "tool")
    with pytest.raises(
        UsageError, match="go_binary: '.*/tol' cannot be read: No such file or directory; near it: tool"
    ):
        go_binary(go_module.path / "tol")
