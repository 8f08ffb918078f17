"""Ini options with values that make no sense: one clear message, no traceback of the library's, and a whole summary."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import ONE_BUILD, run_apart

WRONG = {
    "gocache_keep = some": "ini option gocache_keep = 'some': write one of none, failed, all",
    "gocache_store_limit = much": "ini option gocache_store_limit = 'much': write a size like 4G or 500M",
    "gocache_store_limit = -1G": "ini option gocache_store_limit = '-1G': write a size like 4G or 500M",
    "gocache_store_limit =": "ini option gocache_store_limit = '': write a size like 4G or 500M",
    "gocache_timeout = soon": "ini option gocache_timeout = 'soon': write seconds, or 0 for no limit",
    "gocache_timeout = -1": "ini option gocache_timeout = '-1': write seconds, or 0 for no limit",
    "gocache_timeout = nan": "ini option gocache_timeout = 'nan': write seconds, or 0 for no limit",
    "gocache_timeout = inf": "ini option gocache_timeout = 'inf': write seconds, or 0 for no limit",
}


@pytest.mark.parametrize("line", list(WRONG))
def test_a_wrong_value_is_one_message_that_says_what_to_write(pytester: pytest.Pytester, line: str) -> None:
    pytester.makeini(f"[pytest]\n{line}\n")
    pytester.makepyfile(ONE_BUILD)
    result = pytester.runpytest_inprocess(f"--gocache-dir={pytester.path / 'store'}")
    output = result.stdout.str() + result.stderr.str()
    assert WRONG[line] in output
    # Whether pytest refuses to start or each Go test errors: no frame of the library's helps anybody.
    assert "pytest_gocache/" not in output
    assert "INTERNALERROR" not in output
    assert result.ret in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.TESTS_FAILED)


def test_tests_that_need_no_go_are_reported_in_full_beside_a_wrong_value(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\ngocache_keep = some\n")
    pytester.makepyfile(f"def test_plain(): pass\n{ONE_BUILD}")
    result = run_apart(pytester, pytester.path / "store")
    if result.ret == pytest.ExitCode.USAGE_ERROR:
        # Refused at the start: then nothing has run, and nothing else is said.
        result.stdout.no_fnmatch_line("*collected*")
        result.stderr.fnmatch_lines(["ERROR: ini option gocache_keep = 'some'*"])
    else:
        result.assert_outcomes(passed=1, errors=1)


@pytest.mark.parametrize("limit", ["4G", "500 m", "1GiB", "0"])
def test_sizes_are_read_with_their_units(pytester: pytest.Pytester, store: Path, limit: str) -> None:
    pytester.makeini(f"[pytest]\ngocache_store_limit = {limit}\ngocache_timeout = 0\n")
    pytester.makepyfile("""
        import pytest

        @pytest.mark.gocache(warm=False)
        def test_it(gocache): pass
    """)
    pytester.runpytest_inprocess(f"--gocache-dir={store}").assert_outcomes(passed=1)
