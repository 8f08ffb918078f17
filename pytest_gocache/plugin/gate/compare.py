"""Compares what tests and go commands do on two toolchains."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_gocache.gocache_toml import PREFIX, Accepted
from pytest_gocache.plugin.gate.known import known_issue

__all__ = ["Comparison", "GateChange", "TestRun", "compare"]

_ABSENT = "absent"
# An action that no longer runs, and a test result that is replayed: state on the base → states on the candidate.
_LESS_WORK: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "compile": {"ran": ("cached", "not run")},
    "link": {"ran": ("cached", "not run")},
    "vet": {"ran": ("cached", "not run")},
    "test": {"passed": ("cached",)},
}


@dataclass(slots=True)
class TestRun:
    """One test on one toolchain, as plain data."""

    __test__ = False

    outcome: str = ""
    """``passed``, ``failed``, ``skipped``, ``xfailed`` or ``xpassed``; an error in a fixture counts as ``failed``.

    Empty for a test that did not end.
    """
    detail: str = ""
    """The reason of a skip, the first line of a failure."""
    message: str = ""
    """The whole message of a failure."""
    file: str = ""
    """The file of the test, relative to the repository; empty for a file outside of it."""
    line: int = 0
    """The line in the file that failed, else the line of the test, from 1; 0 when it is unknown."""
    host: str = ""
    """The host that ran the test, as ``--tx`` names it; empty for the computer of the controller."""
    commands: list[dict[str, Any]] = field(default_factory=list)
    """The commands of the last attempt, as `command_records` returns them."""
    attempts: int = 1
    """How many times the test ran: more than once with a plugin like pytest-rerunfailures."""


@dataclass(frozen=True, slots=True)
class GateChange:
    """Something that differs on the candidate."""

    test: str
    """The test's ID, without a toolchain."""
    step: int
    """The step of the command; 0 for the test's verdict."""
    command: str
    """The command as the test wrote it; empty for the test's verdict."""
    subject: str
    """What differs: ``compile example.com/app``, ``test example.com/app``, ``verdict``, …"""
    base: str
    candidate: str
    reason: str = ""
    """Why ``gocache.toml`` accepts the change; empty when it does not."""
    less_work: bool = False
    """Whether it is only less work: an action no longer runs, or a test result is replayed. The command succeeds."""
    issue: str = ""
    """The public issue of Go that is behind the change, ``golang/go#23565``; empty when none is known."""

    @property
    def text(self) -> str:
        """``vet example.com/app: ran -> cached``: the text that ``change`` in an ``[[accept]]`` matches."""
        return f"{self.subject}: {self.base} -> {self.candidate}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of a candidate with a base."""

    base: str
    candidate: str
    changes: tuple[GateChange, ...]
    """All changes, accepted ones included."""
    incomparable: tuple[tuple[str, str], ...]
    """Tests that cannot be compared, each with the reason."""
    unused: tuple[Accepted, ...]
    """The entries of ``gocache.toml`` that match no change."""
    compared: int
    """The number of compared tests."""
    seconds: tuple[float, float]
    """Seconds that the go commands of the compared tests took, on the base and on the candidate. For information."""
    bytes: tuple[int, int]
    """Total size in bytes of the binaries that both sides have, on the base and on the candidate. For information."""
    strict: bool = False
    """Whether less work fails the gate, too."""

    @property
    def failing(self) -> tuple[GateChange, ...]:
        """The changes that fail the gate: no entry accepts them, and they are no improvements."""
        return tuple(change for change in self.changes if not change.reason and (self.strict or not change.less_work))

    @property
    def improvements(self) -> tuple[GateChange, ...]:
        """The changes that pass the gate because they are only less work."""
        return tuple(change for change in self.changes if not change.reason and change.less_work and not self.strict)

    @property
    def passed(self) -> bool:
        """Whether no change fails the gate."""
        return not self.failing


def compare(  # noqa: PLR0913 - two toolchains, and how to judge what differs
    base: str,
    candidate: str,
    runs: Mapping[str, Mapping[str, TestRun]],
    accepted: Sequence[Accepted] = (),
    *,
    strict: bool = False,
    versions: tuple[str, str] | None = None,
) -> Comparison:
    """Compare the tests on ``candidate`` with those on ``base``; ``runs`` maps test → toolchain → run.

    ``strict``: less work fails the gate, too. ``versions`` are those of ``base`` and ``candidate``, as Go prints them;
    with them, a change names the issue of Go behind it.
    """
    changes: list[GateChange] = []
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
            changes.append(GateChange(test, 0, "", "verdict", _verdict(old), _verdict(new)))
        for number, run in enumerate((old, new)):
            seconds[number] += sum(command["seconds"] for command in run.commands)
        for one, other in zip(old.commands, new.commands, strict=False):
            for target in one["outputs"].keys() & other["outputs"].keys():
                sizes[0] += one["outputs"][target]["bytes"]
                sizes[1] += other["outputs"][target]["bytes"]
        changes += _changes(test, old.commands, new.commands)
    judged = tuple(_with_issue(_judged(change, accepted), versions) for change in changes)
    unused = tuple(
        entry
        for entry in accepted
        if not any(_matches(entry, change) for change in changes)
        # The ready-made checks report their own entries.
        and not entry.test.startswith(PREFIX)
    )
    return Comparison(
        base,
        candidate,
        judged,
        tuple(incomparable),
        unused,
        compared,
        (seconds[0], seconds[1]),
        (sizes[0], sizes[1]),
        strict,
    )


def _in_order(run: TestRun) -> TestRun:
    """The run with sorted commands: those that `make -j` calls in one step come in any order."""
    return replace(run, commands=sorted(run.commands, key=lambda command: (command["step"], command["command"])))


def _verdict(run: TestRun) -> str:
    return f"failed ({run.detail})" if run.outcome == "failed" and run.detail else run.outcome


def _incomparable(old: TestRun, new: TestRun, base: str, candidate: str) -> str:
    """Why two runs of a test cannot be compared; empty when they can."""
    for run, name in ((old, base), (new, candidate)):
        if run.outcome in ("", "skipped"):
            return f"{run.outcome or 'not run'} on {name}{f': {run.detail}' if run.detail else ''}"
    if old.outcome != new.outcome:
        return ""  # the verdict itself is the change
    if old.outcome == "failed":
        return "fails on both"
    return _different_commands(old.commands, new.commands, base, candidate)


def _different_commands(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], base: str, candidate: str
) -> str:
    for one, other in zip(old, new, strict=False):
        if one["command"] != other["command"]:
            return f"different commands: `{one['command']}` on {base}, `{other['command']}` on {candidate}"
    if len(old) != len(new):
        return f"different commands: {len(old)} on {base}, {len(new)} on {candidate}"
    return ""


def _changes(test: str, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Iterator[GateChange]:
    made: tuple[dict[str, dict[str, int]], ...] = ({}, {})
    for one, other in zip(old, new, strict=False):
        if one["command"] != other["command"]:
            return  # a test that failed on one side ran different commands from here on
        facts = [_facts(command, seen) for command, seen in zip((one, other), made, strict=True)]
        # An action of a command that fails may not run because an import failed.
        succeed = one["exit"] == other["exit"] == 0
        for subject in sorted({*facts[0], *facts[1]}):
            before, after = (fact.get(subject, _ABSENT) for fact in facts)
            if before != after:
                less = succeed and after in _LESS_WORK.get(subject.partition(" ")[0], {}).get(before, ())
                yield GateChange(test, one["step"], one["command"], subject, before, after, less_work=less)


def _facts(command: Mapping[str, Any], seen: dict[str, dict[str, int]]) -> dict[str, str]:
    """The compared facts of a command. ``seen`` holds the outputs of earlier commands; those of this one are added."""
    facts = {"exit status": str(command["exit"]), **command["states"]}
    for target, output in command["outputs"].items():
        # Two compilers give different bytes. What can be compared is whether each one gives the same bytes twice.
        known = seen.setdefault(target, {})
        same = known.get(output["sha256"])
        facts[f"output {target}"] = f"the same as in step {same}" if same else "changed" if known else "made"
        known.setdefault(output["sha256"], command["step"])
    return facts


def _judged(change: GateChange, accepted: Sequence[Accepted]) -> GateChange:
    entry = next((entry for entry in accepted if _matches(entry, change)), None)
    if entry is None:
        return change
    return replace(change, reason=entry.reason)


def _with_issue(change: GateChange, versions: tuple[str, str] | None) -> GateChange:
    if versions is None:
        return change
    states = (change.base, change.candidate)
    return replace(change, issue=known_issue(change.command, change.subject, states, versions))


def _matches(entry: Accepted, change: GateChange) -> bool:
    pairs = ((entry.test, change.test), (entry.command, change.command), (entry.change, change.text))
    return all(_fits(pattern, text) for pattern, text in pairs)


def _fits(pattern: str, text: str) -> bool:
    """Whether a pattern matches a text. Only ``*`` is special: test IDs have brackets."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None
