"""What a command did not look at, or did not do, counts neither as cached nor as compiled."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pytest_gocache import (
    GoModule,
    GoTimeoutError,
    GoVersion,
    ModuleProxy,
    NoEvidenceError,
    UsageError,
    assert_cached,
    assert_no_downloads,
    assert_parallel,
)
from pytest_gocache.plugin.report_section import lines_of

APP = "example.com/app"
CGO = """
-- x/x.go --
package x

// int one(void) { return 1; }
import "C"

func One() int { return int(C.one()) }
"""


@pytest.mark.gocache(cgo=True)
@pytest.mark.parametrize("command", [("vet", "./x"), ("list", "-compiled", "./x")])
def test_a_command_that_runs_only_cgo_compiles_nothing(go_module: GoModule, command: Sequence[str]) -> None:
    go_module.load(CGO)
    first = go_module.go(*command)
    assert f"{APP}/x" in first.packages
    assert not first.compiled_outside_std
    assert not first.failed
    built = go_module.build("./x")
    assert built.compiled_outside_std == {f"{APP}/x"}
    assert "did not need it" in str(built.explain("./x"))


SLOW = """
-- quick/quick.go --
package quick
-- s/s.go --
package s
-- s/s_test.go --
package s

import (
	"testing"
	"time"
)

func TestSlow(t *testing.T) { time.Sleep(time.Hour) }
"""
NOT_LOADED = """
-- l/l.go --
package l

import _ "example.com/app/nope"
-- l/l_test.go --
package l
"""


@pytest.mark.parametrize("verb", ["build", "test", "vet"])
def test_packages_that_cannot_be_loaded_ran_nothing(go_module: GoModule, verb: str) -> None:
    go_module.load(NOT_LOADED)
    result = go_module.go(verb, "./l", check=False)
    explanation = result.explain()
    assert not explanation.reasons
    assert str(explanation) == (
        f"`go {verb} ./l` (step 1): nothing ran: the packages could not be loaded (exit status 1)"
    )
    with pytest.raises(NoEvidenceError, match="compiles nothing: the packages could not be loaded"):
        assert_cached(result)


def test_a_killed_command_is_not_one_that_compiled_nothing(go_module: GoModule) -> None:
    go_module.load(SLOW)
    with pytest.raises(GoTimeoutError):
        go_module.test("./s", timeout=6.0)
    after = go_module.exec("sh", "-c", "go build ./quick && timeout -s KILL 6 go test ./s", check=False)
    killed = after.commands[1]
    assert killed.actions == ()
    assert lines_of(killed)[0].endswith("what it compiled is unknown; killed by signal 9")
    for verdict in (assert_cached, assert_parallel):
        with pytest.raises(
            NoEvidenceError, match=r"`go test ./s` .* was killed by signal 9 before it wrote what it had"
        ):
            verdict(after)
    with pytest.raises(NoEvidenceError, match="was killed by signal 9"):
        killed.explain()


@pytest.mark.parametrize("signal", ["INT", "TERM"])
def test_an_interrupted_command_is_not_one_that_compiled_nothing(go_module: GoModule, signal: str) -> None:
    go_module.load(SLOW)
    result = go_module.exec("sh", "-c", f"go build ./quick && timeout -s {signal} 8 go test ./s", check=False)
    # Go ends at once, or after the test that the signal ended, too: then its graph is whole, and says what was compiled.
    with pytest.raises(
        (NoEvidenceError, AssertionError), match=r"before it wrote what it had done|3 packages were rebuilt"
    ):
        assert_cached(result)


TOOL = """
-- a/a.go --
package a
-- c/c.go --
package c

func F(xs []interface{}) {}
-- tl/main.go --
package main

import _ "example.com/app/c"

func main() {}
"""


@pytest.mark.gocache(go=">=1.24")
def test_a_tool_that_go_builds_is_not_nothing(go_module: GoModule) -> None:
    go_module.load(TOOL)
    go_module.go("mod", "edit", "-tool=example.com/app/tl")
    go_module.build("./a")
    result = go_module.exec("sh", "-c", "go build ./a && go tool tl")
    with pytest.raises(NoEvidenceError, match=r"`go tool tl` .* builds the tool tl without an action graph; assert on"):
        assert_cached(result)
    assert_cached(result.commands[0])
    with pytest.raises(NoEvidenceError, match="builds the tool tl"):
        assert_cached(go_module.go("tool", "tl"))
    # Tools of the toolchain are there already.
    assert_cached(go_module.exec("sh", "-c", "go build ./a && go tool compile -V && go tool"))


def test_go_fix_builds(go_module: GoModule) -> None:
    go_module.load(TOOL)
    go_module.build("./a")
    result = go_module.exec("sh", "-c", "go build ./a && go fix ./tl")
    if go_module.toolchain.version >= GoVersion.parse("1.26"):
        assert result.compiled == {f"{APP}/c"}
    else:
        with pytest.raises(NoEvidenceError, match=r"`go fix ./tl` .* wrote no action graph"):
            assert_cached(result)


@pytest.mark.parametrize("flags", [("-f", "{{.Stale}}"), ("-compiled",), ("-json",)])
def test_a_list_that_only_asks_is_no_evidence(go_module: GoModule, flags: Sequence[str]) -> None:
    go_module.load(TOOL)
    for result in (go_module.go("list", *flags, "./a"), go_module.exec("go", "list", *flags, "./a")):
        with pytest.raises(UsageError, match="compiles nothing: without -export"):
            assert_cached(result)
    both = go_module.exec("sh", "-c", "go build ./c && go list -compiled ./a")
    assert both.packages_outside_std == {f"{APP}/c"}


def test_a_go_by_absolute_path_is_found(go_module: GoModule) -> None:
    go_module.load(TOOL)
    go_module.build("./a")
    go = go_module.toolchain.go
    for script in (f"go build ./a && {go} build ./c", f"{go} build ./tl; go build ./a"):
        go_module.edit("c/c.go", "func F", "func FF")
        result = go_module.exec("sh", "-c", script)
        with pytest.raises(NoEvidenceError, match=r"calls a go that is not on PATH; assert on single go commands"):
            assert_cached(result)
        assert_cached(result.commands[0])
    # Without one, and with hits only, there is nothing to find.
    assert_cached(go_module.exec("sh", "-c", "go build ./a && go env GOOS && go build ./a"))
    assert go_module.exec("sh", "-c", "go build ./... && go vet ./... && go test ./...").gaps == ()


def test_downloads_of_a_go_by_absolute_path(go_module: GoModule, go_proxy: ModuleProxy) -> None:
    go_proxy.add("-- go.mod --\nmodule example.net/dep\n-- dep.go --\npackage dep\n")
    go_module.append("go.mod", "\nrequire example.net/dep v1.0.0\n")
    result = go_module.exec("sh", "-c", f"{go_module.toolchain.go} mod download example.net/dep")
    assert result.downloads == ("example.net/dep@v1.0.0",)
    with pytest.raises(AssertionError, match=r"1 module was downloaded"):
        assert_no_downloads(result)


@pytest.mark.gocache(cgo=True)
@pytest.mark.parametrize(
    ("args", "text"),
    [
        (
            ("build", "./x"),
            '// int one(void) { return undeclared; }\nimport "C"\n\nfunc One() int { return int(C.one()) }\n',
        ),
        (
            ("test", "./x"),
            '// int one(void) { return undeclared; }\nimport "C"\n\nfunc One() int { return int(C.one()) }\n',
        ),
        (("build", "./x"), 'import "C"\n\nfunc One() int { return int(C.one()) }\n'),
        (("build", "-cover", "./x"), "func One() int {\n"),
    ],
)
def test_a_package_that_fails_before_the_compiler_starts_has_failed(
    go_module: GoModule, args: Sequence[str], text: str
) -> None:
    go_module.write("x/x.go", f"package x\n\n{text}")

    result = go_module.go(*args, check=False)

    assert result.returncode == 1
    assert result.failed == {"example.com/app/x"}
    assert "its last compile" in str(go_module.go(*args, check=False).explain())
