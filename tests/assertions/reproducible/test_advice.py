"""What to do about a build that is not reproducible: each line has its evidence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_gocache.assertions.reproducible.advice import advice_for
from pytest_gocache.assertions.reproducible.conditions import PathKind
from pytest_gocache.assertions.reproducible.contents import FileDifference, SettingDifference
from pytest_gocache.assertions.reproducible.first_difference import FirstDifference
from pytest_gocache.golang.elf import SectionDifference
from pytest_gocache.golang.version import GoVersion
from pytest_gocache.results.inputs import Change, Input, InputKind
from pytest_gocache.results.result import Circumstances, Result

BUILD_ID = SectionDifference(".note.go.buildid", (99, 99))
SENTENCE = "same inputs, different output"


def build(*flags: str, goflags: str = "") -> Result:
    """A build with these flags."""
    command = ("go", "build", *flags, "./cmd/app")
    return Result(command, 1, Path("/src"), 0, "", "", 1.0, circumstances=Circumstances(env={"GOFLAGS": goflags}))


def advice(
    *firsts: FirstDifference, file: FileDifference | None = None, one: Result | None = None, go: str = "go1.27.3"
) -> list[str]:
    versions = GoVersion.parse(go), GoVersion.parse("go1.27.3")
    return list(advice_for(firsts, file, one or build(), versions))


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


def differing(kind: InputKind, old: str, new: str) -> FirstDifference:
    return FirstDifference(frozenset({"folder"}), "differs", changes=(Change(Input(kind), old, new),))


def test_a_time_in_the_link_flags() -> None:
    line = "a time in -ldflags makes each build different: use the time of the commit instead"
    assert advice(differing(InputKind.LINK_FLAGS, "-X main.t=1714557600", "-X main.t=1714557601")) == [line]
    assert advice(differing(InputKind.LINK_FLAGS, "-X main.t=a", "-X main.t=b")) == []
    assert advice(differing(InputKind.COMPILE_FLAGS, "-D t=10:00:59", "-D t=10:01:00")) == []


def test_a_folder_in_the_linker_flags_of_cgo() -> None:
    (line,) = advice(differing(InputKind.CGO_LINKER_FLAGS, "-L/one/lib", "-L/two/lib"), one=build("-trimpath"))
    assert line.startswith("-trimpath does not change the linker flags of cgo (#cgo LDFLAGS, CGO_LDFLAGS)")


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
    [line] = advice(first, go="go1.26.6")
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


def test_a_program_trims_paths_when_all_its_commands_do() -> None:
    file = FileDifference("app", paths={PathKind.FOLDER: "/home/ann  2 times"})
    program = replace(build(), command=("make",))
    assert advice(file=file, one=replace(program, commands=(build("-trimpath"), build("-trimpath")))) == []
    assert len(advice(file=file, one=replace(program, commands=(build("-trimpath"), build())))) == 1
