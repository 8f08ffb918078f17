"""hermetic_environment: a mapping built from nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from pytest_gocache.host.environment import Home, file_settings, gocache_of, gomodcache_of, hermetic_environment

HOME = Home(Path("/machine"))
GOROOT = Path("/usr/local/go")

HOSTILE = """
    GOFLAGS GOENV GOWORK GOTOOLCHAIN GOPROXY GOPRIVATE GONOPROXY GONOSUMDB GOSUMDB GOINSECURE GOAUTH GOVCS GODEBUG
    GOCACHE GOMODCACHE GOPATH GOBIN GOROOT GOTMPDIR GOCACHEPROG GOEXPERIMENT GOOS GOARCH GOAMD64 GOARM GO111MODULE
    GOTELEMETRY GOTELEMETRYDIR GOGC GOMAXPROCS GOMEMLIMIT GOTRACEBACK GOCOVERDIR GORACE GOFIPS140 GO_EXTLINK_ENABLED
    CGO_ENABLED CGO_CFLAGS CGO_CPPFLAGS CGO_CXXFLAGS CGO_LDFLAGS CC CXX AR FC PKG_CONFIG PKG_CONFIG_PATH
    HOME XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME XDG_STATE_HOME TMPDIR TMP TEMP PWD OLDPWD USER LOGNAME
    LD_LIBRARY_PATH LD_PRELOAD DYLD_INSERT_LIBRARIES LIBRARY_PATH CPATH C_INCLUDE_PATH SOURCE_DATE_EPOCH
    LANG LC_ALL LC_MESSAGES LANGUAGE TZ SHELL BASH_ENV ENV IFS CDPATH TERM COLUMNS
    GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_CONFIG_GLOBAL GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_SSH_COMMAND
    SSH_AUTH_SOCK GIT_CONFIG_NOSYSTEM GIT_TERMINAL_PROMPT GIT_ASKPASS NETRC HG
    HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy SSL_CERT_FILE SSL_CERT_DIR
    MAKEFLAGS MAKELEVEL CI GITHUB_ACTIONS PYTHONPATH PYTEST_CURRENT_TEST PYTEST_ADDOPTS
""".split()  # noqa: SIM905 - a list of words


def test_nothing_of_a_hostile_surrounding_passes() -> None:
    ambient = {name: f"evil-{name}" for name in HOSTILE}
    env = hermetic_environment(HOME, GOROOT, ambient)
    assert [f"{name}={value}" for name, value in env.items() if "evil" in value] == []
    assert env == hermetic_environment(HOME, GOROOT, {})


def test_path_passes_behind_the_toolchain() -> None:
    env = hermetic_environment(HOME, GOROOT, {"PATH": "/opt/bin:/usr/bin"})
    assert env["PATH"].split(os.pathsep) == ["/usr/local/go/bin", "/opt/bin", "/usr/bin"]


@pytest.mark.parametrize("ambient", [{}, {"PATH": ""}])
def test_without_a_path_programs_are_found_in_the_systems_folders(ambient: dict[str, str]) -> None:
    env = hermetic_environment(HOME, GOROOT, ambient)
    assert env["PATH"] == f"/usr/local/go/bin{os.pathsep}{os.defpath}"


def test_every_folder_is_on_the_imagined_machine() -> None:
    env = hermetic_environment(HOME, GOROOT, {})
    folders = {name: value for name, value in env.items() if value.startswith("/") and name != "PATH"}
    assert {"HOME", "GOCACHE", "GOMODCACHE", "GOPATH", "GOBIN", "TMPDIR", "XDG_CONFIG_HOME"} <= folders.keys()
    assert [name for name, value in folders.items() if not value.startswith("/machine/")] == []


def test_nothing_reaches_the_network_or_a_users_settings() -> None:
    env = hermetic_environment(HOME, GOROOT, {})
    assert {
        name: env[name] for name in ("GOPROXY", "GOSUMDB", "GOENV", "GOFLAGS", "GOTOOLCHAIN", "GOAUTH", "TZ", "LC_ALL")
    } == {
        "GOPROXY": "off",
        "GOSUMDB": "off",
        "GOENV": "off",
        "GOFLAGS": "",
        "GOTOOLCHAIN": "local",
        "GOAUTH": "off",
        "TZ": "UTC",
        "LC_ALL": "C",
    }
    assert env["GIT_CONFIG_NOSYSTEM"] == "1"
    # `git config --global` moves a new file to where it is told: as root it would replace the null device.
    assert os.devnull not in env.values()
    assert "GODEBUG" not in env


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_only_the_platforms_own_variables_make_a_difference(ambient: dict[str, str]) -> None:
    allowed = {"PATH", "DEVELOPER_DIR", "SDKROOT"}
    reduced = {name: value for name, value in ambient.items() if name in allowed}
    assert hermetic_environment(HOME, GOROOT, ambient) == hermetic_environment(HOME, GOROOT, reduced)


def test_a_machine_is_created_with_telemetry_off(tmp_path: Path) -> None:
    home = Home(tmp_path / "machine")
    home.create()
    env = hermetic_environment(home, GOROOT, {})
    mode = Path(env["XDG_CONFIG_HOME"]) / "go" / "telemetry" / "mode"
    assert mode.read_text(encoding="ascii").startswith("off")
    for name in ("HOME", "TMPDIR"):
        assert Path(env[name]).is_dir(), name


@pytest.mark.parametrize(
    ("env", "folder"),
    [
        ({"GOMODCACHE": "/m", "GOPATH": "/g"}, "/m"),
        ({"GOMODCACHE": "", "GOPATH": os.pathsep.join(["/g", "/h"])}, "/g/pkg/mod"),
        ({"GOPATH": "", "HOME": "/home/ann"}, "/home/ann/go/pkg/mod"),
    ],
)
def test_the_module_cache_of_an_environment(env: dict[str, str], folder: str) -> None:
    assert gomodcache_of(env) == Path(folder)


@pytest.mark.parametrize(
    ("env", "folder"),
    [
        ({"GOCACHE": "/c", "HOME": "/h"}, "/c"),
        ({"HOME": "/h"}, "/h/.cache/go-build"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/x"}, "/x/go-build"),
    ],
)
def test_the_build_cache_of_an_environment(monkeypatch: pytest.MonkeyPatch, env: dict[str, str], folder: str) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert gocache_of(env) == Path(folder)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with files of settings."""
    texts = {
        "goroot/go.env": "GOPROXY=https://proxy.golang.org\nGOFLAGS=-v\nGOAMD64=v3\n",
        "own": "GOFLAGS=-n\n",
        "empty": "GOFLAGS=\n",
        "config/go/env": "GOFLAGS=-a\n",
        "home/.config/go/env": "GOFLAGS=-x\n",
        "home/Library/Application Support/go/env": "GOFLAGS=-x\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="ascii")
    return tmp_path


@pytest.mark.parametrize(
    ("env", "goflags"),
    [
        ({"GOENV": "off"}, "-v"),
        ({"GOENV": "off", "GOFLAGS": "-race"}, None),
        ({"GOENV": "off", "GOFLAGS": ""}, "-v"),
        ({"GOENV": "FILES/own"}, "-n"),
        ({"GOENV": "own"}, "-n"),
        ({"GOENV": "empty"}, ""),
        ({"GOENV": "nowhere"}, "-v"),
        ({"GOENV": "off", "GOROOT": "/nowhere"}, None),
        ({}, "-v"),
        ({"HOME": "FILES/home"}, "-x"),
        ({"HOME": "FILES/home", "GOENV": "", "GOFLAGS": "-race"}, None),
        pytest.param(
            {"HOME": "FILES/home", "XDG_CONFIG_HOME": "FILES/config"},
            "-a",
            marks=pytest.mark.skipif(sys.platform == "darwin", reason="XDG_CONFIG_HOME has no meaning on macOS"),
        ),
    ],
)
def test_the_settings_that_go_takes_from_files(files: Path, env: dict[str, str], goflags: str | None) -> None:
    full = {name: value.replace("FILES", str(files)) for name, value in env.items()}
    assert file_settings({"GOPROXY": "off", **full}, files / "goroot", files).get("GOFLAGS") == goflags


def test_a_setting_in_the_environment_hides_that_of_a_file(files: Path) -> None:
    found = file_settings({"GOENV": "off", "GOPROXY": "off"}, files / "goroot", files)
    assert found == {"GOFLAGS": "-v", "GOAMD64": "v3"}
