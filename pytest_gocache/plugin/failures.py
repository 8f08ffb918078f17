"""The failing tests of a run for GitHub Actions: Markdown for the summary of a job, and annotations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pytest_gocache.plugin.gate.compare import TestRun
from pytest_gocache.plugin.run_facts import in_one_line
from pytest_gocache.plugin.workflow import cell, error_command, fenced

__all__ = ["failures_as_commands", "failures_as_markdown"]

_MOST_SHOWN = 50

Runs = Mapping[str, Mapping[str, TestRun]]


def failures_as_markdown(facts: Mapping[str, Any], toolchains: Sequence[dict[str, Any]], runs: Runs) -> str:
    """The counts of a run, its facts, and each failing test with its message: the finding, its cause, and the fix."""
    all_runs = [run for sides in runs.values() for run in sides.values()]
    failing = list(_failing(runs))
    verdict = f"{len(failing)} of {len(all_runs)} failed" if failing else f"none of {len(all_runs)} failed"
    lines = [f"### Go build-cache tests: {verdict}", "", cell("; ".join(_facts(facts, toolchains))), ""]
    for name, run in failing[:_MOST_SHOWN]:
        place = f" ({run.file}:{run.line})" if run.file else ""
        host = f" on {run.host}" if run.host else ""
        lines += [f"**{cell(name)}**{cell(place + host)}", "", fenced(run.message), ""]
    if len(failing) > _MOST_SHOWN:
        lines += [f"and {len(failing) - _MOST_SHOWN} more", ""]
    return "\n".join(lines) + "\n"


def failures_as_commands(runs: Runs) -> list[str]:
    """An annotation for each failing test, at the line that failed."""
    return [error_command(f"{name} failed", run.message, run.file, run.line) for name, run in _failing(runs)]


def _failing(runs: Runs) -> Iterator[tuple[str, TestRun]]:
    """The failing tests, each with its name; a test of several toolchains names the toolchain."""
    for test, sides in sorted(runs.items()):
        for toolchain, run in sides.items():
            if run.outcome == "failed":
                yield test if toolchain == "default" else f"{test} on {toolchain}", run


def _facts(facts: Mapping[str, Any], toolchains: Sequence[dict[str, Any]]) -> Iterator[str]:
    yield from dict.fromkeys(in_one_line(toolchain) for toolchain in toolchains)
    yield f"pytest-gocache {facts['pytest-gocache']}"
    if facts["repository"]:
        yield f"commit {facts['repository']['commit']}{' (dirty)' if facts['repository']['dirty'] else ''}"
