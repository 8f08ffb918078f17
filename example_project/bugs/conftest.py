"""Prints a row for each of the fourteen bugs: whether a test catches it, and whether its fix passes."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

BUGS = {
    1: "a generated file that did not change",
    2: "cold CI jobs",
    3: "-gcflags stops at the named packages",
    4: "a test that passes because it does not run",
    5: "a flag that switches the test cache off",
    6: "an upgrade of a C library that Go does not notice",
    7: "-a in the Makefile",
    8: "a shared cache that only its builder uses",
    9: "two developers, one commit, two binaries",
    10: "a release that builds what is not shipped",
    11: "one compile at a time",
    12: "the job's number in a compile flag",
    13: "every job downloads the modules",
    14: "touch does not rebuild",
}
_TEST = re.compile(r"test_bug_(\d+)_(caught|fixed)\b")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the rows; a bug whose tests were not selected is shown as not run."""
    outcomes: dict[tuple[int, str], set[str]] = {}
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.getreports(outcome):
            match = _TEST.search(report.nodeid)
            if match:
                outcomes.setdefault((int(match[1]), match[2]), set()).add(outcome)
    if not outcomes:
        return
    terminalreporter.section("fourteen bugs")
    terminalreporter.write_line(f"{'':2}  {'':50}  caught   fixed")
    for number, title in BUGS.items():
        cells = [_cell(outcomes.get((number, what), ())) for what in ("caught", "fixed")]
        terminalreporter.write_line(f"{number:2}  {title:50}  {cells[0]:7}  {cells[1]}".rstrip())


def _cell(outcomes: Iterable[str]) -> str:
    """The worst outcome."""
    return next(
        (
            shown
            for outcome, shown in (("failed", "NO"), ("error", "NO"), ("passed", "yes"), ("skipped", "skipped"))
            if outcome in outcomes
        ),
        "not run",
    )
