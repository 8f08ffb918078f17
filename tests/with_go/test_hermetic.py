"""Nothing that a developer has in the shell, in the home folder or above the temporary folder changes a verdict."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_gocache import GoModule, GoToolchain

# An inner test run, in hostile surroundings: its verdicts are the outer tests' subject.
INNER = """
import os

import pytest
from pytest_gocache import assert_cached, assert_only_rebuilt, assert_only_relinked, assert_test_cached

@pytest.fixture
def app(go_module):
    go_module.load('''
    -- lib/lib.go --
    package lib

    func Hello() string { return "hello" }
    -- lib/lib_test.go --
    package lib

    import (
        "os"
        "testing"
    )

    func TestHello(t *testing.T) {
        if os.Getenv("HOME") == "" || Hello() == "" {
            t.Fatal("no greeting")
        }
    }
    -- cmd/app/main.go --
    package main

    import "example.com/app/lib"

    var version string

    func main() { println(lib.Hello(), version) }
    ''')
    return go_module

def test_verdicts(app):
    first = app.build("-ldflags=-X main.version=1", "./...")
    assert first.compiled == {"example.com/app/lib", "example.com/app/cmd/app"}
    assert_cached(app.build("-ldflags=-X main.version=1", "./..."))
    assert_only_relinked(app.build("-ldflags=-X main.version=2", "./..."))
    app.edit("lib/lib.go", '"hello"', '"bye"')
    assert_only_rebuilt(app.build("-ldflags=-X main.version=2", "./..."), "./lib", "./cmd/app")
    app.test("./...")
    assert_test_cached(app.test("./..."))
    assert app.run("./cmd/app").stderr == "bye \\n"
    binary = app.path / "app.bin"
    app.build("-o", "app.bin", "./cmd/app")
    assert binary.stat().st_mode & 0o777 == 0o755
    assert "vcs" not in app.go("version", "-m", "app.bin").stdout

def test_environment(app):
    root = str(app.path.parent)
    answers = app.go("env", "GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY", "GOTOOLCHAIN", "GOWORK").stdout.splitlines()
    assert answers[0].startswith(root) and answers[1].startswith(root) and answers[2].startswith(root)
    assert answers[3:] == ["off", "local", "off"]
"""


@pytest.fixture
def run_inner(
    pytester: pytest.Pytester, store: Path, go_toolchain: GoToolchain, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    pytester.makepyfile(INNER)

    def run(**env: str) -> None:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        result = pytester.runpytest_subprocess(
            "-p", "no:cacheprovider", f"--gocache-dir={store}", f"--go-toolchain={go_toolchain.goroot}", timeout=300
        )
        result.assert_outcomes(passed=2)

    return run


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"GOFLAGS": "-a"},
        {"GOFLAGS": "-mod=vendor"},
        {"GOFLAGS": "-trimpath -race -tags=x -nonsense"},
        {"GOCACHE": "off", "GOMODCACHE": "/nonexistent", "GOPATH": "relative", "GOTMPDIR": "/nonexistent"},
        {"GOWORK": "/nonexistent/go.work", "GO111MODULE": "off"},
        {"GOTOOLCHAIN": "go1.99.0", "GOPROXY": "https://nowhere.invalid", "GOSUMDB": "nowhere.invalid", "GOAUTH": "x"},
        {"GODEBUG": "gocacheverify=1,gocachetest=1,inittrace=1"},
        {
            "CGO_CFLAGS": "-DX=1 -frandom-seed=7",
            "CGO_LDFLAGS": "-lnowhere",
            "CC": "/nonexistent/cc",
            "CGO_ENABLED": "0",
        },
        {"GOOS": "plan9", "GOARCH": "arm", "GOAMD64": "v4", "GOEXPERIMENT": "nonsense"},
        {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "LANGUAGE": "tr"},
        {"GOROOT": "/nonexistent", "GOTOOLDIR": "/nonexistent", "GOROOT_FINAL": "/elsewhere"},
        {"GOCACHEPROG": "/nonexistent/prog", "GOTELEMETRY": "on", "GOVCS": "*:off", "GIT_DIR": "/nonexistent"},
        {"GOMAXPROCS": "1", "GOGC": "off", "GOTRACEBACK": "crash", "PWD": "/nonexistent"},
    ],
    ids=lambda env: "+".join(env) or "nothing",
)
def test_hostile_variables_change_no_verdict(run_inner: Callable[..., None], env: dict[str, str]) -> None:
    run_inner(**env)


def test_a_hostile_home_changes_no_verdict(
    run_inner: Callable[..., None], tmp_path: Path, go_toolchain: GoToolchain
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text('[core]\n\tnonsense = {{{\n[url "x"]\n\tinsteadOf = https://\n')
    settings = {"HOME": str(home), "PATH": os.environ["PATH"], "XDG_CONFIG_HOME": str(home / ".config")}
    telemetry = home / ".config" / "go" / "telemetry"
    telemetry.mkdir(parents=True)
    (telemetry / "mode").write_text("off 2020-01-01\n")
    # What a developer has written down for good, with go's own command.
    subprocess.run(
        [
            str(go_toolchain.go),
            "env",
            "-w",
            "GOFLAGS=-a -mod=vendor",
            "CGO_ENABLED=0",
            "GOPROXY=https://nowhere.invalid",
        ],
        env=settings | {"GOTOOLCHAIN": "local"},
        check=True,
    )
    before = sorted(home.rglob("*"))
    assert any(file.name == "env" for file in before)

    run_inner(**settings)

    # And what is done in the test is never seen in the home folder: no cache, no telemetry, no configuration.
    assert sorted(home.rglob("*")) == before


def test_a_hostile_umask_changes_no_verdict(run_inner: Callable[..., None]) -> None:
    before = os.umask(0o077)
    try:
        run_inner()
    finally:
        os.umask(before)


def test_a_repository_above_the_temporary_folder_is_stamped_into_nothing(
    pytester: pytest.Pytester, store: Path, go_toolchain: GoToolchain
) -> None:
    subprocess.run(["git", "init", "-q", str(pytester.path)], check=True)
    subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-q", "--allow-empty", "-m", "x"],
        cwd=pytester.path,
        check=True,
    )
    (pytester.path / "go.mod").write_text("module example.com/above\n")
    (pytester.path / "go.work").write_text("go 1.21\n\nuse .\n")
    pytester.makepyfile(INNER)

    result = pytester.runpytest_subprocess(
        "-p",
        "no:cacheprovider",
        f"--gocache-dir={store}",
        f"--go-toolchain={go_toolchain.goroot}",
        f"--basetemp={pytester.path / 'inside'}",
        timeout=300,
    )

    result.assert_outcomes(passed=2)


def test_a_repository_of_the_module_itself_is_stamped(app: GoModule) -> None:
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com"]
    subprocess.run([*git, "init", "-q"], cwd=app.path, check=True)
    subprocess.run([*git, "add", "-A"], cwd=app.path, check=True)
    subprocess.run([*git, "commit", "-q", "-m", "one"], cwd=app.path, check=True)

    app.build("-o", "../app.bin", "./cmd/app")
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "two"], cwd=app.path, check=True)
    second = app.build("-o", "../app.bin", "./cmd/app")

    assert "vcs.revision" in app.go("version", "-m", "../app.bin").stdout
    assert second.compiled == {"example.com/app/cmd/app"}
    assert app.build("-buildvcs=false", "-o", "../app.bin", "./cmd/app").compiled == {"example.com/app/cmd/app"}


def test_the_test_s_own_environment_reaches_go(app: GoModule) -> None:
    app.env["CGO_ENABLED"] = "0"

    assert app.go("env", "CGO_ENABLED").stdout == "0\n"
    assert app.go("env", "CGO_ENABLED", env={"CGO_ENABLED": "1"}).stdout == "1\n"
    assert app.go("env", "GODEBUG", env={"GODEBUG": "panicnil=1"}).stdout in (
        "panicnil=1\n",
        "\n",
    )


def test_the_folder_is_resolved(app: GoModule) -> None:
    app.write(
        "where/main.go",
        'package main\n\nimport "os"\n\nfunc main() { d, _ := os.Getwd(); println(d, os.Getenv("PWD")) }\n',
    )

    ran = app.run("./where")

    assert ran.stderr.split() == [os.path.realpath(app.path)] * 2
