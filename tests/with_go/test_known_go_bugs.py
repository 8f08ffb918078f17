"""The bugs of Go's caches that docs/known-go-bugs.md lists, measured on the toolchain under test."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_gocache import GoModule, GoToolchain, assert_reproducible, assert_up_to_date
from tests.with_go.test_no_key import STORE
from tests.with_go.version_tables import column

PAGE = Path(__file__).parents[2] / "docs" / "known-go-bugs.md"
MEASURED: dict[int, Callable[[GoModule], str]] = {}
"""Number of an issue → what measures it: ``wrong`` for an old output, ``slow`` for needless work, else ``right``."""
CGO = {24544, 64589, 77086}
WORDS = """
-- words_test.go --
package words

import (
	"os/exec"
	"testing"
)

func TestWords(t *testing.T) {
	if err := exec.Command("grep", "-q", "one", "words.txt").Run(); err != nil {
		t.Fatal(err)
	}
}
-- words.txt --
one
"""
LIB = """
-- lib/lib.go --
package lib

func F() int { return 1 }
-- lib/lib_test.go --
package lib

import "testing"

func TestF(t *testing.T) { F() }
"""


def measures(issue: int) -> Callable[[Callable[[GoModule], str]], Callable[[GoModule], str]]:
    def add(function: Callable[[GoModule], str]) -> Callable[[GoModule], str]:
        MEASURED[issue] = function
        return function

    return add


def wrong_unless(assertion: Callable[..., None], *args: object, **options: object) -> str:
    try:
        assertion(*args, **options)
    except AssertionError:
        return "wrong"
    return "right"


def told(issue: int, toolchain: GoToolchain) -> str:
    return column(PAGE, toolchain.version)[f"[golang/go#{issue}](https://github.com/golang/go/issues/{issue})"]


@pytest.mark.parametrize(
    "issue",
    [
        pytest.param(issue, marks=[pytest.mark.gocache(cgo=True, warm=issue != 64589)] if issue in CGO else [])
        for issue in (69179, 74873, 23565, 66213, 59849, 30313, 27207, 33468, 53014, 24544, 64589, 77086)
    ],
)
def test_a_known_bug(go_module: GoModule, go_toolchain: GoToolchain, issue: int) -> None:
    assert MEASURED[issue](go_module) == told(issue, go_toolchain)


def test_each_row_is_measured() -> None:
    issues = re.findall(r"^\| \[golang/go#(\d+)\]", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(map(int, issues)) == sorted(MEASURED)
    assert set(MEASURED) > CGO


@measures(69179)
def an_edit_that_keeps_size_and_time(go_module: GoModule) -> str:
    go_module.load("""
    -- aaa/a.go --
    package aaa
    -- bbb/b.go --
    package bbb
    -- p/p.go --
    package p
    import _ "example.com/app/aaa"
    """)
    for file in ("aaa/a.go", "bbb/b.go", "p/p.go"):
        go_module.touch(file, mtime=1_000_000_000)
    go_module.build("./p")
    go_module.edit("p/p.go", "aaa", "bbb")
    go_module.touch("p/p.go", mtime=1_000_000_000)
    return wrong_unless(assert_up_to_date, go_module.build("./p", check=False))


@measures(74873)
def a_profile_of_a_package_that_the_test_does_not_import(go_module: GoModule) -> str:
    go_module.load(LIB)
    go_module.write("other/other.go", "package other\n\nfunc A() int { return 1 }\n")
    flags = ("-coverpkg=./...", "-coverprofile=cover.out", "./...")
    go_module.test(*flags)
    go_module.edit("other/other.go", "func A", "func B() int { return 2 }\n\nfunc A")
    return wrong_unless(assert_up_to_date, go_module.test(*flags))


@measures(23565)
def a_second_run_with_a_profile(go_module: GoModule) -> str:
    go_module.load(LIB)
    go_module.test("-coverprofile=cover.out", "./lib")
    again = go_module.test("-coverprofile=cover.out", "./lib")
    return "right" if again.tests["example.com/app/lib"].cached else "slow"


@measures(66213)
def a_different_godebug(go_module: GoModule) -> str:
    go_module.load(LIB)
    go_module.test("./lib")
    again = go_module.test("./lib", env={"GODEBUG": "panicnil=1"})
    return "wrong" if again.tests["example.com/app/lib"].cached else "right"


@measures(59849)
def a_variable_that_test_main_reads(go_module: GoModule) -> str:
    go_module.load(STORE)
    go_module.test("./store", env={"BACKEND": "memory"})
    return wrong_unless(assert_up_to_date, go_module.test("./store", env={"BACKEND": "broken"}, check=False))


@measures(30313)
def a_file_that_a_child_process_reads(go_module: GoModule) -> str:
    go_module.load(WORDS)
    go_module.test("./...")
    go_module.write("words.txt", "two\n")
    return wrong_unless(assert_up_to_date, go_module.test("./...", check=False))


@measures(27207)
def a_second_run_with_exec(go_module: GoModule) -> str:
    go_module.load(LIB)
    go_module.test("-exec=env", "./lib")
    return "right" if go_module.test("-exec=env", "./lib").tests["example.com/app/lib"].cached else "slow"


@measures(33468)
def a_second_go_run(go_module: GoModule) -> str:
    go_module.write("main.go", "package main\n\nfunc main() {}\n")
    go_module.run(".")
    return "slow" if go_module.run(".").linked else "right"


@measures(53014)
def a_second_go_vet(go_module: GoModule) -> str:
    go_module.load(LIB)
    go_module.vet("./lib")
    return "slow" if go_module.vet("./lib").vetted else "right"


@measures(24544)
def a_different_answer_of_pkg_config(go_module: GoModule) -> str:
    go_module.load("""
    -- tax/tax.go --
    package tax

    // #cgo pkg-config: tax
    // int rate(void) { return RATE; }
    import "C"

    func Rate() int { return int(C.rate()) }
    -- bin/pkg-config --
    #!/bin/sh
    case "$*" in *--cflags*) cat "$(dirname "$0")/tax.flags" ;; esac
    -- bin/tax.flags --
    -DRATE=19
    """)
    (go_module.path / "bin" / "pkg-config").chmod(0o755)
    go_module.env["PATH"] = os.pathsep.join([str(go_module.path / "bin"), os.environ["PATH"]])
    go_module.build("./tax")
    go_module.write("bin/tax.flags", "-DRATE=20\n")
    return wrong_unless(assert_up_to_date, go_module.build("./tax"))


@measures(64589)
def a_c_compiler_behind_a_script(go_module: GoModule) -> str:
    go_module.load("""
    -- level/level.go --
    package level

    // int level(void) { return LEVEL; }
    import "C"

    func Level() int { return int(C.level()) }
    -- cc.sh --
    #!/bin/sh
    exec cc -DLEVEL=1 "$@"
    """)
    wrapper = go_module.path / "cc.sh"
    wrapper.chmod(0o755)
    go_module.env["CC"] = str(wrapper)
    go_module.build("./level")
    go_module.edit("cc.sh", "LEVEL=1", "LEVEL=2")
    return wrong_unless(assert_up_to_date, go_module.build("./level"))


@measures(77086)
def a_folder_in_the_linker_flags(go_module: GoModule) -> str:
    text = 'package main\n\n// #cgo LDFLAGS: -L{}\n// int one(void) {{ return 1; }}\nimport "C"\n\nfunc main() {{ C.one() }}\n'
    go_module.write("main.go", text.format("/lib"))
    assert_reproducible(go_module, "-trimpath", ".", vary="folder")
    go_module.write("main.go", text.format("${SRCDIR}/lib"))
    return wrong_unless(assert_reproducible, go_module, "-trimpath", ".", vary="folder")
