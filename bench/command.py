"""What the library adds to one go command, and to each go command that a program calls."""

from __future__ import annotations

from collections.abc import Iterator

from bench.measure import Row, Target, differences, ratios
from bench.scratch import Scratch

PART = "command"
_FILE = "test_command.py"
_PAIRS = 12
"""Pairs of single commands in a round: the commands are short, so the noise needs many."""


def measure(scratch: Scratch) -> Iterator[Row]:
    """The rows of this part. In one pytest process, the library and the bare command take turns."""
    pairs = scratch.rounds * _PAIRS
    scratch.say(f"{PART}: {pairs} pairs each, after the store is warm")
    tests = scratch.inside(_FILE)
    ask = {"rounds": pairs, "calls": scratch.tests}
    outcome = scratch.pytest(tests, _FILE, store=scratch.store, ask=ask)
    for case in dict.fromkeys(outcome.all("case")):
        rows = [answer for answer in outcome.answers if answer.get("case") == case]
        library, bare = [row["library"] for row in rows], [row["bare"] for row in rows]
        yield Row(
            PART, f"warm go build, {case}", library, against="bare", ratios=ratios(library, bare), target=Target(1.10)
        )
        yield Row(PART, f"warm go build, {case}: added", differences(library, bare), target=Target(10))
    fixed: list[float] = []
    for called in dict.fromkeys(outcome.all("called")):
        rows = [answer for answer in outcome.answers if answer.get("called") == called]
        library, bare = [row["library"] for row in rows], [row["bare"] for row in rows]
        fixed += [row["library_none"] - row["bare_none"] for row in rows]
        yield Row(PART, f"{called} in a program", library, against="bare", ratios=ratios(library, bare))
        yield Row(PART, f"{called} in a program: added to a call", differences(library, bare), target=Target(5))
    yield Row(PART, "a program that calls no go: added", fixed)
