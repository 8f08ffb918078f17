"""What assertions say of a program that called no go command that builds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_gocache.assertions.idle import is_idle, refuse_idle
from pytest_gocache.errors import PatternError
from pytest_gocache.results.result import Result
from tests.messages import failure

PROGRAM = Result(("make",), 2, Path("/src"), 0, "", "", 0.1)
IDLE = replace(PROGRAM, idle=("it called no go command", "it wrote nothing"))


def test_only_a_result_with_evidence_is_idle() -> None:
    assert not is_idle(PROGRAM, [])
    assert is_idle(IDLE, ["./lib"])
    refuse_idle("assert_rebuilt", PROGRAM, ["./lib"], "compiled nothing")
    with pytest.raises(PatternError):
        is_idle(IDLE, ["./lib", ""])


def test_the_last_lines_that_it_printed_are_shown() -> None:
    printed = replace(IDLE, stdout="".join(f"line {n}\n" for n in range(13)), stderr=f"\n{'x' * 300}\udc80\n")
    lines = failure(refuse_idle, "assert_rebuilt", printed, [], "compiled nothing").splitlines()
    assert lines[0] == "`make` (step 2) compiled nothing: it called no go command [assert_rebuilt]"
    assert lines[1:4] == ["  it printed:", "    … 2 lines above", "    line 2"]
    assert lines[-2] == f"    {'x' * 200}…"
    assert "  it printed nothing" in failure(refuse_idle, "assert_rebuilt", IDLE, [], "compiled nothing").splitlines()
