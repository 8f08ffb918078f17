"""Where a changed flag comes from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_gocache import Change, Input, InputKind, Reason, ReasonCode, Result
from pytest_gocache.explain.flag_origin import flag_origins
from pytest_gocache.golang.action import Kind
from pytest_gocache.results.result import Circumstances

MAKEFILE = """\
VERSION := $(shell date +%s)
# go build -ldflags="-X main.version=1"
build:
\tgo build -ldflags="-X $(PKG)/version.Version=$(VERSION)" ./cmd/app
"""


def stamped(kind: InputKind = InputKind.SETTING, name: str = "-ldflags") -> list[Reason]:
    old, new = (f'"-X example.com/app/version.Version={value}"' for value in "12")
    return [Reason("m/app", Kind.COMPILE, ReasonCode.CHANGED, changes=(Change(Input(kind, name), old, new),), since=1)]


def make(folder: Path, *command: str) -> Result:
    return Result(command or ("make", "build"), 2, folder, 0, "", "", 0.1)


def test_the_only_line_that_sets_the_variable(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text(MAKEFILE)
    (tmp_path / "release.sh").write_text("go build -ldflags='-X main.commit=1' ./cmd/tool\n")
    expected = ('-ldflags is set in Makefile:4: go build -ldflags="-X $(PKG)/version.Version=$(VERSION)" ./cmd/app',)
    assert flag_origins(make(tmp_path), stamped()) == expected
    assert flag_origins(make(tmp_path), stamped(InputKind.LINK_FLAGS, "")) == expected


def test_without_a_variable_the_only_line_that_has_the_flag(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "build.sh").write_text(f"set -e\ngo build -gcflags=all=-N{' ' * 3}{'x' * 100}\n")
    change = Change(Input(InputKind.COMPILE_FLAGS), None, "-N")
    [line] = flag_origins(make(tmp_path), [Reason("m", Kind.COMPILE, ReasonCode.CHANGED, changes=(change,))])
    assert line.startswith("-gcflags is set in scripts/build.sh:2: go build -gcflags=all=-N")
    assert line.endswith("xx …")


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"Makefile": MAKEFILE, "build.sh": "go build -ldflags='-X a.Version=1'\n"},
        {"Makefile": "build:\n\tgo build ./...\n", "main.go": "// -ldflags\nvar s = `-ldflags`\n"},
    ],
    ids=["none", "two places", "not a build file"],
)
def test_nothing_is_guessed(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert flag_origins(make(tmp_path), stamped()) == ()


def test_a_flag_that_the_test_gives_has_no_origin_in_the_repository(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text(MAKEFILE)
    assert flag_origins(make(tmp_path, "go", "build", "-ldflags=-X main.version=2"), stamped()) == ()


@pytest.mark.parametrize("env", [{"GOFLAGS": "-ldflags=-X=main.version=2"}, {"CGO_CFLAGS": "-O1"}])
def test_a_flag_in_the_environment_of_the_program_is_of_the_test(tmp_path: Path, env: dict[str, str]) -> None:
    (tmp_path / "Makefile").write_text("build:\n\tCGO_CFLAGS=-O2 go build -ldflags=-s ./...\n")
    reasons = [*stamped(), *stamped(InputKind.CGO_C_FLAGS, "")]
    plain = make(tmp_path)
    given = replace(plain, circumstances=Circumstances(env=env))
    assert [line.split()[0] for line in flag_origins(plain, reasons)] == ["-ldflags", "CGO_CFLAGS"]
    assert len(flag_origins(given, reasons)) == 1


def test_other_changes_are_no_flags(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text(MAKEFILE)
    assert flag_origins(make(tmp_path), stamped(InputKind.SETTING, "vcs.revision")) == ()


def test_a_file_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "Makefile").mkdir()
    (tmp_path / "huge.sh").write_text("go build -ldflags=x\n" + "#" * 1_000_001)
    assert flag_origins(make(tmp_path), stamped()) == ()
