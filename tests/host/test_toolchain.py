"""GoToolchain: what a GOROOT says without being run, and what is no toolchain."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.errors import ToolchainError
from pytest_gocache.golang.version import GoVersion
from pytest_gocache.host.toolchain import GoToolchain, find_default, from_path, version_in
from tests.host.made_goroots import make_goroot


def test_the_version_of_a_goroot_is_in_its_file(tmp_path: Path) -> None:
    assert version_in(make_goroot(tmp_path / "go")) == GoVersion.parse("go1.27.3")
    assert version_in(tmp_path) is None
    (tmp_path / "VERSION").write_text("weekly\n", encoding="ascii")
    assert version_in(tmp_path) is None


def test_the_standard_library_is_what_is_in_goroot(tmp_path: Path) -> None:
    toolchain = GoToolchain(make_goroot(tmp_path / "go"), GoVersion.parse("go1.27.3"), {}, "compile version go1.27.3")
    for _ in range(2):
        assert toolchain.is_std("net/http")
        assert toolchain.is_std("cmd/go")
        assert toolchain.is_std("vendor/golang.org/x/net")
        assert not toolchain.is_std("example.com/app")
        assert not toolchain.is_std("golang.org/x/net")
        assert not toolchain.is_std("net/htttp")
    assert toolchain.go == tmp_path / "go" / "bin" / "go"
    assert str(toolchain) == f"go1.27.3 ({tmp_path / 'go'})"


def test_no_toolchain_is_an_error_that_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_gocache.host.find_go.embedded_goroot", lambda: None)
    for ambient in ({}, {"PATH": ""}, {"PATH": str(tmp_path)}):
        with pytest.raises(ToolchainError, match=r"pip install 'pytest-gocache\[go\]'"):
            find_default(ambient)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (None, "does not exist"),
        ("exit 3", r"failed with exit status 3; it printed:\nsorry"),
        ("echo no json", "is not a go command"),
        ("echo '{}'", "is not a go command"),
        ("echo '[]'", "is not a go command"),
        ("""echo '{"GOROOT": "/", "GOVERSION": "go1.20.14", "GOTOOLDIR": "/"}'""", "needs Go 1.21 or newer"),
        ("""echo '{"GOROOT": "/nowhere", "GOVERSION": "go1.27.3", "GOTOOLDIR": "/"}'""", "which has no bin/go"),
    ],
)
def test_what_is_no_toolchain_is_refused_with_what_it_printed(script: str | None, message: str, tmp_path: Path) -> None:
    program = tmp_path / "fake"
    if script is not None:
        program.write_text(f"#!/bin/sh\necho sorry >&2\n{script}\n", encoding="ascii")
        program.chmod(0o755)
    with pytest.raises(ToolchainError, match=message):
        from_path(program, {"PATH": "/usr/bin:/bin"})


def test_a_folder_without_go_and_a_file_that_cannot_run_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match="not a GOROOT"):
        from_path(tmp_path, {})
    (tmp_path / "text").write_text("text", encoding="ascii")
    with pytest.raises(ToolchainError, match="cannot be run"):
        from_path(tmp_path / "text", {})
