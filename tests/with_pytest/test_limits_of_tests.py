"""Limits of pytest-timeout do not count what the library does, and still end what a test does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import LIB, run_apart

SLOW_CHECK = """
import time
import pytest_gocache.plugin.session as session

checked = session.check_toolchain

def slow(module):
    time.sleep(5)
    checked(module)

session.check_toolchain = slow
"""

TESTS = f"""
def test_first(go_module):
    {LIB}
    assert go_module.build("./...").compiled

def test_hangs(go_module):
    go_module.exec("sleep", "100")
"""


@pytest.mark.parametrize("method", ["signal", "thread"])
def test_what_the_library_does_does_not_count(pytester: pytest.Pytester, store: Path, method: str) -> None:
    pytester.makeconftest(SLOW_CHECK)
    pytester.makepyfile(TESTS)
    only = ("-k", "first") if method == "thread" else ()  # this method ends the process
    result = run_apart(pytester, store, "--timeout=4", f"--timeout-method={method}", "--durations=0", "-vv", *only)
    output = result.stdout.str()
    assert "test_first PASSED" in output
    assert float(re.findall(r"([\d.]+)s setup +\S+::test_first", output)[0]) < 4
    if method == "signal":
        result.assert_outcomes(passed=1, failed=1)
        assert "Failed: Timeout (>4.0s) from pytest-timeout." in output
        # The traceback ends at the user's line.
        assert re.search(r'>       go_module.exec\("sleep", "100"\)\nE +Failed: Timeout', output)
        assert "process.py" not in output.partition("- Captured")[0]
