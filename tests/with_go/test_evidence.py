"""What a command did not look at, or did not do, counts neither as cached nor as compiled."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pytest_gocache import GoModule, GoTimeoutError, NoEvidenceError, assert_cached, assert_parallel
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
    assert lines_of(killed)[0].endswith("what it compiled is unknown; killed by 9")
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
    with pytest.raises(NoEvidenceError, match="before it wrote what it had done"):
        assert_cached(result)
