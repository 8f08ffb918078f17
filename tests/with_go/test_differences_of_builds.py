"""Recordings of vendored, go.work, cgo and GOCACHEPROG builds on two machines, in which one thing differs."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pytest_gocache import GoModule, SharedCache
from pytest_gocache.recordings.difference import Difference, difference
from pytest_gocache.recordings.render import as_text
from tests.with_go.test_differences import moved, named_in, saved

VENDORED = """
-- go.mod --
module example.com/app

go 1.21

require example.com/dep v1.0.0
-- vendor/modules.txt --
# example.com/dep v1.0.0
## explicit; go 1.21
example.com/dep
-- vendor/example.com/dep/dep.go --
package dep

const Word = "a"
-- vendor/example.com/dep/fast.go --
//go:build fast

package dep
-- main.go --
package main

import "example.com/dep"

func main() { println(dep.Word) }
"""
WORKSPACE = """
-- go.mod --
module example.com/app

go 1.21
-- go.work --
go 1.21

use .
use ./dep
-- dep/go.mod --
module example.com/dep

go 1.21
-- dep/dep.go --
package dep

const Word = "a"
-- main.go --
package main

import "example.com/dep"

func main() { println(dep.Word) }
"""
CGO = """
-- lib/lib.go --
package lib

/*
#cgo CFLAGS: -DLEVEL=1
#include "lib.h"
*/
import "C"

func Answer() int { return int(C.answer()) }
-- lib/lib.h --
int answer(void);
-- lib/lib.c --
#include "lib.h"
int answer(void) { return 41 + LEVEL; }
-- main.go --
package main

import "example.com/app/lib"

func main() { println(lib.Answer()) }
"""
SHARED = """
-- lib/lib.go --
package lib

const Word = "a"
-- main.go --
package main

import "example.com/app/lib"

func main() { println(lib.Word) }
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A build, what differs in the second one, and what must be named."""

    id: str
    files: str
    causes: Mapping[str, set[str]]
    change: Callable[[GoModule], object] = lambda _: None
    command: str = "build ./..."
    env: Mapping[str, str] = field(default_factory=dict)
    """Of the second build only."""


def edit(path: str, old: str, new: str) -> Callable[[GoModule], object]:
    return lambda module: module.edit(path, old, new)


def upgrade(module: GoModule) -> None:
    """A new version of the vendored module, with the same code."""
    module.edit("go.mod", "v1.0.0", "v1.1.0")
    module.edit("vendor/modules.txt", "v1.0.0", "v1.1.0")


DEP, LIB = "compile example.com/dep", "compile lib"
GO_LINE = {DEP: {"language version in go.mod"}}


def stamped(setting: str) -> Mapping[str, set[str]]:
    """The main package, into which Go stamps each setting of the build."""
    return {"compile example.com/app": {f"build setting {setting}"}}


CASES = [
    Case("vendored-file", VENDORED, {DEP: {"file dep.go"}}, edit("vendor/example.com/dep/dep.go", '"a"', '"b"')),
    Case("vendored-go-line", VENDORED, GO_LINE, edit("vendor/modules.txt", "go 1.21", "go 1.20")),
    Case("vendored-tags", VENDORED, {DEP: {"file fast.go"}, **stamped("-tags")}, env={"GOFLAGS": "-tags=fast"}),
    Case(
        "vendored-version",
        VENDORED,
        {DEP: {"module version"}, **stamped("dep example.com/dep")},
        upgrade,
        command="build -trimpath ./...",
    ),
    Case("workspace-file", WORKSPACE, {DEP: {"file dep.go"}}, edit("dep/dep.go", '"a"', '"b"')),
    Case("workspace-go-line", WORKSPACE, GO_LINE, edit("dep/go.mod", "go 1.21", "go 1.20")),
    Case(
        "workspace-flags",
        WORKSPACE,
        {DEP: {"compile flags"}, **stamped("-gcflags")},
        env={"GOFLAGS": "-gcflags=example.com/dep=-N"},
    ),
    Case("cgo-file", CGO, {LIB: {"file lib.c"}}, edit("lib/lib.c", "41", "42")),
    Case("cgo-header", CGO, {LIB: {"file lib.h"}}, edit("lib/lib.h", "(void);", "(void); int other(void);")),
    # Go reads the flags from the file: both are inputs of the key.
    Case("cgo-flags", CGO, {LIB: {"file lib.go", "cgo C flags"}}, edit("lib/lib.go", "LEVEL=1", "LEVEL=2")),
]
OF_GOCACHEPROG = [
    Case("shared-file", SHARED, {LIB: {"file lib.go"}}, edit("lib/lib.go", '"a"', '"b"')),
    Case(
        "shared-flags",
        SHARED,
        {LIB: {"compile flags"}, **stamped("-gcflags")},
        env={"GOFLAGS": "-gcflags=./lib=-N"},
    ),
]


def of_each(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in cases])


def compared(module: GoModule, case: Case, folder: Path) -> Difference:
    module.load(case.files)
    words = shlex.split(case.command)
    old = saved(module.go(*words), folder / "old")
    other = module.on_new_machine(mtimes="keep")
    case.change(other)
    return difference(old, saved(other.go(*words, env=case.env), folder / "new"))


def judge(found: Difference, case: Case) -> None:
    assert named_in(found, case.causes) == case.causes, as_text(found)
    assert len(moved(found)) <= 1, "the checkout"
    assert [row.reason.code for row in found.rows if not row.reason.known] == []


@pytest.mark.gocache(cgo=True)
@of_each(CASES)
def test_what_differs_is_named_and_nothing_else(go_module: GoModule, tmp_path: Path, case: Case) -> None:
    judge(compared(go_module, case, tmp_path), case)


@pytest.mark.gocache(go=">=1.24")
@of_each(OF_GOCACHEPROG)
def test_what_differs_with_a_shared_cache_is_named_and_nothing_else(
    go_module: GoModule, shared_cache: SharedCache, tmp_path: Path, case: Case
) -> None:
    judge(compared(go_module, case, tmp_path), case)
    assert shared_cache.traffic(go_module.home).puts > 0
