"""Which variables of Go the build files stamp."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.checks.stamps import Stamp, stamps_in
from tests.with_pytest.real_repository import write

MAKE = ("make", "build")


@pytest.mark.parametrize(
    ("makefile", "stamp"),
    [
        pytest.param(
            "V ?= $(shell git describe)\nLDFLAGS := -s -X main.version=$(V)\n\nbuild:\n\tgo build -ldflags '$(LDFLAGS)' .\n",
            Stamp("main.version", "V", "Makefile", 5),
            id="in a variable",
        ),
        pytest.param(
            "PKG = example.com/app\nbuild:\n\tgo build -ldflags=\"-X '$(PKG)/version.Text=${V}'\"\n",
            Stamp("example.com/app/version.Text", "V", "Makefile", 3),
            id="in quotes, with a package in a variable",
        ),
        pytest.param(
            "FLAGS := -w\nFLAGS += \\\n  -X=main.commit=$(shell git rev-parse HEAD)\nbuild: app\napp:\n\tgo build -ldflags '$(FLAGS)'\n",
            Stamp("main.commit", "", "Makefile", 6),
            id="added, on a second line, of a prerequisite, from a program",
        ),
        pytest.param(
            "V = v-$(N)\nbuild:\n\tgo build -ldflags '-X main.version=$(V)'\n",
            Stamp("main.version", "V", "Makefile", 3),
            id="a value that has a variable itself",
        ),
    ],
)
def test_a_stamp_of_a_make_target_is_found(tmp_path: Path, makefile: str, stamp: Stamp) -> None:
    write(tmp_path, {"Makefile": makefile})
    assert stamps_in(tmp_path, MAKE) == [stamp]


def test_a_stamp_of_a_different_target_is_not_that_of_the_build(tmp_path: Path) -> None:
    write(tmp_path, {"Makefile": "build:\n\tgo build ./...\nrelease:\n\tgo build -ldflags '-X main.version=1'\n"})
    assert stamps_in(tmp_path, MAKE) == []
    assert stamps_in(tmp_path, ("make", "release")) == [Stamp("main.version", "", "Makefile", 4)]


def test_stamps_of_other_files_come_after_those_of_make_and_each_once(tmp_path: Path) -> None:
    release = "builds:\n- ldflags:\n  - -X main.version={{.Version}} -X main.date={{.Date}}\n  - -X main.date=1\n"
    makefile = "build:\n\tgo build -ldflags '-X main.version=$(V)'\n"
    write(tmp_path, {".goreleaser.yml": release, "Makefile": makefile})
    assert stamps_in(tmp_path, MAKE) == [
        Stamp("main.version", "V", "Makefile", 2),
        Stamp("main.version", "", ".goreleaser.yml", 3),
        Stamp("main.date", "", ".goreleaser.yml", 3),
    ]


def test_a_name_that_only_a_program_knows_and_a_circle_of_variables_are_no_stamp(tmp_path: Path) -> None:
    circle = "A = $(B) -X\nB = $(A)\nbuild:\n\tgo build -ldflags '$(A) -X $(shell go list)/version.V=1 -X $(A).V=1'\n"
    write(tmp_path, {"Makefile": circle})
    assert stamps_in(tmp_path, MAKE) == []


def test_no_build_files(tmp_path: Path) -> None:
    assert stamps_in(tmp_path, ("go", "build", "./...")) == []


def test_a_file_that_cannot_be_read_has_no_stamps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"Makefile": "build:\n\tgo build -ldflags '-X main.version=1'\n"})
    assert stamps_in(tmp_path, MAKE)

    def fails(*_: object, **__: object) -> str:
        raise OSError("the disk is broken")

    monkeypatch.setattr(Path, "read_text", fails)
    assert stamps_in(tmp_path, MAKE) == []


def test_variables_that_grow_with_each_round_end(tmp_path: Path) -> None:
    grows = "LDFLAGS := $(if $(findstring -X,$(LDFLAGS)),$(LDFLAGS),$(LDFLAGS) -X main.v=1)\n"
    write(tmp_path, {"Makefile": f"{grows}build:\n\tgo build -ldflags '$(LDFLAGS)'\n"})
    assert [stamp.variable for stamp in stamps_in(tmp_path, MAKE)] == ["main.v"]
