"""Renders a comparison: text for a terminal, Markdown for a CI job's summary, and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import groupby
from typing import Any

from pytest_gocache.gocache_toml import NAME
from pytest_gocache.plugin.gate.compare import Comparison, GateChange, TestRun
from pytest_gocache.plugin.report.run_file import SCHEMA, packed
from pytest_gocache.plugin.workflow import cell, error_command
from pytest_gocache.results.tables import listed

__all__ = ["as_json", "as_markdown", "as_text", "summary", "workflow_commands"]

_MOST_ROWS = 3  # of packages with the same change in one command: more are one row
_GROUPED = {"compile": "packages", "link": "binaries", "vet": "packages", "test": "packages", "download": "modules"}


def summary(comparison: Comparison) -> str:
    """The outcome in one line."""
    failing, improvements = len(comparison.failing), len(comparison.improvements)
    accepted = len(comparison.changes) - failing - improvements
    counts = [f"{failing} change{'' if failing == 1 else 's'}" if failing else "no change"]
    if improvements:
        counts[0] = counts[0] if failing else "no change for the worse"
        counts.append(f"{improvements} improvement{'' if improvements == 1 else 's'}")
    if accepted:
        counts.append(f"{accepted} accepted")
    counts.append(f"{comparison.compared} test{'' if comparison.compared == 1 else 's'} compared")
    if comparison.incomparable:
        counts.append(f"{len(comparison.incomparable)} not comparable")
    before, after = comparison.seconds
    ratios = [f"go commands took {after / before:.2f} times as long"] if before else []
    small, large = comparison.bytes
    ratios += [f"binaries are {large / small:.2f} times as large"] if small else []
    return f"{comparison.base}..{comparison.candidate}: {'; '.join([', '.join(counts), *ratios])}"


def as_text(comparison: Comparison) -> list[str]:
    """The lines for the terminal: the changes, what cannot be compared, and the summary."""
    lines = []
    changes = _rows(comparison.changes)
    width = max((len(change.subject) for change in changes), default=0)
    for (test, step, command), group in groupby(changes, key=_command_of):
        lines.append(f"{test}  `{command}` (step {step})" if command else test)
        for change in group:
            said = [text for text in (_why_passed(change, comparison), change.issue) if text]
            lines.append("  ".join([f"  {change.subject:{width}}", f"{change.base} -> {change.candidate}", *said]))
    if comparison.incomparable:
        lines.append("not comparable:")
        lines += [f"  {test}: {why}" for test, why in comparison.incomparable]
    lines += list(_unused(comparison))
    return [*lines, summary(comparison)]


def _rows(changes: Sequence[GateChange]) -> list[GateChange]:
    """The changes, with one in place of many that are the same for different packages of one command."""
    alike: dict[tuple[object, ...], list[GateChange]] = {}
    for change in changes:
        kind = change.subject.partition(" ")[0]
        others = (change.base, change.candidate, change.reason, change.less_work, change.issue)
        what = (kind, *others) if kind in _GROUPED else (change.subject, *others)
        alike.setdefault((*_command_of(change), *what), []).append(change)
    rows = []
    for same in alike.values():
        kind = same[0].subject.partition(" ")[0]
        if len(same) <= _MOST_ROWS:
            rows += same
        else:
            names = listed([change.subject.partition(" ")[2] for change in same])
            rows.append(replace(same[0], subject=f"{kind} of {len(same)} {_GROUPED[kind]} ({names})"))
    return sorted(rows, key=_command_of)


def _why_passed(change: GateChange, comparison: Comparison) -> str:
    if change.reason:
        return f"accepted: {change.reason}"
    return "improvement: less work" if change.less_work and not comparison.strict else ""


def _command_of(change: GateChange) -> tuple[str, int, str]:
    return change.test, change.step, change.command


def _unused(comparison: Comparison) -> Iterator[str]:
    for entry in comparison.unused:
        named = f"test = {entry.test!r}, command = {entry.command!r}, change = {entry.change!r}"
        yield f"{NAME} accepts a change that did not happen: {named}"


def as_markdown(comparison: Comparison) -> str:
    """A Markdown table for a CI job's summary."""
    verdict = "passed" if comparison.passed else "failed"
    lines = [f"### Go toolchain gate {verdict}: {summary(comparison)}", ""]
    if comparison.changes:
        lines += ["| test | command | what | base | candidate | passes because |", "|---|---|---|---|---|---|"]
        for change in _rows(comparison.changes):
            command = f"`{change.command}`" if change.command else ""
            cells = (
                change.test,
                command,
                f"{change.subject} ({change.issue})" if change.issue else change.subject,
                change.base,
                change.candidate,
                _why_passed(change, comparison),
            )
            lines.append("| " + " | ".join(cell(text) for text in cells) + " |")
        lines.append("")
    if comparison.incomparable:
        lines += ["Not comparable:", ""]
        lines += [f"- {cell(test)}: {cell(why)}" for test, why in comparison.incomparable]
        lines.append("")
    lines += [f"- {cell(line)}" for line in _unused(comparison)]
    return "\n".join(lines) + "\n"


def workflow_commands(comparison: Comparison, runs: Mapping[str, Mapping[str, TestRun]]) -> list[str]:
    """An annotation for each change that fails the gate, at the test on the candidate; many packages have one."""
    return [
        error_command(
            f"Go {comparison.candidate}: {change.subject}",
            f"{change.test}: {change.command and f'`{change.command}`: '}{change.text}"
            + (f" ({change.issue})" if change.issue else ""),
            (run := runs[change.test][comparison.candidate]).file,
            run.line,
        )
        for change in _rows(comparison.failing)
    ]


def as_json(
    facts: Mapping[str, Any],
    toolchains: Sequence[Mapping[str, Any]],
    runs: Mapping[str, Mapping[str, TestRun]],
    comparison: Comparison | None,
) -> dict[str, Any]:
    """All runs, and the comparison if there is one, as values that JSON can hold.

    ``facts`` has the versions, the time and the commit of the run; ``toolchains`` those of Go.
    """
    tests, packages = packed(
        {"test": test, "toolchain": toolchain, **asdict(run)}
        for test, sides in sorted(runs.items())
        for toolchain, run in sides.items()
    )
    return {
        "schema": SCHEMA,
        "run": dict(facts),
        "toolchains": [dict(toolchain) for toolchain in toolchains],
        "packages": packages,
        "tests": tests,
        "gate": _gate(comparison) if comparison else None,
    }


def _gate(comparison: Comparison) -> dict[str, Any]:
    return {
        "base": comparison.base,
        "candidate": comparison.candidate,
        "passed": comparison.passed,
        "strict": comparison.strict,
        "changes": [asdict(change) for change in comparison.changes],
        "incomparable": [{"test": test, "why": why} for test, why in comparison.incomparable],
        "unused": [asdict(entry) for entry in comparison.unused],
        "compared": comparison.compared,
        "seconds": {"base": round(comparison.seconds[0], 3), "candidate": round(comparison.seconds[1], 3)},
        "bytes": {"base": comparison.bytes[0], "candidate": comparison.bytes[1]},
    }
