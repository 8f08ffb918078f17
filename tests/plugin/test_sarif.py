"""SARIF, held against the types that are generated from its published schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Schema

from pytest_gocache.plugin.sarif import sarif_bytes

FINDING = {
    "check": "test_a_second_build_is_cached",
    "about": "A second build compiles nothing.",
    "text": "a second build compiles nothing\n1 package was rebuilt",
    "subjects": ["example.com/app/lib", "example.com/app [example.com/app.test]"],
    "level": "error",
}
CHECKS = """
import pytest
from pytest_gocache.plugin.findings import report_finding

def test_warm(request):
    \"\"\"A second job is warm.\"\"\"
    if report_finding(request.node, "1 package was rebuilt\\n  why", ["example.com/p"]):
        pytest.xfail("reported")
    raise AssertionError("a finding")

def test_fine():
    pass
"""


def log_of(content: bytes) -> dict[str, Any]:
    """The only run in a file that follows the schema."""
    data = json.loads(content)
    Schema.model_validate(data)
    (run,) = data["runs"]
    return dict(run)


def test_a_finding_is_a_result_of_its_rule() -> None:
    run = log_of(sarif_bytes([FINDING, {**FINDING, "check": "test_b", "level": "warning"}], {}, "sub/go.mod", "1.2"))
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["test_a_second_build_is_cached", "test_b"]
    first, second = run["results"]
    assert (first["ruleIndex"], first["level"], first["message"]["text"]) == (0, "error", FINDING["text"])
    assert (second["ruleIndex"], second["level"]) == (1, "warning")
    (location,) = first["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "sub/go.mod"
    assert [named["fullyQualifiedName"] for named in location["logicalLocations"]] == FINDING["subjects"]
    assert first["partialFingerprints"] != second["partialFingerprints"]
    assert run["invocations"][0]["executionSuccessful"] is True


def test_a_check_that_could_not_decide_is_no_success() -> None:
    run = log_of(sarif_bytes([], {"test_a": "go: no such toolchain"}, "go.mod", "1.2"))
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "test_a: go: no such toolchain"
    assert run["results"] == []


def test_many_subjects_and_none_fit_the_schema() -> None:
    for subjects, count in (([f"p{n}" for n in range(5000)], 100), ([], None)):
        (result,) = log_of(sarif_bytes([{**FINDING, "subjects": subjects}], {}, "go.mod", "1"))["results"]
        named = result["locations"][0].get("logicalLocations")
        assert (named and len(named)) == count


@pytest.mark.parametrize("processes", [(), ("-n", "1")])
@pytest.mark.parametrize(("options", "level"), [((), "error"), (("--go-checks=report",), "warning")])
def test_a_run_of_the_checks_writes_its_findings(
    pytester: pytest.Pytester, processes: tuple[str, ...], options: tuple[str, ...], level: str
) -> None:
    pytester.makepyfile(CHECKS)
    pytester.runpytest_inprocess("--gocache-sarif=out/checks.sarif", *processes, *options)
    run = log_of((pytester.path / "out" / "checks.sarif").read_bytes())
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == "A second job is warm."
    (result,) = run["results"]
    assert (result["level"], result["message"]["text"]) == (level, "1 package was rebuilt\n  why")
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith("go.mod")


def test_the_file_must_be_writable(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(CHECKS)
    Path(pytester.path / "file").touch()
    result = pytester.runpytest_inprocess("--gocache-sarif=file/checks.sarif")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--gocache-sarif=file/checks.sarif: *cannot be written*"])
