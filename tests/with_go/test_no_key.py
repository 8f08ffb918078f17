"""Public reports of stale results, as their reporters would test them: the message names what is in no key."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from pytest_gocache import (
    GoModule,
    Input,
    InputKind,
    Untracked,
    assert_cached,
    assert_not_relinked,
    assert_rebuilt,
    assert_relinked,
    assert_test_cached,
    assert_test_ran,
    assert_up_to_date,
)
from tests.messages import failure

IN_NO_KEY = "in no key"


def lines_about_keys(message: str) -> list[str]:
    return [line for line in message.splitlines() if IN_NO_KEY in line]


# golang/go#59849: TestMain reads a variable before m.Run.

STORE = """
-- store/store_test.go --
package store

import (
	"os"
	"testing"
)

var backend string

func TestMain(m *testing.M) {
	backend = os.Getenv("BACKEND")
	os.Exit(m.Run())
}

func TestStore(t *testing.T) {
	if backend == "broken" {
		t.Fatal("no connection")
	}
	if os.Getenv("REGION") == "" {
		t.Log("no region")
	}
}
"""


def test_a_variable_that_test_main_reads(go_module: GoModule) -> None:
    go_module.load(STORE)
    go_module.test("./store", env={"BACKEND": "memory"})
    result = go_module.test("./store", env={"BACKEND": "broken"})
    assert_test_cached(result)
    assert failure(assert_test_ran, result) == snapshot("""\
1 test package was not executed by `go test ./store` (step 2) [assert_test_ran]
  ./store  (cached): same test binary and arguments as in step 1, and what it reads has not changed: environment variable REGION
changed since step 1, and in no key: environment BACKEND
Go does not track what init functions, TestMain before m.Run, and child processes read: read BACKEND in the test itself, or run the test with -count=1\
""")
    assert failure(assert_up_to_date, result) == snapshot("""\
1 output of `go test ./store` (step 2) differs from what an empty cache gives [assert_up_to_date]
  ./store  its cached test result is stale: the cached test passed, but it fails when it runs
changed since step 1, and in no key: environment BACKEND
Go does not track what init functions, TestMain before m.Run, and child processes read: read BACKEND in the test itself, or run the test with -count=1\
""")
    assert result.explain().untracked == (Untracked(Input(InputKind.READ_VARIABLE, "BACKEND"), 1),)


def test_a_variable_that_the_test_reads_is_in_its_key(go_module: GoModule) -> None:
    go_module.load(STORE)
    go_module.test("./store", env={"REGION": "eu"})
    result = go_module.test("./store", env={"REGION": "us"})
    assert_test_ran(result)
    assert IN_NO_KEY not in str(result.explain())
    # Neither is it named beside one that is in no key.
    result = go_module.test("./store", env={"REGION": "us", "BACKEND": "memory"})
    assert lines_about_keys(failure(assert_test_ran, result)) == [
        "changed since step 2, and in no key: environment BACKEND"
    ]


def test_nothing_changed(go_module: GoModule) -> None:
    go_module.load(STORE)
    go_module.test("./store")
    result = go_module.test("./store")
    assert IN_NO_KEY not in failure(assert_test_ran, result)
    assert IN_NO_KEY not in failure(assert_rebuilt, result, "./store [./store.test]")
    assert IN_NO_KEY not in str(result.explain())


# golang/go#60052: a test calls go, which obeys GOWORK.

CORE = """
-- go.mod --
module example.com/app

go 1.21
-- core/core_test.go --
package core

import (
	"os/exec"
	"testing"
)

func TestNoWorkspace(t *testing.T) {
	found, err := exec.Command("go", "env", "GOWORK").Output()
	if err != nil || len(found) > len("off\\n") {
		t.Fatalf("a workspace: %s%v", found, err)
	}
}
-- go.work --
go 1.21

use .
"""


def test_a_workspace(go_module: GoModule) -> None:
    go_module.load(CORE)
    go_module.test("./core", env={"GOWORK": "off"})
    result = go_module.test("./core")
    assert failure(assert_test_ran, result) == snapshot("""\
1 test package was not executed by `go test ./core` (step 2) [assert_test_ran]
  ./core  (cached)
changed since step 1, and in no key: environment GOWORK
Go does not track what init functions, TestMain before m.Run, and child processes read: read GOWORK in the test itself, or run the test with -count=1\
""")
    assert failure(assert_up_to_date, result) == snapshot("""\
1 output of `go test ./core` (step 2) differs from what an empty cache gives [assert_up_to_date]
  ./core  its cached test result is stale: the cached test passed, but it fails when it runs
changed since step 1, and in no key: environment GOWORK
Go does not track what init functions, TestMain before m.Run, and child processes read: read GOWORK in the test itself, or run the test with -count=1\
""")


# avpipe#209: a C file of a different folder is included.

AV = """
-- av/av.go --
package av

// #include "src/codec.c"
import "C"

func Version() int { return int(C.version()) }
-- av/src/codec.c --
static int version(void) { return 1; }
-- cmd/play/main.go --
package main

import "example.com/app/av"

func main() { println(av.Version()) }
-- README.md --
Plays videos.
"""


@pytest.mark.gocache(cgo=True)
def test_an_included_c_file(go_module: GoModule) -> None:
    go_module.load(AV)
    go_module.build("-o", "bin/play", "./cmd/play")
    go_module.edit("av/src/codec.c", "1", "2")
    result = go_module.build("-o", "bin/play", "./cmd/play")
    assert_cached(result)
    assert failure(assert_rebuilt, result, "./av") == snapshot("""\
1 package was not rebuilt by `go build -o bin/play ./cmd/play` (step 2) [assert_rebuilt]
  ./av  cached: nothing in its key changed since step 1
changed since step 1, and in no key: av/src/codec.c
`//go:embed src/codec.c` in ./av puts the file into the key of the package
compiled: nothing\
""")
    assert failure(assert_up_to_date, result) == snapshot("""\
2 outputs of `go build -o bin/play ./cmd/play` (step 2) differ from what an empty cache gives [assert_up_to_date]
  ./av        the cached output is stale: nothing in its key changed, but a new compile differs
  ./cmd/play  the binary at bin/play differs from a newly built one
changed since step 1, and in no key: av/src/codec.c
`//go:embed src/codec.c` in ./av puts the file into the key of the package
no cache key contains the C headers and libraries outside of a package: after an upgrade, run `go clean -cache` and remove the binaries, or put their version into CGO_CFLAGS\
""")
    # The remedy repairs it.
    go_module.write("av/embed.go", 'package av\n\nimport _ "embed"\n\n//go:embed src/codec.c\nvar _ string\n')
    assert_up_to_date(go_module.build("-o", "bin/play", "./cmd/play"))
    go_module.edit("av/src/codec.c", "2", "3")
    result = go_module.build("-o", "bin/play", "./cmd/play")
    assert_rebuilt(result, "./av")
    assert IN_NO_KEY not in str(result.explain())


# A header of an SDK outside of the module, and one of a different folder.

SDK = """
-- av/av.go --
package av

// #cgo CFLAGS: -I${SRCDIR}/../../sdk
// #include "sdk.h"
// int twice(int);
import "C"

func Twice() int { return int(C.twice(C.SDK_VERSION)) }
-- av/codec.c --
#include "../common/shared.h"
int twice(int x) { return FACTOR * x; }
-- common/shared.h --
#define FACTOR 2
-- other/other.go --
package other

// static int one(void) { return 1; }
import "C"

func One() int { return int(C.one()) }
"""


def with_sdk(go_module: GoModule) -> Path:
    """Load the module; returns the folder of the SDK beside it."""
    go_module.load(SDK)
    sdk = go_module.path.parent / "sdk"
    sdk.mkdir()
    (sdk / "sdk.h").write_text("#define SDK_VERSION 1\n")
    return sdk


@pytest.mark.gocache(cgo=True)
def test_headers_that_the_c_compiler_read(go_module: GoModule) -> None:
    sdk = with_sdk(go_module)
    (sdk / "unread.h").write_text("#define UNREAD 1\n")
    go_module.exec("sh", "-c", "go vet ./other && go build ./...")
    for header in ("sdk.h", "unread.h"):
        with (sdk / header).open("a") as file:
            file.write("#define MORE 1\n")
    go_module.append("common/shared.h", "#define MORE_SHARED 1\n")
    go_module.write("common/unread.h", "#define UNREAD_SHARED 1\n")
    result = go_module.build("./...")
    assert_cached(result)
    assert failure(assert_rebuilt, result, "./av").replace(str(sdk), "SDK") == snapshot("""\
1 package was not rebuilt by `go build ./...` (step 2) [assert_rebuilt]
  ./av  cached: nothing in its key changed since step 1
changed since step 1, and in no key: SDK/sdk.h (outside of the module, new time), common/shared.h
changed since step 1 outside of these packages, and in no key: common/unread.h (added)
the C compiler read SDK/sdk.h and 1 more: put a version into CGO_CFLAGS, which is in the key
compiled: nothing\
""")
    assert failure(assert_rebuilt, result, "./other").replace(str(sdk), "SDK") == snapshot("""\
1 package was not rebuilt by `go build ./...` (step 2) [assert_rebuilt]
  ./other  cached: nothing in its key changed since step 1
changed since step 1, and in no key: common/shared.h, common/unread.h (added)
compiled: nothing\
""")


@pytest.mark.gocache(cgo=True)
def test_a_compile_that_says_nothing_of_what_it_read(go_module: GoModule) -> None:
    sdk = with_sdk(go_module)
    own = go_module.path.parent / "own-rules"
    go_module.env["DEPENDENCIES_OUTPUT"] = str(own)
    go_module.build("./...")
    assert "/sdk/sdk.h" in own.read_text()
    (sdk / "sdk.h").write_text("#define SDK_VERSION 22\n")
    assert IN_NO_KEY not in failure(assert_rebuilt, go_module.build("./..."), "./av")


@pytest.mark.gocache(cgo=True)
def test_a_binary_that_is_up_to_date(go_module: GoModule) -> None:
    go_module.load(AV)
    go_module.install("./cmd/play")
    go_module.edit("av/src/codec.c", "1", "2")
    go_module.append("README.md", "Fast.\n")
    result = go_module.install("./cmd/play")
    assert_not_relinked(result)
    assert failure(assert_relinked, result) == snapshot("""\
1 binary was not linked by `go install ./cmd/play` (step 2) [assert_relinked]
  ./cmd/play  up to date: the binary in place has the build ID that the link would give it
changed since step 1, and in no key: av/src/codec.c
changed since step 1 outside of these packages, and in no key: README.md
`//go:embed src/codec.c` in ./av puts the file into the key of the package\
""")


def test_a_file_outside_of_the_packages_does_not_distract(go_module: GoModule) -> None:
    go_module.load("""
    -- a/a.go --
    package a
    -- b/b.go --
    package b
    -- README.md --
    Two packages.
    """)
    go_module.build("./...")
    go_module.append("README.md", "Small ones.\n")
    go_module.append("a/a.go", "\nconst A = 1\n")
    result = go_module.build("./...")
    assert IN_NO_KEY not in str(result.explain())
    assert lines_about_keys(failure(assert_rebuilt, result, "./b")) == [
        "changed since step 1, and in no key: README.md"
    ]


def test_binaries_and_reverted_edits_are_no_changes(go_module: GoModule) -> None:
    go_module.load("""
    -- main.go --
    package main

    func main() {}
    -- data.txt --
    one
    """)
    go_module.build("-o", "app", ".")
    go_module.edit("data.txt", "one", "two")
    go_module.edit("data.txt", "two", "one")
    go_module.touch("data.txt")
    go_module.exec("sh", "-c", "cat data.txt > copy && mv copy data.txt")
    result = go_module.build("-o", "app", ".")
    assert IN_NO_KEY not in failure(assert_rebuilt, result, ".")


# golang/go#30313: a child process of the test reads a file.

LICENCES = """
-- licences_test.go --
package licences

import (
	"os/exec"
	"testing"
)

func TestLicence(t *testing.T) {
	if err := exec.Command("grep", "-q", "MIT", "LICENSE").Run(); err != nil {
		t.Fatal(err)
	}
}
-- LICENSE --
MIT
"""


def test_a_file_that_a_child_process_reads(go_module: GoModule) -> None:
    go_module.load(LICENCES)
    go_module.test("./...")
    go_module.exec("sh", "-c", "echo BSD > LICENSE")
    result = go_module.test("./...")
    assert failure(assert_test_ran, result) == snapshot("""\
1 test package was not executed by `go test ./...` (step 3) [assert_test_ran]
  example.com/app  (cached): same test binary and arguments as in step 1, and what it reads has not changed: environment variable PATH
changed since step 1, and in no key: LICENSE
Go does not track what init functions, TestMain before m.Run, and child processes read: open LICENSE in the test itself, or run the test with -count=1\
""")
    assert failure(assert_up_to_date, result) == snapshot("""\
1 output of `go test ./...` (step 3) differs from what an empty cache gives [assert_up_to_date]
  example.com/app  its cached test result is stale: the cached test passed, but it fails when it runs
changed since step 1, and in no key: LICENSE
Go does not track what init functions, TestMain before m.Run, and child processes read: open LICENSE in the test itself, or run the test with -count=1\
""")


# A test reads a file outside of its module: Go logs the file, and does not track it.

RATES = """
-- rates_test.go --
package rates

import (
	"bytes"
	"os"
	"testing"
)

func TestRates(t *testing.T) {
	rates, err := os.ReadFile(os.Getenv("RATES"))
	if err != nil || bytes.Contains(rates, []byte("broken")) {
		t.Fatalf("%s%v", rates, err)
	}
}
"""


def test_a_file_outside_of_the_module(go_module: GoModule, tmp_path: Path) -> None:
    rates = tmp_path / "rates.csv"
    rates.write_text("19", encoding="utf-8")
    go_module.load(RATES)
    go_module.env["RATES"] = str(rates)
    go_module.test("./...")
    assert IN_NO_KEY not in failure(assert_test_ran, go_module.test("./..."))
    rates.write_text("broken", encoding="utf-8")
    os.utime(rates, (time.time(), time.time()))  # the clock of the file system may be behind
    result = go_module.test("./...")
    assert failure(assert_test_ran, result).replace(str(tmp_path), "/outside") == snapshot("""\
1 test package was not executed by `go test ./...` (step 3) [assert_test_ran]
  example.com/app  (cached): same test binary and arguments as in step 1, and what it reads has not changed: environment variable RATES
changed since step 1, and in no key: /outside/rates.csv (outside of the module, new time)
Go tracks only the files of the test's module: copy /outside/rates.csv into testdata, or use -count=1\
""")
    assert failure(assert_up_to_date, result).replace(str(tmp_path), "/outside") == snapshot("""\
1 output of `go test ./...` (step 3) differs from what an empty cache gives [assert_up_to_date]
  example.com/app  its cached test result is stale: the cached test passed, but it fails when it runs
changed since step 1, and in no key: /outside/rates.csv (outside of the module, new time)
Go tracks only the files of the test's module: copy /outside/rates.csv into testdata, or use -count=1\
""")


# golang/go#64589: a C compiler that Go cannot tell apart, here a wrapper.


@pytest.mark.gocache(cgo=True, warm=False)
def test_a_wrapper_of_the_c_compiler(go_module: GoModule) -> None:
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
    result = go_module.build("./level")
    assert lines_about_keys(failure(assert_rebuilt, result, "./level")) == [
        "changed since step 1, and in no key: cc.sh"
    ]


def test_on_a_new_machine_only_the_edit_is_named(go_module: GoModule) -> None:
    go_module.load(LICENCES)
    go_module.write("NOTICE", "old")
    go_module.test("./...")
    job = go_module.on_new_machine(path=go_module.path, restore=[go_module.gocache])
    job.write("LICENSE", "BSD\n")
    result = job.test("./...")
    assert lines_about_keys(failure(assert_test_ran, result)) == ["changed since step 1, and in no key: LICENSE"]
