"""The GitHub Action of this project: its shell steps run in an empty home, its actions have stand-ins."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.with_pytest.inner_runs import embedded, script
from tests.workflow_runner import CacheService, Job

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action" / "action.yml").read_text(encoding="utf-8"))

# `python -m venv FOLDER`: the new environment is this one; its pip only prints.
PYTHON = """#!/bin/sh
mkdir -p "$3/bin" && cp "$(dirname "$0")/pytest" "$(dirname "$0")/pip" "$3/bin"
"""
# Real, except for the checks, which would build something with Go.
PYTEST = """#!/bin/sh
case "$*" in
*pytest_gocache.checks*)
    echo "checks with $*"
    mkdir -p "$HOME/.cache/pytest-gocache/warm/family/entry"
    echo '{{"packages": [], "extras": []}}' > "$HOME/.cache/pytest-gocache/warm/family/entry/entry.json"
    exit {checks} ;;
*) exec {python} -m pytest -p no:cacheprovider "$@" ;;
esac
"""


@pytest.fixture
def act(tmp_path: Path) -> Any:
    """A function that runs the action on a new machine; the repository has one test without Go."""
    cache = CacheService(tmp_path / "cache")
    numbers = iter(range(100))

    def run(checks_status: int = 0, **inputs: str) -> Job:
        machine = tmp_path / f"job{next(numbers)}"
        programs, workspace = machine / "bin", machine / "src"
        script(programs / "python", PYTHON)
        script(programs / "pip", '#!/bin/sh\necho "pip $*"\n')
        script(programs / "pytest", PYTEST.format(python=sys.executable, checks=checks_status))
        (programs / "go").symlink_to(embedded() / "bin" / "go")
        (workspace / "cache_tests").mkdir(parents=True)
        (workspace / "go.mod").write_text("module example.com/app\n")
        (workspace / "cache_tests" / "test_it.py").write_text("def test_bad(): assert 1 == 2\n")
        contexts = {f"inputs.{name}": str(value.get("default", "")) for name, value in ACTION["inputs"].items()}
        contexts |= {f"inputs.{name}": value for name, value in inputs.items()}
        return Job(machine / "home", workspace, cache, programs, contexts).run(ACTION["runs"]["steps"])

    return run


def test_checks_and_tests_end_in_a_summary_and_an_artifact(act: Any) -> None:
    job = act(tests="cache_tests", args="-p no:randomly")
    assert job.failed  # a test of the repository fails
    assert "pip install --quiet pytest-gocache[go]" in job.printed
    assert "checks with --pyargs pytest_gocache.checks --go-repo . -p no:randomly" in job.summary
    assert "<details><summary>tests: what pytest printed</summary>\n\n```text\n" in job.summary
    assert job.summary.count("```text\n") == job.summary.count("\n```\n\n</details>\n") == 2
    assert "FAILED cache_tests/test_it.py::test_bad - assert 1 == 2" in job.summary
    reports = {file.name: file for file in job.uploads}
    assert {"checks.txt", "tests.txt", "tests.xml", "tests.json", "tests.html"} <= reports.keys()
    assert ET.parse(reports["tests.xml"]).getroot()[0].get("failures") == "1"  # noqa: S314 - our own file
    assert json.loads(reports["tests.json"].read_text())["schema"].startswith("pytest-gocache runs")
    # A failure does not keep the store from being saved.
    assert len(job.cache.keys) == 1
    assert {path.name for path in job.workspace.iterdir() if path.name[0] != "."} == {"cache_tests", "go.mod"}


def test_failed_checks_fail_the_job_and_the_tests_still_run(act: Any) -> None:
    job = act(checks_status=1, tests="cache_tests")
    assert job.failed
    assert "<summary>checks: " in job.summary
    assert "<summary>tests: " in job.summary


def test_a_second_job_restores_the_store_and_saves_nothing(act: Any) -> None:
    assert not act().failed
    second = act()
    assert not second.failed
    assert [action for action in second.used if "cache" in action] == ["actions/cache/restore"]
    assert "<summary>tests: " not in second.summary


def test_the_checks_can_be_left_out(act: Any) -> None:
    job = act(checks_status=1, checks="false")
    assert not job.failed
    assert job.uploads == []
    assert job.summary == ""


def test_a_wrong_toolchain_fails_before_anything_is_restored(act: Any) -> None:
    job = act(args="--go-toolchain=nowhere", tests="cache_tests")
    assert job.failed
    assert "there is no such path, and it is not a version" in job.printed
    assert "actions/cache/restore" not in job.used


def test_the_readme_names_inputs_that_there_are() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (text,) = re.findall(
        r"^```yaml\n(- uses: pytest-gocache/pytest-gocache/action@.*?)^```$", readme, re.MULTILINE | re.DOTALL
    )
    (step,) = yaml.safe_load(text)
    assert step["with"].keys() <= ACTION["inputs"].keys()
