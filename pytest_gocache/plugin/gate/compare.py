"""Two toolchains side by side: what tests and go commands did on the one and not on the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_gocache.gocache_toml import PREFIX, Accepted

__all__ = ["Change", "Comparison", "TestRun", "compare"]

_ABSENT = "absent"


@dataclass(slots=True)
class TestRun:
    """One test on one toolchain, as plain data."""

    __test__ = False

    outcome: str = ""
    """``passed``, ``failed``, ``skipped``, ``xfailed`` or ``xpassed``; an error in a fixture is a failure.

    Empty: it was not run to its end.
    """
    detail: str = ""
    """The reason of a skip, the first line of a failure."""
    commands: list[dict[str, Any]] = field(default_factory=list)
    """What `command_records` gave."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is another on the candidate."""

    test: str
    """The test's ID, without a toolchain."""
    step: int
    """Of the command; 0 for the test's own verdict."""
    command: str
    """As the test gave it; empty for the test's own verdict."""
    subject: str
    """What is another: ``compile example.com/app``, ``test example.com/app``, ``verdict``, …"""
    base: str
    candidate: str
    reason: str = ""
    """Why it is accepted; empty when it is not."""

    @property
    def text(self) -> str:
        """``vet example.com/app: ran -> cached``: what ``change`` in an ``[[accept]]`` is held against."""
        return f"{self.subject}: {self.base} -> {self.candidate}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate held against a base."""

    base: str
    candidate: str
    changes: tuple[Change, ...]
    """Those that are accepted among them."""
    incomparable: tuple[tuple[str, str], ...]
    """Tests of which nothing can be said, each with why."""
    unused: tuple[Accepted, ...]
    """What is accepted, and is not there."""
    compared: int
    """Tests that could be compared."""
    seconds: tuple[float, float]
    """What the go commands of the compared tests took, on the base and on the candidate. Only to inform."""
    bytes: tuple[int, int]
    """How large their binaries are, all together; those that both sides have. Only to inform."""

    @property
    def failing(self) -> tuple[Change, ...]:
        """The changes that nobody has accepted."""
        return tuple(change for change in self.changes if not change.reason)

    @property
    def passed(self) -> bool:
        """Whether the candidate may replace the base."""
        return not self.failing


def compare(
    base: str,
    candidate: str,
    runs: Mapping[str, Mapping[str, TestRun]],
    accepted: Sequence[Accepted] = (),
) -> Comparison:
    """Hold the tests on ``candidate`` against those on ``base``; ``runs`` is test → toolchain → run."""
    changes: list[Change] = []
    incomparable: list[tuple[str, str]] = []
    compared = 0
    seconds, sizes = [0.0, 0.0], [0, 0]
    for test, sides in sorted(runs.items()):
        old, new = (_in_order(sides.get(name, TestRun())) for name in (base, candidate))
        why = _incomparable(old, new, base, candidate)
        if why:
            incomparable.append((test, why))
            continue
        compared += 1
        if old.outcome != new.outcome:
            changes.append(Change(test, 0, "", "verdict", _verdict(old), _verdict(new)))
        for number, run in enumerate((old, new)):
            seconds[number] += sum(command["seconds"] for command in run.commands)
        for one, other in zip(old.commands, new.commands, strict=False):
            for target in one["outputs"].keys() & other["outputs"].keys():
                sizes[0] += one["outputs"][target]["bytes"]
                sizes[1] += other["outputs"][target]["bytes"]
        changes += _changes(test, old.commands, new.commands)
    judged = tuple(_judged(change, accepted) for change in changes)
    unused = tuple(
        entry
        for entry in accepted
        if not any(_matches(entry, change) for change in changes)
        # What a ready-made check is to accept is its own affair.
        and not entry.test.startswith(PREFIX)
    )
    return Comparison(
        base, candidate, judged, tuple(incomparable), unused, compared, (seconds[0], seconds[1]), (sizes[0], sizes[1])
    )


def _in_order(run: TestRun) -> TestRun:
    """A run whose commands stand in an order of their own: what `make -j` calls in one step has none."""
    return replace(run, commands=sorted(run.commands, key=lambda command: (command["step"], command["command"])))


def _verdict(run: TestRun) -> str:
    return f"failed ({run.detail})" if run.outcome == "failed" and run.detail else run.outcome


def _incomparable(old: TestRun, new: TestRun, base: str, candidate: str) -> str:
    """Why two runs of a test cannot be held against each other; empty when they can."""
    for run, name in ((old, base), (new, candidate)):
        if run.outcome in ("", "skipped"):
            return f"{run.outcome or 'not run'} on {name}{f': {run.detail}' if run.detail else ''}"
    if old.outcome != new.outcome:
        return ""  # it took another way on one of them, and that is a change
    if old.outcome == "failed":
        return "it fails on both"
    return _other_commands(old.commands, new.commands, base, candidate)


def _other_commands(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], base: str, candidate: str
) -> str:
    for one, other in zip(old, new, strict=False):
        if one["command"] != other["command"]:
            return f"other commands: `{one['command']}` on {base}, `{other['command']}` on {candidate}"
    if len(old) != len(new):
        return f"other commands: {len(old)} on {base}, {len(new)} on {candidate}"
    return ""


def _changes(test: str, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    made: tuple[dict[str, dict[str, int]], ...] = ({}, {})
    for one, other in zip(old, new, strict=False):
        if one["command"] != other["command"]:
            return  # a test that failed on one side took another way from here on
        facts = [_facts(command, seen) for command, seen in zip((one, other), made, strict=True)]
        for subject in sorted({*facts[0], *facts[1]}):
            before, after = (fact.get(subject, _ABSENT) for fact in facts)
            if before != after:
                yield Change(test, one["step"], one["command"], subject, before, after)


def _facts(command: Mapping[str, Any], seen: dict[str, dict[str, int]]) -> dict[str, str]:
    """All that is compared of a command. ``seen`` has the outputs of the commands before, and gets those of this."""
    facts = {"exit status": str(command["exit"]), **command["states"]}
    for target, output in command["outputs"].items():
        # Two compilers never give the same bytes. Whether one gives the same twice is what can be compared.
        known = seen.setdefault(target, {})
        same = known.get(output["sha256"])
        facts[f"output {target}"] = f"as in step {same}" if same else "another than before" if known else "made"
        known.setdefault(output["sha256"], command["step"])
    return facts


def _judged(change: Change, accepted: Sequence[Accepted]) -> Change:
    entry = next((entry for entry in accepted if _matches(entry, change)), None)
    if entry is None:
        return change
    return replace(change, reason=entry.reason)


def _matches(entry: Accepted, change: Change) -> bool:
    pairs = ((entry.test, change.test), (entry.command, change.command), (entry.change, change.text))
    return all(_fits(pattern, text) for pattern, text in pairs)


def _fits(pattern: str, text: str) -> bool:
    """Whether a text is what a pattern means, in which only ``*`` stands for anything: test IDs have brackets."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None
