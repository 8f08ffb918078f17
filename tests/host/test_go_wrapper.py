"""A wrapper called go is asked where its toolchain is; an answer that does not help is in the error."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pytest_gocache.errors import ToolchainError
from pytest_gocache.golang.version import GoVersion
from pytest_gocache.host.fetch_go import resolve
from pytest_gocache.host.find_go import SERVER_FILE
from pytest_gocache.host.go_wrapper import goroot_of_wrapper
from pytest_gocache.host.toolchain import find_default
from tests.host.made_goroots import make_goroot

VERSION = "1.96.7"  # that nobody has

GO = f"""#!/bin/sh
goroot=$(cd "$(dirname "$0")/.." && pwd)
case "$1" in
env) printf '{{"GOROOT": "%s", "GOVERSION": "go{VERSION}", "GOTOOLDIR": "%s"}}' "$goroot" "$goroot/bin" ;;
*) echo compile version go{VERSION} ;;
esac
"""


def wrapper(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / "go"
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


@pytest.fixture
def sdk(tmp_path: Path) -> Path:
    """A toolchain that answers what the plugin asks."""
    goroot = make_goroot(tmp_path / "sdk", f"go{VERSION}")
    for name in ("go", "compile"):
        (goroot / "bin" / name).write_text(GO, encoding="utf-8")
        (goroot / "bin" / name).chmod(0o755)
    return goroot


def test_the_toolchain_behind_a_wrapper_is_used_and_the_wrapper_is_asked_once(tmp_path: Path, sdk: Path) -> None:
    calls = tmp_path / "calls"
    file = wrapper(tmp_path / "bin", f'echo "$@" >> {calls}\nexec {sdk}/bin/go "$@"')
    ambient = {"PATH": f"{file.parent}:/usr/bin:/bin"}
    toolchain = find_default(ambient)
    assert (toolchain.goroot, toolchain.version) == (sdk, GoVersion.parse(f"go{VERSION}"))
    assert calls.read_text(encoding="utf-8") == "env -json GOROOT\n"
    assert resolve(VERSION, None, ambient, print).goroot == sdk


def test_a_version_manager_sees_the_home_and_its_own_variables_and_not_those_of_go(
    tmp_path: Path, sdk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    file = wrapper(tmp_path / "bin", f"env > {seen}\npwd >> {seen}\nexec {sdk}/bin/go env")
    settings = {"HOME": "/home/ann", "ASDF_DATA_DIR": "/asdf", "GOENV_VERSION": "1.25.5", "PATH": "/usr/bin:/bin"}
    go = {"GOROOT": "/old", "GOFLAGS": "-nonsense", "GODEBUG": "x=1", "GOENV": "/nowhere", "GOTOOLCHAIN": "go1.99.0"}
    monkeypatch.chdir(tmp_path)
    assert goroot_of_wrapper(file, settings | go) == sdk
    lines = seen.read_text(encoding="utf-8").splitlines()
    assert {f"{name}={value}" for name, value in settings.items()} <= set(lines)
    assert not {f"{name}={value}" for name, value in go.items()} & set(lines)
    assert lines[-1] == str(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "echo no version set >&2\nexit 126",
            "answered .* with exit status 126. It printed:\nno version set\nPut the bin",
        ),
        ("echo hello", "answered .* with no GOROOT. It printed:\nhello"),
        ("echo []", "answered .* with no GOROOT"),
        (
            "exit 0",
            "answered .* with no GOROOT\nPut the bin folder of the Go itself before it on PATH; .* --go-toolchain=PATH",
        ),
        ("""echo '{"GOROOT": "/nowhere"}'""", "names the GOROOT '/nowhere', which has no bin/go"),
        ("""echo '{"GOROOT": ""}'""", "names the GOROOT '.*', which has no bin/go"),
        ("echo starting\nsleep 60", "did not answer `go env -json GOROOT` within 0.5 seconds. It printed:\nstarting"),
    ],
)
def test_an_answer_that_does_not_help_is_in_the_error(text: str, message: str, tmp_path: Path) -> None:
    file = wrapper(tmp_path / "bin", text)
    start = f"{re.escape(str(file))}, the first `go` on PATH, is a wrapper. It "
    with pytest.raises(ToolchainError, match=start + message):
        goroot_of_wrapper(file, {"PATH": "/usr/bin:/bin"}, seconds=0.5)


def test_a_wrapper_that_cannot_start_is_named(tmp_path: Path) -> None:
    file = wrapper(tmp_path / "bin", "")
    file.write_text("#!/nowhere/sh\n", encoding="ascii")
    with pytest.raises(
        ToolchainError, match="It cannot be run: No such file or directory\nPut the bin folder of the Go itself"
    ):
        goroot_of_wrapper(file, {})


def test_a_wrapper_of_our_own_observing_go_is_refused(tmp_path: Path) -> None:
    goroot = make_goroot(tmp_path / "shim")
    (goroot / SERVER_FILE).write_text("", encoding="ascii")
    file = wrapper(tmp_path / "bin", f"echo '{json.dumps({'GOROOT': str(goroot)})}'")
    with pytest.raises(ToolchainError, match="It calls the go that observes a test"):
        goroot_of_wrapper(file, {"PATH": "/usr/bin:/bin"})


def test_a_wrapper_that_fails_does_not_hide_that_a_version_is_missing(tmp_path: Path) -> None:
    file = wrapper(tmp_path / "bin", "exit 1")
    with pytest.raises(Exception, match=f"go{VERSION} is not installed, and there is no store"):
        resolve(VERSION, None, {"PATH": f"{file.parent}:/usr/bin:/bin"}, print)
