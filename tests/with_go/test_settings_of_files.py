"""The flags in GOFLAGS and the settings in files: Go obeys them, so the library reads them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from unittest import mock

import pytest

from pytest_gocache import GoModule, GoToolchain, UsageError, assert_cached, assert_rebuilt
from pytest_gocache.caches.warm_store import WarmStore
from pytest_gocache.checks.repository import Checkout
from pytest_gocache.gocache_toml import RepositoryConfig
from pytest_gocache.golang.command_line import GoArguments
from pytest_gocache.host.environment import file_settings
from pytest_gocache.host.toolchain import from_path
from pytest_gocache.plugin.session import session_of
from pytest_gocache.run.go_module import observer_of
from pytest_gocache.run.machine import Machine
from pytest_gocache.run.running import Steps

LIB = "example.com/app/lib"
LISTS = [
    ("", "-export"),
    ("-export", ""),
    ("--export=true", ""),
    ("-export", "-export=false"),
    ("-export=0", "-export"),
    ("-compiled", ""),
    ("-compiled", "-compiled=F"),
    ("-json", ""),
    ("-json", "-json=Name"),
    ("-json=Name", "-json"),
    ("-json=Name", "-json=Stale"),
    ("-json=Name,StaleReason", ""),
    ("-json", "-json=false"),
    ("-f={{.Stale}}", ""),
    ("-f={{.Stale}}", "-f={{.Name}}"),
    ("-tags=-export", ""),
    ("", ""),
]


@pytest.fixture
def module(go_module: GoModule) -> GoModule:
    go_module.write({"lib/lib.go": "package lib\n", "default.go": "package app\n"})
    return go_module


def environment(module: GoModule) -> dict[str, str]:
    """The environment of a bare go command of the module."""
    return {**observer_of(module)[0].machine.env, "GODEBUG": "", "GOWORK": "off"}


def test_go_list_builds_when_the_library_says_so(module: GoModule, tmp_path: Path) -> None:
    said, seen = {}, {}
    for number, (goflags, flags) in enumerate(LISTS):
        graph = tmp_path / f"{number}.json"
        args = ["list", *flags.split(), "./lib"]
        argv = [str(module.toolchain.go), "list", f"-debug-actiongraph={graph}", *args[1:]]
        subprocess.run(argv, cwd=module.path, env={**environment(module), "GOFLAGS": goflags}, check=True)
        said[goflags, flags] = GoArguments.read(args, goflags).builds
        seen[goflags, flags] = graph.exists()
    assert said == seen


def test_what_go_list_compiles_for_a_flag_in_goflags_is_seen(module: GoModule) -> None:
    module.env["GOFLAGS"] = "-export"
    assert module.go("list", "./lib").compiled_outside_std == {LIB}
    assert_cached(module.go("list", "./lib"))


def test_what_go_list_compiles_in_a_program_is_no_hit_of_a_later_build(module: GoModule) -> None:
    ran = module.exec("sh", "-c", "GOFLAGS=-export go list ./lib && go build ./lib")
    assert_rebuilt(ran, "./lib")


def test_errors_that_goflags_lets_go_list_ignore_are_no_damaged_graph(module: GoModule) -> None:
    module.write("lib/lib.go", "package lib\n\nvar wrong int = true\n")
    module.env["GOFLAGS"] = "-e -export"
    assert module.go("list", "./lib").returncode == 0


def write_settings(module: GoModule, file: Path, *settings: str) -> None:
    """What ``go env -w`` does, outside of the library."""
    argv = [str(module.toolchain.go), "env", "-w", *settings]
    subprocess.run(argv, cwd=module.path, env={**environment(module), "GOENV": str(file)}, check=True)


def test_the_users_file_counts_only_without_goenv_off(module: GoModule) -> None:
    file = Path(environment(module)["XDG_CONFIG_HOME"], "go", "env")
    write_settings(module, file, "GOFLAGS=-n", "CGO_ENABLED=0")
    assert module.build("./lib").compiled_outside_std == {LIB}
    file.unlink()
    write_settings(module, file, "GOFLAGS=-n")
    with pytest.raises(UsageError, match="-n in GOFLAGS only prints"):
        assert_cached(module.build("./lib", env={"GOENV": ""}))
    with pytest.raises(UsageError, match="-n in GOFLAGS only prints"):
        assert_cached(module.exec("env", "-u", "GOENV", "go", "build", "./lib"))


def test_a_file_that_goenv_names_is_read_before_each_command(module: GoModule) -> None:
    file = module.path / "settings"
    module.env["GOENV"] = str(file)
    module.build("./lib")
    write_settings(module, file, "GOFLAGS=-a")
    again = module.build("./lib")
    assert again.compiled_outside_std == {LIB}
    assert "-a in GOFLAGS" in str(again.explain(LIB))
    write_settings(module, file, "GOFLAGS=-tags=other")
    module.write("lib/lib.go", "//go:build other\n\npackage lib\n")
    assert_rebuilt(module.build("./..."), "./lib")


def test_the_standard_library_is_warm_for_the_settings_of_a_file(module: GoModule) -> None:
    module.write("lib/lib.go", 'package lib\n\nimport _ "errors"\n')
    file = module.path / "settings"
    write_settings(module, file, "GOFLAGS=-trimpath", "CGO_ENABLED=0")
    assert module.build("./lib", env={"GOENV": str(file)}).compiled == {LIB}


@pytest.fixture
def with_go_env(go_toolchain: GoToolchain, pytestconfig: pytest.Config, tmp_path: Path) -> GoModule:
    """A module, and a toolchain whose ``go.env`` has flags and settings."""
    goroot = tmp_path / "goroot"
    goroot.mkdir()
    for original in go_toolchain.goroot.iterdir():
        if original.name not in ("bin", "go.env", "pkg"):
            (goroot / original.name).symlink_to(original)
    for name in ("bin", "pkg"):
        shutil.copytree(go_toolchain.goroot / name, goroot / name, symlinks=True)
    (goroot / "go.env").write_text("GOTOOLCHAIN=local\nGOFLAGS=-trimpath\nCGO_ENABLED=0\n", encoding="ascii")
    session = session_of(pytestconfig)
    toolchain = from_path(goroot, session.ambient)
    assert toolchain.goroot == goroot.resolve()
    machine = Machine.create(tmp_path / "machine", toolchain, session.ambient)
    module = session.module(machine, machine.home.root / "app", Steps(tmp_path / "steps"))
    module.path.mkdir()
    texts = {"go.mod": "module example.com/app\n\ngo 1.20\n", "lib/lib.go": 'package lib\n\nimport _ "errors"\n'}
    module.write(texts)
    return module


def test_the_standard_library_is_warm_for_the_settings_of_the_toolchain(with_go_env: GoModule) -> None:
    built = with_go_env.build("./lib")
    assert built.compiled == {LIB}
    assert built.circumstances.settings["GOFLAGS"] == "-trimpath"
    # A GOFLAGS of the user replaces that of the toolchain.
    assert with_go_env.build("./lib", env={"GOFLAGS": "-v"}).compiled == {LIB}
    assert with_go_env.exec("go", "build", "./lib").compiled == frozenset()


def test_the_flags_of_a_check_come_after_those_of_the_toolchain(with_go_env: GoModule) -> None:
    checkout = Checkout(with_go_env, RepositoryConfig())
    assert checkout.test("-count=1").circumstances.env["GOFLAGS"] == "-trimpath -count=1"
    observer_of(with_go_env)[0].machine.settings["GOFLAGS"] = "-v"
    assert checkout.test("-count=1").circumstances.env["GOFLAGS"] == "-v -count=1"
    with_go_env.env["GOFLAGS"] = "-x"
    assert checkout.test("-count=1").circumstances.env["GOFLAGS"] == "-x -count=1"


def test_the_settings_are_those_that_go_env_prints(module: GoModule) -> None:
    file = module.path / "settings"
    lines = "# CC=no\nGOFLAGS=-tags=a  -v \nGOPRIVATE='x'\nGOOS\n GOVCS=x\nGONOPROXY=\nGOINSECURE=y\nGOINSECURE=z\n"
    file.write_text(lines, encoding="ascii")
    env = {**environment(module), "GOENV": str(file)}
    names = ["GOFLAGS", "GOPRIVATE", "GOOS", "GOVCS", "GONOPROXY", "GOINSECURE"]
    argv = [str(module.toolchain.go), "env", *names]
    printed = subprocess.run(argv, cwd=module.path, env=env, check=True, capture_output=True, text=True).stdout
    shown = dict(zip(names, printed.split("\n"), strict=False))
    read = file_settings(env, module.toolchain.goroot, module.path)
    assert {name: shown[name] for name in read if name != "GONOPROXY"} == {
        "GOFLAGS": "-tags=a  -v ",
        "GOPRIVATE": "'x'",
        "GOINSECURE": "z",
    }
    assert {name: value for name, value in read.items() if name != "GONOPROXY"} == {
        name: shown[name] for name in read if name != "GONOPROXY"
    }


def test_the_flags_of_a_program_are_not_hidden_by_those_of_the_library(module: GoModule) -> None:
    (module.path.parent / ".git").mkdir()  # a repository that is not the module's own
    (module.path / "settings").write_text("GOFLAGS=-n\n", encoding="ascii")
    ran = module.exec("sh", "-c", "GOENV=$PWD/settings go build ./lib")
    assert ran.commands[0].circumstances.settings["GOFLAGS"] == "-buildvcs=false -n"
    with pytest.raises(UsageError, match="-n in GOFLAGS only prints"):
        assert_cached(ran)


@pytest.mark.parametrize(("goflags", "number"), [("", 2), ("-pgo=auto", 2), ("-pgo=off", 1)])
def test_a_profile_that_goflags_switches_off_needs_no_warm_cache(module: GoModule, goflags: str, number: int) -> None:
    module.write({"main.go": "package main\n\nfunc main() {}\n", "default.pgo": "", "default.go": "package main\n"})
    module.env["GOFLAGS"] = f"-n {goflags}"
    with mock.patch.object(WarmStore, "warm", return_value=None) as warm:
        module.build(".", check=False)
    assert warm.call_count == number
