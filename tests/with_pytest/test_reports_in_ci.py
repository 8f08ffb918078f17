"""The summary of a job and the annotations of GitHub Actions, for a run without a gate."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import LIB, run

TESTS = f"""
from pytest_gocache import assert_cached

def check(result):
    assert_cached(result)

def test_good(go_module):
    {LIB}
    go_module.build("./...")

def test_bad(go_module):
    {LIB}
    result = go_module.build("./...")
    check(result)  # the annotated line

def test_without_go():
    raise ValueError
"""


def test_each_failing_test_is_in_the_summary_and_annotated_once(
    pytester: pytest.Pytester, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = pytester.makepyfile(test_suite=TESTS)
    line = file.read_text(encoding="utf-8").split("\n").index("    check(result)  # the annotated line") + 1
    summary = pytester.path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(pytester.path.parent))
    result = run(pytester, store, "-n", "2", "--gocache-durations=3")
    result.assert_outcomes(passed=1, failed=2)
    place = f"{pytester.path.name}/test_suite.py"
    (command,) = [text for text in result.outlines if text.startswith("::")]
    begin = f"::error file={place},line={line},title=test_suite.py%3A%3Atest_bad failed::"
    assert command.startswith(f"{begin}1 package was rebuilt by `go build ./...` (step 1) [assert_cached]%0A")
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("### Go build-cache tests: 1 of 2 failed\n")
    assert text.count("# Go build-cache tests") == 1
    failures, _, causes = text.partition("### Dearest causes\n\n")
    assert failures.count("```text") == 1
    assert causes.startswith("```text\n0.0 s of work done again, ")
    assert f"**test_suite.py::test_bad** ({place}:{line})" in text
    assert "compiled for the first time in this test" in text
