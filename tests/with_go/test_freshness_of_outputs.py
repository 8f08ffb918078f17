"""assert_up_to_date: every output of a command is compared, and none of the module's files is touched."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_gocache import GoModule, RerunError, assert_up_to_date
from tests.messages import failure

APP = "example.com/app"
HEADER = """
-- include/foo.h --
#define FOO 1
-- foo/foo.go --
package foo

// #cgo CFLAGS: -I${SRCDIR}/../include
// #include <foo.h>
import "C"

const Version = C.FOO
-- foo/foo_test.go --
package foo

import "testing"

func TestF(t *testing.T) {}
"""
LIBRARY = """
-- c/c.txt --
the library
-- main.go --
package main

// #cgo LDFLAGS: -L${SRCDIR}/c -lfoo
// int foo_answer(void);
import "C"

func main() { println(C.foo_answer()) }
-- main_test.go --
package main

import "testing"

func TestMain(t *testing.T) {}
"""
# Without package fmt, a command needs few standard packages.
LIB = """
-- lib/lib.go --
package lib

func F(yes bool) int {
	if yes {
		return 1
	}
	return 2
}
-- lib/lib_test.go --
package lib

import "testing"

func TestF(t *testing.T) { F(true) }
"""


@pytest.fixture
def library(go_module: GoModule) -> Callable[[str], None]:
    """Writes a static library whose function has a certain name."""

    def write(name: str) -> None:
        folder = go_module.path / "c"
        go_module.write("c/foo.c", f"int {name}(void) {{ return 1; }}\n")
        env = {"PATH": os.environ["PATH"]}
        subprocess.run(["gcc", "-c", "foo.c"], cwd=folder, env=env, check=True)
        (folder / "libfoo.a").unlink(missing_ok=True)
        subprocess.run(["ar", "rcsD", "libfoo.a", "foo.o"], cwd=folder, env=env, check=True)

    return write


@pytest.mark.gocache(cgo=True)
def test_a_test_that_an_empty_cache_cannot_build(go_module: GoModule) -> None:
    go_module.load(HEADER)
    go_module.test("./...")
    go_module.remove("include/foo.h")
    result = go_module.test("./...")
    assert result.tests[f"{APP}/foo"].cached
    assert "passed, but an empty cache cannot build it" in failure(assert_up_to_date, result)


@pytest.mark.gocache(cgo=True)
@pytest.mark.parametrize("command", [("test", "-c", "-o", "foo.test"), ("test", "-c")])
def test_a_test_binary_in_place(go_module: GoModule, library: Callable[[str], None], command: tuple[str, ...]) -> None:
    go_module.load(LIBRARY)
    library("foo_answer")
    assert_up_to_date(go_module.go(*command))
    library("foo_question")
    result = go_module.go(*command)
    assert not result.linked
    assert "foo_answer" in failure(assert_up_to_date, result, raises=RerunError)


@pytest.mark.gocache(cgo=True, go=">=1.24")
def test_an_executable_that_go_run_keeps(go_module: GoModule, library: Callable[[str], None]) -> None:
    go_module.load(LIBRARY)
    library("foo_answer")
    assert_up_to_date(go_module.run("."))
    assert_up_to_date(go_module.run("."))
    go_module.write("c/foo.c", "int foo_answer(void) { return 2; }\n")
    for argv in (["gcc", "-c", "foo.c"], ["ar", "rcsD", "libfoo.a", "foo.o"]):
        subprocess.run(argv, cwd=go_module.path / "c", env={"PATH": os.environ["PATH"]}, check=True)
    result = go_module.run(".")
    assert result.stderr == "1\n"
    assert "the executable that Go kept is stale" in failure(assert_up_to_date, result)


def test_files_that_go_has_indexed_with_the_same_size_and_time(go_module: GoModule) -> None:
    tags = {"a.go": "//go:build go1.1 ", "b.go": "//go:build !go1.1"}
    for name, tag in tags.items():
        go_module.write(f"p/{name}", f"{tag}\n\npackage p\n\nconst Name = {name!r}\n".replace("'", '"'))
    assert_up_to_date(go_module.build("./p"))
    for name, tag in zip(tags, reversed(tags.values()), strict=True):
        before = (go_module.path / "p" / name).stat().st_mtime
        go_module.write(f"p/{name}", f"{tag}\n\npackage p\n\nconst Name = {name!r}\n".replace("'", '"'))
        os.utime(go_module.path / "p" / name, (before, before))
    text = failure(assert_up_to_date, go_module.build("./p"))
    assert "./p  its cache key differs from that of an empty cache" in text
    assert "Go's index of its folder is stale" in text


def test_a_build_that_only_an_empty_cache_can_do(go_module: GoModule) -> None:
    go_module.load("""
        -- aaa/a.go --
        package aaa
        -- bbb/b.go --
        package bbb
        -- p/p.go --
        package p
        import _ "example.com/app/aaa"
    """)
    go_module.build("./p")
    before = (go_module.path / "p" / "p.go").stat().st_mtime
    go_module.edit("p/p.go", "aaa", "bbb")
    os.utime(go_module.path / "p" / "p.go", (before, before))
    result = go_module.build("./p", check=False)
    assert result.returncode == 1
    assert "import example.com/app/aaa was removed" in failure(assert_up_to_date, result)


def test_profiles_and_binaries_of_the_module_stay(go_module: GoModule) -> None:
    go_module.load(LIB)
    (go_module.path / "out").mkdir()
    flags = (
        "-coverprofile=cover.out",
        "-test.cpuprofile",
        "cpu.out",
        "-trace=trace.out",
        "-outputdir=out",
        "-o=l.test",
    )
    result = go_module.test(*flags, "./lib")
    files = ("out/cover.out", "out/cpu.out", "out/trace.out", "l.test", "lib/lib.go")
    before = {name: (go_module.path / name).stat().st_mtime_ns for name in files}
    assert_up_to_date(result)
    go_module.env["GOFLAGS"] = "-coverprofile=other.out"
    assert_up_to_date(go_module.test("-outputdir=out", "./lib"))
    assert {name: (go_module.path / name).stat().st_mtime_ns for name in files} == before
    assert not list(go_module.path.glob("*.out"))
    go_module.write("out/cover.out", "mode: set\n")
    assert "out/cover.out  the coverage profile differs from a new one" in failure(assert_up_to_date, result)
    assert "example.com/app/lib/lib.go" in failure(assert_up_to_date, result)
    assert "-coverpkg" not in failure(assert_up_to_date, result)
    assert go_module.read("out/cover.out") == "mode: set\n"


def test_a_cached_profile_of_other_packages_has_a_remedy(go_module: GoModule) -> None:
    go_module.load(LIB)
    flags = ("-coverpkg=./...", "-coverprofile=cover.out", "./lib")
    go_module.test(*flags)
    result = go_module.test(*flags)
    go_module.write("cover.out", "mode: set\n")
    message = failure(assert_up_to_date, result)
    assert "cover.out  the coverage profile differs from a new one: example.com/app/lib/lib.go" in message
    # Go 1.21 caches no result with a profile.
    assert ("use -count=1" in message) is result.tests["example.com/app/lib"].cached


@pytest.mark.parametrize("flag", ["blockprofile", "coverprofile", "cpuprofile", "memprofile", "mutexprofile", "trace"])
def test_a_profile_that_is_not_from_the_command(go_module: GoModule, flag: str) -> None:
    go_module.load(LIB)
    result = go_module.test(f"-{flag}=it.out", "./lib")
    assert_up_to_date(result)
    go_module.touch("it.out", mtime=1_000_000_000)
    if flag != "coverprofile":  # its content is compared
        text = failure(assert_up_to_date, result)
        assert f"it.out  a new run writes it (-{flag}), and it is older than the command" in text
    go_module.remove("it.out")
    assert f"it.out  a new run writes it (-{flag}), and it is missing" in failure(assert_up_to_date, result)
    assert not (go_module.path / "it.out").exists()


def test_a_profile_that_no_run_writes(go_module: GoModule) -> None:
    go_module.load(LIB)
    go_module.append("lib/lib_test.go", "func TestMain(m *testing.M) {}\n")
    go_module.write("trace.out", "an older one")
    result = go_module.test("-trace=trace.out", "./lib")
    assert "trace.out  a new run writes no -trace" in failure(assert_up_to_date, result)


def test_profiles_that_nobody_keeps(go_module: GoModule) -> None:
    go_module.load(LIB)
    assert_up_to_date(go_module.test("-trace=/dev/null", "./lib"))


def files_of(folder: Path) -> dict[str, int]:
    """The files below a folder, with their times."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in files}


@pytest.mark.parametrize(
    "own", [("-test.cpuprofile=cpu.out",), ("-test.trace", "t.out"), ("-test.gocoverdir={}/out", "-test.v")], ids=str
)
def test_files_that_the_test_binary_itself_writes(go_module: GoModule, own: tuple[str, ...]) -> None:
    go_module.load(LIB)
    go_module.write("out/README", "")
    before = files_of(go_module.path)
    result = go_module.test("-cover", "./lib", "-args", *(arg.format(go_module.path) for arg in own))
    written = files_of(go_module.path)
    assert written != before
    assert_up_to_date(result)
    assert files_of(go_module.path) == written


@pytest.mark.gocache(go=">=1.26")
@pytest.mark.parametrize("flags", [("-artifacts",), ("-artifacts", "-outputdir=out")], ids=len)
def test_artifacts_of_tests(go_module: GoModule, flags: tuple[str, ...]) -> None:
    go_module.load(LIB)
    go_module.write("out/README", "")
    go_module.edit("lib/lib_test.go", 'import "testing"', 'import (\n\t"os"\n\t"testing"\n)')
    go_module.append("lib/lib_test.go", 'func TestA(t *testing.T) { os.WriteFile(t.ArtifactDir()+"/a", nil, 0o666) }\n')
    result = go_module.test(*flags, "./lib")
    written = files_of(go_module.path)
    assert any(name.endswith("/a") for name in written)
    assert_up_to_date(result)
    assert files_of(go_module.path) == written


def test_coverage_that_a_program_collects(go_module: GoModule) -> None:
    go_module.write("main.go", "package main\n\nfunc main() {}\n")
    go_module.write("coverage/README", "")
    go_module.env["GOCOVERDIR"] = str(go_module.path / "coverage")
    result = go_module.run("-cover", ".")
    written = files_of(go_module.path)
    assert any("covcounters" in name for name in written)
    assert_up_to_date(result)
    assert files_of(go_module.path) == written


def test_an_archive_of_the_module_stays(go_module: GoModule) -> None:
    go_module.load(LIB)
    result = go_module.build("-o", "lib.a", "./lib")
    go_module.write("lib.a", "mine")
    assert_up_to_date(result)
    assert go_module.read("lib.a") == "mine"
