"""``gocache_timeout`` and ``timeout=``: a command that hangs is ended, with everything that it started."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import HANGS, run, wait_until_gone

TESTS = f"""
{HANGS}

def test_hangs(go_module, request):
    go_module.write("main.go", MAIN)
    # Without it, the first run would spend its time on the link.
    go_module.build("-o", "tool", timeout=200)
    go_module.run(".", str(request.config.rootpath / "pids"){{timeout}})
"""


@pytest.mark.parametrize("how", ["ini", "command"])
def test_a_command_that_hangs_is_killed_with_its_group(pytester: pytest.Pytester, store: Path, how: str) -> None:
    # What a command says itself comes before the ini file.
    ini = "5" if how == "ini" else "500"
    pytester.makeini(f"[pytest]\ngocache_timeout = {ini}\n")
    pytester.makepyfile(TESTS.replace("{timeout}", "" if how == "ini" else ", timeout=4.5"))
    result = run(pytester, store)
    result.assert_outcomes(failed=1)
    seconds = "5" if how == "ini" else "4.5"
    result.stdout.fnmatch_lines(
        [
            f"E *GoTimeoutError: `go run . *pids` did not finish within {seconds} seconds and was killed, *",
            "E *compiled before that: *",
            "E *to allow more: the ini option gocache_timeout (0: no limit); build, test and exec also take timeout=",
            "*- go commands -*",
            "  2. go run . *pids  [[]*killed by signal 9",
        ]
    )
    pids = [int(pid) for pid in (pytester.path / "pids").read_text(encoding="utf-8").split()]
    assert len(pids) == 3
    wait_until_gone(pids)


def test_a_command_that_ends_in_time_is_not_touched(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makeini("[pytest]\ngocache_timeout = 200\n")
    pytester.makepyfile("""
        SLEEPS = 'package main\\n\\nimport "time"\\n\\nfunc main() { time.Sleep(time.Second) }\\n'

        def test_it(go_module):
            go_module.write("main.go", SLEEPS)
            assert go_module.run(".", timeout=100).returncode == 0
    """)
    run(pytester, store).assert_outcomes(passed=1)
