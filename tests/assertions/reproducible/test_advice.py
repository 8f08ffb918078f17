"""What to do about a build that is not reproducible: each line has its evidence."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from pytest_gocache.assertions.reproducible.advice import advice_for
from pytest_gocache.assertions.reproducible.builds import Build
from pytest_gocache.assertions.reproducible.conditions import PathKind, Setup
from pytest_gocache.assertions.reproducible.contents import FileDifference, SettingDifference
from pytest_gocache.assertions.reproducible.first_difference import FirstDifference
from pytest_gocache.golang.elf import SectionDifference
from pytest_gocache.golang.version import GoVersion
from pytest_gocache.results.result import Circumstances, Result
from pytest_gocache.run.machine import Machine

BUILD_ID = SectionDifference(".note.go.buildid", (99, 99))
SENTENCE = "same inputs, different output"


def build(*flags: str, goflags: str = "", version: str = "go1.27.3") -> Build:
    """A build with these flags; its machine is nothing but a version of Go."""
    machine = SimpleNamespace(toolchain=SimpleNamespace(version=GoVersion.parse(version)))
    command = ("go", "build", *flags, "./cmd/app")
    result = Result(command, 1, Path("/src"), 0, "", "", 1.0, circumstances=Circumstances(env={"GOFLAGS": goflags}))
    return Build(result, Path("/build-1"), Setup(cast("Machine", machine), Path("/src"), (), {}), {})


def advice(*firsts: FirstDifference, file: FileDifference | None = None, one: Build | None = None) -> list[str]:
    return list(advice_for(firsts, file, one or build(), build()))


@pytest.mark.parametrize("kind", list(PathKind))
def test_paths_that_trimpath_removes(kind: PathKind) -> None:
    file = FileDifference("app", paths={kind: "/home/ann  2 times"})
    line = "build with -trimpath: it removes the paths of folders from packages and binaries"
    trimmed = kind in {PathKind.FOLDER, PathKind.MODULE_CACHE, PathKind.GOROOT}
    assert advice(file=file) == [line] * trimmed
    assert advice(file=file, one=build("-trimpath")) == []
    assert advice(file=file, one=build(goflags="-trimpath")) == []
    assert advice(file=file, one=build("-trimpath=false", goflags="-trimpath")) == [line] * trimmed


def test_only_the_build_id_differs() -> None:
    line = "only the build ID differs, which contains a hash of all inputs: -ldflags=-buildid= removes it"
    assert advice(file=FileDifference("app", sections=(BUILD_ID,))) == [line]
    assert advice(file=FileDifference("app", sections=(BUILD_ID,)), one=build("-ldflags=-buildid=")) == []
    more = SectionDifference(".text", (10, 11))
    assert advice(file=FileDifference("app", sections=(BUILD_ID, more))) == []
    assert advice(file=FileDifference("app")) == []


def test_a_stamped_checkout() -> None:
    file = FileDifference("app", settings=(SettingDifference("vcs.modified", ("false", "true")),))
    line = "Go stamps the state of the checkout into main packages: -buildvcs=false turns that off"
    assert advice(file=file) == [line]
    assert advice(file=FileDifference("app", settings=(SettingDifference("CGO_ENABLED", ("0", "1")),))) == []


def test_toolchains() -> None:
    first = FirstDifference(frozenset({"toolchain"}), SENTENCE)
    assert advice(first) == [
        "both toolchains report go1.27.3, but their files differ: install Go from the same source everywhere"
    ]
    [line] = advice(first, one=build(version="go1.26.6"))
    assert line.startswith("pin the toolchain: GOTOOLCHAIN=go1.26.6 selects exactly this version; ")


@pytest.mark.parametrize(
    ("program", "is_c"),
    [
        *(("gcc", True), ("clang-17", True), ("x86_64-linux-gnu-gcc", True), ("g++", True), ("cc", True)),
        *(("compile", False), ("cgo", False), ("ccache.sh", False)),
    ],
)
def test_programs_that_go_does_not_track(program: str, *, is_c: bool) -> None:
    first = FirstDifference(frozenset(), SENTENCE, same_inputs=True, programs=("compile", program))
    line = "a C compiler ran: look for __DATE__, __TIME__ and __FILE__ in the C sources"
    assert advice(first) == [line] * is_c
    assert advice(FirstDifference(frozenset(), SENTENCE, programs=(program,))) == [], "its inputs differ"
    toolexec = "-toolexec runs a program whose version is its only input that Go tracks: check what else it reads"
    assert advice(first, one=build("-toolexec=/bin/wrap")) == [toolexec]
