"""``--go-checks=report`` and ``--accept-current``: findings of the ready-made checks that fail no run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from pytest_gocache.errors import UsageError
from pytest_gocache.gocache_toml import NAME, PREFIX, Accepted, accept_more
from pytest_gocache.plugin.options import only_reports
from pytest_gocache.plugin.workflow import fenced

__all__ = ["FindingsReport", "ReportedFinding", "as_markdown", "report_finding"]

_PROPERTY = "gocache_finding"
_REASON = "TODO: say why this is accepted"


@dataclass(frozen=True, slots=True)
class ReportedFinding:
    """What a check found in a run that only reports."""

    check: str
    """The name of the check's function."""
    text: str
    subjects: tuple[str, ...]
    """The packages, modules or commands that no entry of ``gocache.toml`` accepts."""


def report_finding(check: pytest.Function, text: str, subjects: Sequence[str]) -> bool:
    """Keep a finding for the summary, and for SARIF. Returns False in a run that fails for findings."""
    reports = only_reports(check.config)
    if check.config.getoption("--gocache-sarif"):
        from pytest_gocache.plugin.sarif import PROPERTY, property_of

        check.user_properties.append((PROPERTY, property_of(check, text, subjects, fails=not reports)))
    if not reports:
        return False
    # pytest-xdist sends these properties to the process that prints the summary.
    check.user_properties.append((_PROPERTY, [check.originalname, text, *subjects]))
    return True


def as_markdown(findings: Sequence[ReportedFinding]) -> str:
    """The findings as Markdown: a heading for each check, and its text as a block."""
    lines = [f"## Findings of the ready-made checks: {len(findings)}", ""]
    for finding in findings:
        lines += [f"### {finding.check}", "", fenced(finding.text), ""]
    return "\n".join(lines) + "\n"


class FindingsReport:
    """Prints the findings at the end of the run, and writes those that are to be accepted into a file."""

    def __init__(self, accept_in: Path | None) -> None:
        self._accept_in = accept_in
        """The ``gocache.toml`` that gets the entries; None without ``--accept-current``."""

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the findings, append them to GITHUB_STEP_SUMMARY, and accept them if that is asked for."""
        findings = list(_findings(terminalreporter.getreports("xfailed")))
        terminalreporter.section(f"findings of the ready-made checks: {len(findings)}")
        for finding in findings:
            terminalreporter.write_line(finding.check, bold=True)
            terminalreporter.write_line(finding.text)
            terminalreporter.ensure_newline()
        try:
            if os.environ.get("GITHUB_STEP_SUMMARY"):
                _append(Path(os.environ["GITHUB_STEP_SUMMARY"]), as_markdown(findings))
            if self._accept_in is not None:
                terminalreporter.write_line(_accept(self._accept_in, findings))
        except (OSError, UsageError) as error:
            terminalreporter.write_line(f"not written: {error}", red=True)


def _findings(reports: Iterable[pytest.TestReport]) -> Iterator[ReportedFinding]:
    for report in reports:
        for name, value in report.user_properties:
            if name == _PROPERTY and isinstance(value, list):
                check, text, *subjects = value
                yield ReportedFinding(check, text, tuple(subjects))


def _accept(file: Path, findings: Iterable[ReportedFinding]) -> str:
    """Append an entry for each subject. Returns what was done."""
    found = {(finding.check, subject) for finding in findings for subject in finding.subjects}
    if not found:
        return f"{NAME}: there is nothing to accept"
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    added = accept_more(
        before, [Accepted(PREFIX + check, "*", subject, _REASON) for check, subject in sorted(found)], file
    )
    _append(file, added)
    return f"{file}: {len(found)} [[accept]] added; write a reason in place of each {_REASON!r}"


def _append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as stream:
        stream.write(text)
