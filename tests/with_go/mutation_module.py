"""The module that the mutation tests work on: Go, cgo, embedded files, test data, a dependency from a local proxy."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from pytest_gocache import GoModule, ModuleProxy

APP = """
-- go.mod --
module example.com/app

go 1.21

require example.com/dep v1.0.0
-- lib/lib.go --
package lib

import "example.com/dep"

// Hello greets.
func Hello() string { return dep.Word() + "!" }
-- lib/mode.go --
//go:build !fast

package lib

const Mode = "plain"
-- lib/mode_fast.go --
//go:build fast

package lib

const Mode = "fast"
-- lib/spare.go --
package lib

const Spare = 1
-- lib/lib_test.go --
package lib

import (
	"os"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	words, err := os.ReadFile("testdata/words.txt")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(words), "fail") {
		t.Fatal("the words say so")
	}
	t.Log(Hello(), os.Getenv("APP_MODE"))
}
-- lib/testdata/words.txt --
hello
-- assets/assets.go --
package assets

import "embed"

//go:embed greeting.txt pages
var Files embed.FS
-- assets/greeting.txt --
good day
-- assets/pages/first.txt --
page one
-- native/native.go --
package native

// #cgo CFLAGS: -DSIZE=1
// #include "native.h"
import "C"

func Answer() int { return int(C.answer()) }
-- native/native.h --
int answer(void);
-- native/native.c --
#include "native.h"

int answer(void) { return 41 + SIZE; }
-- cmd/app/main.go --
package main

import (
	"example.com/app/assets"
	"example.com/app/lib"
	"example.com/app/native"
)

var version = "dev"

func main() {
	greeting, _ := assets.Files.ReadFile("greeting.txt")
	println(lib.Hello(), lib.Mode, string(greeting), native.Answer(), version)
}
"""

_DEP_WORDS = {"v1.0.0": "one", "v1.1.0": "two"}


def load_app(module: GoModule, proxy: Path) -> None:
    """Write the module into ``module``, with a new module proxy in the folder ``proxy`` that serves its dependency."""
    module.load(APP)
    served = ModuleProxy(proxy)
    for version, word in _DEP_WORDS.items():
        served.add(dependency(word), version)
    module.write("go.sum", served.go_sum)
    module.env["GOPROXY"] = served.file_url


def dependency(word: str) -> dict[str, str | bytes]:
    """The files of example.com/dep whose ``Word`` returns ``word``."""
    return {
        "go.mod": "module example.com/dep\n\ngo 1.20\n",
        "dep.go": f'package dep\n\nfunc Word() string {{ return "{word}" }}\n',
    }


def commit(module: GoModule, day: int) -> None:
    """Commit the whole module to a Git repository in its folder, on the given day of a January."""
    date = f"2024-01-{day:02d}T12:00:00Z"
    env = {"PATH": os.environ["PATH"], "HOME": os.devnull, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    env |= {f"GIT_{who}_{what}": "nobody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    env |= {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    for args in (("init", "-q"), ("add", "."), ("commit", "-q", "--allow-empty", "-m", "a commit")):
        subprocess.run(["git", *args], cwd=module.path, env=env, check=True)


def profile(samples: int, note: str = "") -> bytes:
    """A CPU profile in pprof's format with one call: main.main calls lib.Hello, seen ``samples`` times."""
    names = ["", "samples", "count", "example.com/app/lib.Hello", "main.main", "lib.go", note]
    functions = [_message((1, n), (2, 2 + n), (3, 2 + n), (4, 5), (5, 1)) for n in (1, 2)]
    locations = [_message((1, n), (4, _message((1, n), (2, 2)))) for n in (1, 2)]
    return _message(
        (1, _message((1, 1), (2, 2))),
        (2, _message((1, 1), (1, 2), (2, samples))),
        *((4, location) for location in locations),
        *((5, function) for function in functions),
        *((6, name.encode()) for name in names),
    )


def _message(*fields: tuple[int, int | bytes]) -> bytes:
    """A protocol buffer: each field's number with its value, a number or bytes."""
    parts = []
    for number, value in fields:
        if isinstance(value, int):
            parts.append(_varint(number << 3) + _varint(value))
        else:
            parts.append(_varint(number << 3 | 2) + _varint(len(value)) + value)
    return b"".join(parts)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
