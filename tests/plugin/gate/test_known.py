"""Which issue of Go a gate names beside a change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_gocache.plugin.gate.compare import compare
from pytest_gocache.plugin.gate.known import known_issue
from pytest_gocache.plugin.gate.render import as_json, as_markdown, as_text, workflow_commands
from tests.plugin.gate.made_runs import command, run

PAGE = Path(__file__).parents[3] / "docs" / "known-go-bugs.md"
PROFILE = "go test -coverprofile=cover.out ./lib"
OF_OTHERS = "go test -coverpkg=./... -coverprofile=cover.out ./lib"


@pytest.mark.parametrize(
    ("line", "subject", "states", "versions", "issue"),
    [
        (PROFILE, "test app/lib", ("passed", "cached"), ("go1.24.11", "go1.25.5"), "golang/go#23565"),
        (PROFILE, "link app/lib.test", ("ran", "not run"), ("go1.24.11", "go1.25.5"), "golang/go#23565"),
        (PROFILE, "test app/lib", ("passed", "cached"), ("go1.25.0", "go1.25.5"), ""),
        ("go test ./lib", "test app/lib", ("passed", "cached"), ("go1.24.11", "go1.25.5"), ""),
        (PROFILE, "test app/lib", ("cached", "passed"), ("go1.24.11", "go1.25.5"), ""),
        (OF_OTHERS, "test app/lib", ("cached", "passed"), ("go1.25.5", "go1.27.3"), "golang/go#74873"),
        (PROFILE, "test app/lib", ("cached", "passed"), ("go1.25.5", "go1.27.3"), ""),
        ("go run .", "link app", ("ran", "cached"), ("go1.21.13", "go1.25.5"), "golang/go#33468"),
        ("go build .", "link app", ("ran", "cached"), ("go1.21.13", "go1.25.5"), ""),
        ("go vet ./...", "vet app", ("ran", "cached"), ("go1.25.5", "go1.26.0"), "golang/go#53014"),
        ("go test ./...", "vet app", ("ran", "not run"), ("go1.25.5", "go1.27.3"), "golang/go#53014"),
        # The way back.
        ("go vet ./...", "vet app", ("cached", "ran"), ("go1.27.3", "go1.25.5"), "golang/go#53014"),
        ("go vet ./...", "vet app", ("ran", "cached"), ("go1.27.3", "go1.25.5"), ""),
    ],
)
def test_the_issue_of_a_change(
    line: str, subject: str, states: tuple[str, str], versions: tuple[str, str], issue: str
) -> None:
    assert known_issue(line, subject, states, versions) == issue


def test_every_report_of_a_gate_names_it() -> None:
    sides = {
        "now": run(command("go run .", link_app="cached", compile_app="cached")),
        "next": run(command("go run .", link_app="ran", compile_app="ran")),
    }
    comparison = compare("now", "next", {"test_a": sides}, versions=("go1.27.3", "go1.21.13"))
    assert "  link app     cached -> ran  golang/go#33468" in as_text(comparison)
    assert "  compile app  cached -> ran" in as_text(comparison)
    assert "| link app (golang/go#33468) | cached | ran |" in as_markdown(comparison)
    commands = workflow_commands(comparison, {"test_a": sides})
    assert sum("link app: cached -> ran (golang/go#33468)" in text for text in commands) == 1
    issues = {change["subject"]: change["issue"] for change in as_json({}, [], {}, comparison)["gate"]["changes"]}
    assert issues == {"compile app": "", "link app": "golang/go#33468"}


def test_without_versions_no_issue_is_named() -> None:
    sides = {"now": run(command("go run .", link_app="ran")), "next": run(command("go run .", link_app="cached"))}
    assert not any("#" in line for line in as_text(compare("now", "next", {"test_a": sides})))


def test_the_page_lists_them() -> None:
    source = (Path(__file__).parents[3] / "pytest_gocache" / "plugin" / "gate" / "known.py").read_text("utf-8")
    known = set(re.findall(r'"(golang/go#\d+)", "([\d.]+)"', source))
    rows = re.findall(r"\| Go ([\d.]+) \| (golang/go#\d+) \|", PAGE.read_text("utf-8"))
    assert {(issue, version) for version, issue in rows} == known
