"""What a command did not look at, or did not do, counts neither as cached nor as compiled."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pytest_gocache import GoModule

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
