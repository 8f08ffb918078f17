"""Colours: which lines of a failure have which, and none where pytest has none."""

from __future__ import annotations

import io
import re

import pytest
from _pytest._io import TerminalWriter
from inline_snapshot import snapshot

from pytest_gocache.plugin.colours import colour

MESSAGE = """\
2 packages were rebuilt by `go build ./...` (step 2) [assert_cached]
  m/lib     file lib.go changed since step 1:
              - one
              + two
            the same for m/other
  └─ m/api  imports it
remove -a"""
COLOURS = {"0": "", "1": "bold", "31": "red", "32": "green", "33": "yellow", "36": "cyan"}


def failed(message: str, section: str = "go commands") -> pytest.TestReport:
    with pytest.raises(AssertionError) as caught:
        raise AssertionError(message)
    shown = caught.getrepr(style="short")
    return pytest.TestReport("t.py::t", ("t.py", 1, "t"), {}, "failed", shown, "call", sections=[(section, "")])


def written(report: pytest.TestReport, *, has_colours: bool) -> list[str]:
    """The failure lines on a terminal, with the names of colours: ``<red><bold>E  x<>``."""
    file = io.StringIO()
    writer = TerminalWriter(file)
    writer.hasmarkup = has_colours
    report.toterminal(writer)
    text = re.sub(r"\x1b\[(\d+)m", lambda found: f"<{COLOURS.get(found[1], found[1])}>", file.getvalue())
    return [line for line in text.splitlines() if re.match(r"(<[^>]+>)*E ", line)]


def test_each_kind_of_line_has_its_colour() -> None:
    report = failed(MESSAGE)
    colour(report)
    assert "\n".join(written(report, has_colours=True)) == snapshot("""\
<bold><red>E   AssertionError: 2 packages were rebuilt by `go build ./...` (step 2) [assert_cached]<>
<bold><red>E     <><bold><cyan>m/lib<><bold><red>     file lib.go changed since step 1:<>
<red>E                 - one<>
<green>E                 + two<>
<bold><red>E               the same for m/other<>
<bold><red>E     └─ <><bold><cyan>m/api<><bold><red>  imports it<>
<yellow>E   remove -a<>\
""")


def test_a_report_has_no_colours_where_pytest_has_none() -> None:
    report = failed(MESSAGE)
    plain, text = written(report, has_colours=False), report.longreprtext
    colour(report)
    assert written(report, has_colours=False) == plain
    assert report.longreprtext == text
    assert "\x1b" not in text


def test_a_test_without_go_commands_has_the_colours_of_pytest() -> None:
    report = failed(MESSAGE, "Captured stdout call")
    as_pytest = written(report, has_colours=True)
    colour(report)
    assert written(report, has_colours=True) == as_pytest


def test_a_failure_without_traceback_stays() -> None:
    report = failed(MESSAGE)
    report.longrepr = "an error"
    colour(report)
    assert report.longreprtext == "an error"
