"""assert_up_to_date: hits that are wrong, which Go cannot see, and the honest builds beside them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from pytest_gocache import GoModule, RerunError, UsageError, assert_cached, assert_up_to_date
from tests.messages import failure

CGO = """
-- foo/foo.go --
package foo

// #cgo CFLAGS: -I${SRCDIR}/../include
// #include <libfoo.h>
import "C"

const Version = C.FOO_VERSION

func Answer() int { return int(C.foo_answer()) }
-- include/libfoo.h --
#define FOO_VERSION 1
static int foo_answer(void) { return FOO_VERSION * 21; }
-- cmd/app/main.go --
package main

import "example.com/app/foo"

func main() { println(foo.Version, foo.Answer()) }
"""

WORDS = """
-- words/words_test.go --
package words

import (
	"os"
	"testing"
)

func TestWords(t *testing.T) {
	if _, err := os.Stat(os.Getenv("LIST")); err != nil {
		t.Fatal(err)
	}
}
"""


def test_honest_builds_are_up_to_date(app: GoModule) -> None:
    assert_up_to_date(app.build("./..."))
    app.edit("lib/lib.go", '"hello"', '"bye"')
    assert_up_to_date(app.build("-o", "bin/app", "./cmd/app"))
    assert_up_to_date(app.build("-o", "bin/app", "./cmd/app"))
    assert_up_to_date(app.install("-trimpath", "./cmd/app"))
    assert_up_to_date(app.test("./lib"))
    assert_up_to_date(app.test("./lib"))
    assert_up_to_date(app.build("./lone"))
    # The command's own cache and binary are as they were.
    assert_cached(app.build("./..."))
    assert (app.path / "bin" / "app").is_file()


@pytest.mark.gocache(cgo=True)
def test_a_header_outside_of_the_package(go_module: GoModule) -> None:
    go_module.load(CGO)
    assert_up_to_date(go_module.build("-o", "app", "./cmd/app"))
    go_module.edit("include/libfoo.h", "FOO_VERSION 1", "FOO_VERSION 2")
    # Go sees nothing of it.
    result = go_module.build("-o", "app", "./cmd/app")
    assert_cached(result)
    assert failure(assert_up_to_date, result) == snapshot("""\
2 outputs of `go build -o app ./cmd/app` (step 2) differ from what an empty cache gives [assert_up_to_date]
  ./foo      the cached output is stale: nothing in its key changed, but a new compile differs
  ./cmd/app  the binary at app differs from a newly built one
changed since step 1, and in no key: include/libfoo.h
the C compiler read include/libfoo.h: put a version into CGO_CFLAGS, which is in the key
no cache key contains the C headers and libraries outside of a package: after an upgrade, run `go clean -cache` and remove the binaries, or put their version into CGO_CFLAGS\
""")
    # The remedy works.
    go_module.go("clean", "-cache")
    assert_up_to_date(go_module.build("-o", "app", "./cmd/app"))
    assert_up_to_date(go_module.build("-o", "app", "./cmd/app"))


@pytest.mark.gocache(cgo=True)
@pytest.mark.parametrize("kind", ["static", "shared"])
def test_a_c_library_that_is_upgraded(go_module: GoModule, kind: str) -> None:
    def library(answer: int) -> None:
        go_module.write("c/foo.c", f"int foo_answer(void) {{ return {answer}; }}\n")
        folder = go_module.path / "c"
        env = {"PATH": os.environ["PATH"]}
        flags = ["-shared", "-fPIC", "-o", "libfoo.so"] if kind == "shared" else ["-c"]
        subprocess.run(["gcc", *flags, "foo.c"], cwd=folder, env=env, check=True)
        if kind == "static":
            (folder / "libfoo.a").unlink(missing_ok=True)
            subprocess.run(["ar", "rcsD", "libfoo.a", "foo.o"], cwd=folder, env=env, check=True)

    go_module.load("""
    -- c/c.txt --
    the library
    -- cmd/app/main.go --
    package main

    // #cgo LDFLAGS: -L${SRCDIR}/../../c -lfoo
    // int foo_answer(void);
    import "C"

    func main() { println(C.foo_answer()) }
    """)
    library(1)
    assert_up_to_date(go_module.build("-o", "app", "./cmd/app"))
    library(2)
    result = go_module.build("-o", "app", "./cmd/app")
    if kind == "shared":
        # The binary only names a shared library, and finds the new one when it starts: nothing is stale.
        assert_up_to_date(result)
    else:
        assert failure(assert_up_to_date, result) == snapshot("""\
1 output of `go build -o app ./cmd/app` (step 2) differs from what an empty cache gives [assert_up_to_date]
  ./cmd/app  the binary at app differs from a newly built one
changed since step 1, and in no key: c/foo.c, c/foo.o, c/libfoo.a
no cache key contains the C headers and libraries outside of a package: after an upgrade, run `go clean -cache` and remove the binaries, or put their version into CGO_CFLAGS\
""")


def test_a_test_result_that_only_the_cache_has(go_module: GoModule) -> None:
    outside = go_module.path.parent / "list.txt"
    go_module.env["LIST"] = str(outside)
    outside.write_text("hello\n")
    go_module.load(WORDS)
    assert_up_to_date(go_module.test("./words"))
    # Outside of the module: Go does not look at it again.
    outside.unlink()
    result = go_module.test("./words")
    assert result.tests["example.com/app/words"].cached
    assert failure(assert_up_to_date, result) == snapshot("""\
1 output of `go test ./words` (step 2) differs from what an empty cache gives [assert_up_to_date]
  ./words  its cached test result is stale: the cached test passed, but it fails when it runs
-count=1 always runs the test: use it for a test that reads what Go does not track\
""")


def test_what_has_no_graph_or_fails_anew_is_an_error(app: GoModule) -> None:
    with pytest.raises(UsageError, match="has no action graph"):
        assert_up_to_date(app.go("env", "GOOS"))
    result = app.build("./...")
    app.edit("lib/lib.go", "package lib", "package")
    text = failure(assert_up_to_date, result, raises=RerunError)
    assert text.startswith(
        "assert_up_to_date: `go build ./...` failed with exit status 1 when it ran again in an empty "
    )
    assert "lib.go" in text


@pytest.mark.parametrize("env", [{"GOOS": "windows", "GOBIN": ""}, {"GOBIN": ""}, {}])
def test_an_install_for_another_system_runs_again(go_module: GoModule, env: dict[str, str]) -> None:
    go_module.write("main.go", "package main\n\nfunc main() {}\n")
    result = go_module.install(".", env=env)
    (link,) = result.links()
    binary = Path(link.target)
    assert (binary.suffix == ".exe") == ("GOOS" in env)
    before = binary.stat()
    assert_up_to_date(result)
    after = binary.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns), (
        "the binary that the assertion is about"
    )
    binary.write_bytes(b"stale")
    with pytest.raises(AssertionError, match="differs from a newly built one"):
        assert_up_to_date(result)
