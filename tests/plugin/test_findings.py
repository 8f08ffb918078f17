"""Findings of the ready-made checks that are reported and fail no run."""

from __future__ import annotations

import pytest

from pytest_gocache.plugin.findings import ReportedFinding, as_markdown

CHECKS = """
import pytest
from pytest_gocache.plugin.findings import report_finding

@pytest.mark.parametrize("number", [1, 2])
def test_warm(request, number):
    if report_finding(request.node, f"finding {number}", [f"example.com/p{number}", "example.com/x [x.test]"]):
        pytest.xfail("reported")
    raise AssertionError("a finding")
"""


def run(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    pytester.makepyfile(CHECKS)
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", *args)


def test_findings_fail_the_run_without_an_option(pytester: pytest.Pytester) -> None:
    result = run(pytester)
    result.assert_outcomes(failed=2)
    result.stdout.no_fnmatch_line("*findings of the ready-made checks*")


@pytest.mark.parametrize("processes", [(), ("-n", "1")])
def test_a_run_that_reports_prints_each_finding(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, processes: tuple[str, ...]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    result = run(pytester, "--go-checks=report", *processes)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["*findings of the ready-made checks: 2*", "test_warm", "finding 1", "test_warm", "finding 2"]
    )
    assert "```text\nfinding 1\n```" in (pytester.path / "summary.md").read_text(encoding="utf-8")
    assert not (pytester.path / "gocache.toml").exists()


def test_current_findings_become_entries_once_for_each_subject(pytester: pytest.Pytester) -> None:
    (pytester.path / "gocache.toml").write_text("[ci]\nmtimes = 'keep' # as in CI\n", encoding="utf-8")
    result = run(pytester, "--accept-current")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*gocache.toml: 3 [[][[]accept]] added*"])
    written = (pytester.path / "gocache.toml").read_text(encoding="utf-8")
    assert written.startswith("[ci]\nmtimes = 'keep' # as in CI\n\n[[accept]]\ntest = \"checks.py::test_warm\"\n")
    assert 'change = "example.com/x [[]x.test]"' in written


def test_a_file_that_cannot_take_entries_stays_as_it_is(pytester: pytest.Pytester) -> None:
    text = "accept = []\n"
    (pytester.path / "gocache.toml").write_text(text, encoding="utf-8")
    result = run(pytester, "--accept-current")
    result.stdout.fnmatch_lines(["not written: no [[][[]accept]] can be added: *gocache.toml*"])
    assert (pytester.path / "gocache.toml").read_text(encoding="utf-8") == text


def test_markdown_has_a_block_for_each_finding() -> None:
    assert as_markdown([ReportedFinding("test_warm", "what\nwhy", ("a",))]) == (
        "## Findings of the ready-made checks: 1\n\n### test_warm\n\n```text\nwhat\nwhy\n```\n\n"
    )
