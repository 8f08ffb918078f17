"""Findings of the ready-made checks as SARIF 2.1.0, which code scanning services read."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

__all__ = ["PROPERTY", "findings_in", "property_of", "sarif_bytes"]

PROPERTY = "gocache_sarif"
"""The user property of a check's report that has its finding."""

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME = "https://github.com/pytest-gocache/pytest-gocache"
_HELP = f"{_HOME}/blob/main/docs/checks.md"
_MOST_SUBJECTS = 100  # of one finding: GitHub takes up to 1,000 locations


def property_of(check: pytest.Function, text: str, subjects: Sequence[str], *, fails: bool) -> dict[str, Any]:
    """A finding as plain data. pytest-xdist sends it to the process that writes the file."""
    about = (inspect.getdoc(check.function) or check.originalname).split("\n")[0]
    level = "error" if fails else "warning"
    return {"check": check.originalname, "about": about, "text": text, "subjects": list(subjects), "level": level}


def findings_in(report: pytest.TestReport) -> list[dict[str, Any]]:
    """The findings of a check, in its last report; none in earlier ones, which have the same."""
    if report.when != "teardown":
        return []
    return [value for name, value in report.user_properties if name == PROPERTY and isinstance(value, dict)]


def sarif_bytes(findings: Sequence[Mapping[str, Any]], problems: Mapping[str, str], module: str, version: str) -> bytes:
    """The findings as a file.

    ``problems`` maps each check that could not decide to its message: with one, the run is not successful. ``module``
    is the go.mod of the repository, relative to the top of the repository: a finding is about the module as a whole,
    and names its packages as logical locations.
    """
    rules = {finding["check"]: finding["about"] for finding in findings}
    order = list(rules)
    run = {
        "tool": {
            "driver": {
                "name": "pytest-gocache",
                "version": version,
                "informationUri": _HOME,
                "rules": [
                    {"id": name, "shortDescription": {"text": about}, "helpUri": _HELP} for name, about in rules.items()
                ],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not problems,
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": f"{check}: {text}"}} for check, text in problems.items()
                ],
            }
        ],
        "results": [_result(finding, order.index(finding["check"]), module) for finding in findings],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1).encode() + b"\n"


def _result(finding: Mapping[str, Any], rule: int, module: str) -> dict[str, Any]:
    subjects = finding["subjects"][:_MOST_SUBJECTS]
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": module}, "region": {"startLine": 1}},
        "logicalLocations": [{"fullyQualifiedName": subject} for subject in subjects],
    }
    if not subjects:
        del location["logicalLocations"]
    # One alert for a check, until the check passes: what it finds may change with every commit.
    fingerprint = hashlib.sha256(f"{finding['check']} {module}".encode()).hexdigest()
    return {
        "ruleId": finding["check"],
        "ruleIndex": rule,
        "level": finding["level"],
        "message": {"text": finding["text"]},
        "locations": [location],
        "partialFingerprints": {"check/v1": fingerprint},
    }
