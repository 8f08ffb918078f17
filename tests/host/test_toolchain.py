"""GoVersion, and what toolchain.py knows of a GOROOT without running it."""

from __future__ import annotations

import itertools
import pickle
import random
from pathlib import Path

import pytest

from pytest_gocache.errors import ToolchainError, UsageError
from pytest_gocache.golang.version import GoVersion
from pytest_gocache.host.find_go import locate_default
from pytest_gocache.host.toolchain import GoToolchain, find_default, from_path, version_in

ASCENDING = [
    "go1.21.0",
    "go1.21.13",
    "go1.25",
    "go1.25.5",
    "devel go1.26-abcdef0 Mon Jan 2 15:04:05 2026 +0000",
    "go1.26beta1",
    "go1.26rc1",
    "go1.26rc2",
    "go1.26rc10",
    "go1.26.0",
    "go1.26.6",
    "go1.27.3",
    "go2.0",
]


@pytest.mark.parametrize(
    ("text", "release", "language", "number"),
    [
        ("go1.27.3", (1, 27, 3), "1.27", "1.27.3"),
        ("1.27.3", (1, 27, 3), "1.27", "1.27.3"),
        ("go1.27", (1, 27, 0), "1.27", "1.27"),
        (" go1.27.3\n", (1, 27, 3), "1.27", "1.27.3"),
        ("go1.28rc1", (1, 28, 0), "1.28", "1.28rc1"),
        ("go1.28beta2", (1, 28, 0), "1.28", "1.28beta2"),
        ("go1.27.3 X:rangefunc", (1, 27, 3), "1.27", "1.27.3"),
        ("go1.27.3-vendor.1", (1, 27, 3), "1.27", "1.27.3-vendor.1"),
        ("go1.27.3+auto", (1, 27, 3), "1.27", "1.27.3+auto"),
        ("devel go1.28-abcdef Mon Jan 2", (1, 28, 0), "1.28", "1.28-abcdef"),
    ],
)
def test_versions_are_read(text: str, release: tuple[int, int, int], language: str, number: str) -> None:
    version = GoVersion.parse(text)
    assert version.release == release
    assert version.language == language
    assert version.number == number
    assert str(version) == text.strip()
    assert pickle.loads(pickle.dumps(version)) == version  # noqa: S301 - our own


@pytest.mark.parametrize(
    "text", ["", "go", "1", "go1", "latest", "gopher1.27", "go1.27.x", "go1.27.3.4", "v1.27.3", "stable 1.27"]
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not a Go version"):
        GoVersion.parse(text)


def test_versions_are_ordered() -> None:
    versions = [GoVersion.parse(text) for text in ASCENDING]
    for low, high in itertools.combinations(versions, 2):
        assert low < high
        assert low <= high
        assert high > low
        assert low != high
    shuffled = random.Random(0).sample(versions, len(versions))  # noqa: S311 - only an order
    assert [str(v) for v in sorted(shuffled)] == ASCENDING


def test_a_development_version_in_the_form_of_go_1_25_and_later_comes_before_its_release() -> None:
    # cmd/dist writes "go1.28-devel_…" since Go 1.25; before, "devel go1.28-…".
    devel = GoVersion.parse("go1.28-devel_abcdef0123 Mon Jan 2 15:04:05 2026 +0000")
    assert GoVersion.parse("go1.27.3") < devel < GoVersion.parse("go1.28rc1")
    assert devel.satisfies(">=1.28")


def test_equal_versions_are_equal_however_they_are_written() -> None:
    one, other = GoVersion.parse("go1.27"), GoVersion.parse("1.27.0")
    assert one == other
    assert hash(one) == hash(other)
    assert one <= other
    assert one != "go1.27"
    with pytest.raises(TypeError):
        assert one < "go1.28"


@pytest.mark.parametrize(
    ("version", "specifier", "met"),
    [
        ("go1.27.3", ">=1.25", True),
        ("go1.27.3", ">=1.27", True),
        ("go1.27.3", ">=1.27.4", False),
        ("go1.27.3", ">=1.24,<1.27", False),
        ("go1.26.6", ">=1.24,<1.27", True),
        ("go1.27.3", "==1.27.*", True),
        ("go1.27.3", "==1.27", False),
        ("go1.27", "==1.27", True),
        ("go1.27.3", "!=1.27.3", False),
        ("go1.27.3", "~=1.27.1", True),
        ("go1.28rc1", ">=1.28", True),
        ("devel go1.28-abc", ">=1.28", True),
        ("go1.28rc1", "<1.28", False),
        ("go1.9.7", ">=1.10", False),
        ("go1.27.3 X:rangefunc", ">=1.27", True),
        ("go1.27.3", "", True),
    ],
)
def test_specifiers_are_met_or_not(version: str, specifier: str, met: bool) -> None:  # noqa: FBT001 - a table's column
    assert GoVersion.parse(version).satisfies(specifier) is met


@pytest.mark.parametrize("specifier", ["1.25", ">= go1.25", "newest", ">=1.25 <1.27"])
def test_what_is_no_specifier_is_refused(specifier: str) -> None:
    with pytest.raises(UsageError, match="is not a version specifier"):
        GoVersion.parse("go1.27.3").satisfies(specifier)


def make_goroot(folder: Path, version: str = "go1.27.3") -> Path:
    for name in ("bin", "src/net/http", "src/cmd/go", "src/vendor/golang.org/x/net"):
        (folder / name).mkdir(parents=True)
    (folder / "bin" / "go").write_bytes(b"\x7fELF not really")
    (folder / "bin" / "go").chmod(0o755)
    (folder / "VERSION").write_text(f"{version}\ntime 2026-01-01T00:00:00Z\n", encoding="ascii")
    return folder


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


def test_the_first_real_go_on_path_is_found_and_a_python_wrapper_is_not(tmp_path: Path) -> None:
    wrapper = tmp_path / "wrapper" / "go"
    wrapper.parent.mkdir()
    wrapper.write_text("#!/usr/bin/env python3\n", encoding="ascii")
    wrapper.chmod(0o755)
    real = make_goroot(tmp_path / "go") / "bin"
    path = f"{wrapper.parent}::{tmp_path / 'nowhere'}:{real}"
    assert locate_default({"PATH": path}) == real / "go"


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
