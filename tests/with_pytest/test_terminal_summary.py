"""The summary at the end of a session: what the go commands did, and what the store was good for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import LIB, run, run_apart, summary_of

TESTS = f"""
import os
import pytest

@pytest.mark.parametrize("number", range(4))
def test_builds(go_module, number):
    {LIB}
    go_module.write("main.go", "package main\\n\\nfunc main() {{}}\\n")
    go_module.build("./...")
    go_module.build("./lib")
    go_module.go("env", "GOOS")

def test_plain(): pass
"""


def test_the_summary_counts_commands_packages_links_and_the_store(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(TESTS)
    numbers = summary_of(run(pytester, store).stdout.str())
    assert numbers["commands"] == 4 * 3
    assert numbers["compiled"] == 4 * 2
    assert numbers["linked"] == 4
    # The second build's lib, and the runtime that each main package needs.
    assert numbers["cached"] > 4 * 10
    assert numbers["hits"] + numbers["made"] == 4
    assert numbers["megabytes"] > 10


def test_the_summary_adds_up_over_the_workers_of_xdist(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(TESTS)
    result = run_apart(pytester, store, "-n", "2", "--dist=load")
    result.assert_outcomes(passed=5)
    output = result.stdout.str()
    assert output.count(" go commands in ") == 1
    numbers = summary_of(output)
    assert (numbers["commands"], numbers["compiled"], numbers["linked"]) == (12, 8, 4)
    assert numbers["hits"] + numbers["made"] == 4


def test_there_is_no_summary_without_a_go_command(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile("""
        import pytest

        def test_plain(): pass

        def test_fixtures_only(go_module, gomodcache): pass

        @pytest.mark.gocache(go=">=1.99")
        def test_skipped(go_module): pass
    """)
    for args in ((), ("-n", "1")):
        result = run(pytester, store, *args)
        assert result.ret == pytest.ExitCode.OK
        result.stdout.no_fnmatch_line("*= gocache =*")
        assert summary_of(result.stdout.str()) == {}


def test_a_worker_that_crashes_does_not_break_the_summary(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(f"""
        import os

        def test_crash(go_module):
            {LIB}
            go_module.build("./...")
            os._exit(1)

        def test_build(go_module):
            {LIB}
            go_module.build("./...")

        def test_after(go_module):
            {LIB}
            go_module.build("./...")
    """)
    result = run_apart(pytester, store, "-n", "2")
    result.assert_outcomes(failed=1, passed=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*worker 'gw?' crashed while running*test_crash*"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    # What the worker that crashed counted is lost, and nothing else.
    assert 1 <= summary_of(result.stdout.str())["commands"] <= 2


def test_commands_that_fail_count_too(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile("""
        def test_it(go_module):
            go_module.write("lib/lib.go", "package lib\\n\\nconst Word = \\n")
            go_module.build("./...")
    """)
    numbers = summary_of(run(pytester, store).stdout.str())
    assert (numbers["commands"], numbers["compiled"]) == (1, 1)
