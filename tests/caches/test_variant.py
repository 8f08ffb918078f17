"""Variant: what decides which compiled standard packages a command looks for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_gocache.caches.variant import Variant
from pytest_gocache.golang.command_line import GoArguments
from pytest_gocache.golang.version import GoVersion
from pytest_gocache.host.toolchain import GoToolchain


def variant(line: str, cwd: Path, goroot: str = "/go", **env: str) -> Variant:
    known = {"GOOS": "linux", "GOARCH": "amd64", "CGO_ENABLED": "1", "CC": "", "CXX": ""}
    toolchain = GoToolchain(Path(goroot), GoVersion.parse("go1.27.3"), known, "compile version go1.27.3")
    return Variant.of(
        toolchain, GoArguments.read(line.split(), env.get("GOFLAGS", "")), {"PATH": os.defpath, **env}, cwd
    )


def family(line: str, cwd: Path, **env: str) -> str:
    return variant(line, cwd, **env).family


def test_what_changes_every_compiled_package_changes_the_family(tmp_path: Path) -> None:
    plain = family("build .", tmp_path)
    others = [
        family("build -race .", tmp_path),
        family("build -trimpath .", tmp_path),
        family("build .", tmp_path, GOFLAGS="-buildmode=pie"),
        family("build .", tmp_path, GOOS="windows"),
        family("build .", tmp_path, CGO_ENABLED="0"),
    ]
    assert len({plain, *others}) == len(others) + 1


@pytest.mark.parametrize(
    "line",
    ["build -v ./x", "test ./...", "build -race=false .", "test -cover ./a", "build -tags x .", "build -ldflags=-s ."],
)
def test_what_leaves_compiled_packages_as_they_are_stays_in_the_family(line: str, tmp_path: Path) -> None:
    assert family(line, tmp_path) == family("build .", tmp_path)


def test_a_profiles_content_counts_and_not_its_place(tmp_path: Path) -> None:
    for name, text in (("a", "one"), ("b", "one"), ("c", "two")):
        (tmp_path / f"{name}.pprof").write_text(text, encoding="ascii")
    a, b, c = (family(f"build -pgo={name}.pprof .", tmp_path) for name in "abc")
    assert a == b != c


def test_flags_that_leave_most_packages_as_they_are_are_extras(tmp_path: Path) -> None:
    assert variant("test -cover -race .", tmp_path).extras == ("-cover",)


def test_the_profile_beside_a_main_package_is_one_that_a_flag_names(tmp_path: Path) -> None:
    (tmp_path / "default.pgo").write_text("one", encoding="ascii")
    found = variant("build .", tmp_path).with_profile(tmp_path / "default.pgo")
    assert found == variant("build -pgo=default.pgo .", tmp_path)
    assert found.label == "go1.27.3 -pgo"


@pytest.mark.parametrize(
    ("line", "env", "label"),
    [
        ("build ./...", {}, "go1.27.3"),
        ("build -race ./...", {}, "go1.27.3 -race"),
        ("build ./...", {"GOFLAGS": "-trimpath"}, "go1.27.3 -trimpath"),
        ("build ./...", {"GOOS": "windows"}, "go1.27.3 GOOS=windows"),
        # What the toolchain does anyway.
        ("build ./...", {"GOOS": "linux", "CGO_ENABLED": "1"}, "go1.27.3"),
    ],
)
def test_a_label_has_what_differs_from_the_default(line: str, env: dict[str, str], label: str) -> None:
    assert variant(line, Path("/src"), **env).label == label


def test_a_default_that_is_from_go_env_selects_a_variant(tmp_path: Path) -> None:
    (tmp_path / "go.env").write_text("CGO_ENABLED=1\n", encoding="ascii")
    assert variant("build .", tmp_path, CGO_ENABLED="1").env == ()
    assert variant("build .", tmp_path, str(tmp_path), CGO_ENABLED="1").env == (("CGO_ENABLED", "1"),)
