"""Plugins that run a test again: only its last attempt counts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import LIB, run_apart, summary_of

TESTS = f"""
import pytest

COUNTS = {{}}

def attempt(name):
    COUNTS[name] = COUNTS.get(name, 0) + 1
    return COUNTS[name]

def build(go_module):
    {LIB}
    go_module.build("./...")
    go_module.vet("./...")

def test_recovers(go_module):
    build(go_module)
    assert attempt("recovers") == 2

def test_fails(go_module):
    build(go_module)
    assert not "ever"
"""

FLAKY = f"""
import flaky

{TESTS}

test_recovers = flaky.flaky(max_runs=2)(test_recovers)
test_fails = flaky.flaky(max_runs=2)(test_fails)
"""


@pytest.mark.parametrize(
    ("text", "args"),
    [(TESTS, ("--reruns=1", "-p", "no:flaky")), (FLAKY, ("-p", "no:rerunfailures"))],
    ids=["rerunfailures", "flaky"],
)
def test_earlier_attempts_do_not_count(
    pytester: pytest.Pytester, store: Path, text: str, args: tuple[str, ...]
) -> None:
    pytester.makepyfile(text)
    result = run_apart(pytester, store, *args, "--gocache-json=runs.json", "--junitxml=junit.xml", "--basetemp=inner")
    output = result.stdout.str()
    assert result.ret == pytest.ExitCode.TESTS_FAILED, output
    tests = json.loads((pytester.path / "runs.json").read_bytes())["tests"]
    assert [(test["test"].partition("::")[2], test["outcome"], test["attempts"]) for test in tests] == [
        ("test_fails", "failed", 2),
        ("test_recovers", "passed", 2),
    ]
    assert [[command["step"] for command in test["commands"]] for test in tests] == [[1, 2], [1, 2]]
    for case in (pytester.path / "junit.xml").read_text(encoding="utf-8").split("<testcase ")[1:]:
        properties = re.findall(r'<property name="(.*?)" value="(.*?)"', case)
        assert len(properties) == len({name for name, _ in properties})
        assert dict(properties)["gocache.commands"] == "2"
    # What the report of the last failure lists.
    section = output.rpartition("- go commands -")[2]
    assert re.findall(r"^ +(\d)\. go ", section, re.MULTILINE) == ["1", "2"]
    # The folder of an attempt that passed is deleted.
    kept = [path.name for path in (pytester.path / "inner").glob("test_recovers-go?") if path.is_dir()]
    assert kept == ["test_recovers-go0"]
    # The summary is about time: it counts each command that ran, once.
    assert summary_of(output)["commands"] == 8


def test_repeated_tests_are_tests_of_their_own(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(f"""
        def test_it(go_module):
            {LIB}
            assert go_module.build("./...").compiled
    """)
    run_apart(pytester, store, "--count=2", "--gocache-json=runs.json").assert_outcomes(passed=2)
    tests = json.loads((pytester.path / "runs.json").read_bytes())["tests"]
    assert [test["test"].partition("::")[2] for test in tests] == ["test_it[1-2]", "test_it[2-2]"]
    assert [(len(test["commands"]), test["attempts"]) for test in tests] == [(1, 1), (1, 1)]
