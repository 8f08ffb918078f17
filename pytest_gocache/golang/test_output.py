"""Reads the output of ``go test``, plain or ``-json``, into test outcomes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from pytest_gocache.golang.action import TestOutcome, TestStatus

__all__ = ["parse_test_output"]

_SECONDS = r"(?P<seconds>\d+(?:\.\d+)?)s"
_VERDICT = re.compile(
    rf"(?:ok  \t(?P<ok>\S+)\t(?:(?P<cached>\(cached\))|{_SECONDS})(?:[ \t].*)?"
    rf"|FAIL\t(?P<fail>\S+)\t{_SECONDS.replace('seconds', 'fail_seconds')}"
    r"|FAIL\t(?P<unbuilt>\S+) \[(?:build|setup) failed\]"
    r"|\?   \t(?P<untested>\S+)\t\[no test files\]"
    r"|\t(?P<covered>\S+)\t\tcoverage: \d.*)"
)


def parse_test_output(stdout: str, allowed: Callable[[TestOutcome], bool] = lambda _: True) -> dict[str, TestOutcome]:
    """Read ``go test``'s verdicts: import path → outcome.

    Go prints a package's verdict after the output of its tests. So the last line that looks like a verdict of a package
    is its verdict. Verdicts that are not ``allowed`` are left out. Text without verdicts gives an empty dict.
    """
    outcomes = map(_outcome, _lines(stdout))
    return {outcome.package: outcome for outcome in outcomes if outcome is not None and allowed(outcome)}


def _lines(stdout: str) -> Iterator[str]:
    for line in stdout.split("\n"):
        if line.startswith("{") and '"Action"' in line:
            yield from _event(line)
        else:
            yield line.rstrip("\r")


def _event(line: str) -> Iterator[str]:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        yield line
        return
    # A verdict belongs to the event's own package and to none of its tests: a test may print such a line.
    if isinstance(event, dict) and event.get("Action") == "output" and "Test" not in event:
        for text in str(event.get("Output", "")).splitlines():
            outcome = _outcome(text)
            if outcome is not None and outcome.package == event.get("Package"):
                yield text


def _outcome(line: str) -> TestOutcome | None:
    match = _VERDICT.fullmatch(line)
    if match is None:
        return None
    if match["ok"]:
        seconds = float(match["seconds"]) if match["seconds"] else None
        return TestOutcome(match["ok"], TestStatus.PASSED, cached=bool(match["cached"]), seconds=seconds)
    if match["fail"]:
        return TestOutcome(match["fail"], TestStatus.FAILED, cached=False, seconds=float(match["fail_seconds"]))
    if match["unbuilt"]:
        return TestOutcome(match["unbuilt"], TestStatus.BUILD_FAILED, cached=False, seconds=None)
    return TestOutcome(match["untested"] or match["covered"], TestStatus.NO_TESTS, cached=False, seconds=None)
