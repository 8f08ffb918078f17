"""The Go that a repository names, as Go reads its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.golang.version import GoVersion
from pytest_gocache.host.named_go import named_go


@pytest.mark.parametrize(
    ("text", "line", "exact"),
    [
        ("go 1.24\n", "go 1.24", False),
        ("go 1.24.3 // the team's\n", "go 1.24.3", True),
        ("go 1.24\n\ntoolchain go1.24.3\n", "toolchain go1.24.3", True),
        ("toolchain go1.24.3\ngo 1.25.0\n", "go 1.25.0", True),
        ("go 1.24\ntoolchain default\n", "go 1.24", False),
        ("go 1.24\ntoolchain go1.25.1-custom\n", "toolchain go1.25.1-custom", False),
        ("go 1.28rc1\n", "go 1.28rc1", True),
        ("go 1.20.5\n", "go 1.20.5", False),
        ("// go 1.24.3\n", None, None),
        ("require (\n\texample.com/go v1.2.3\n)\n", None, None),
    ],
)
def test_the_line_that_counts(tmp_path: Path, text: str, line: str | None, *, exact: bool | None) -> None:
    (tmp_path / "go.mod").write_text(f"module example.com/app\n\n{text}", encoding="utf-8")
    named = named_go(tmp_path)
    assert (named and named.line, named and named.exact) == (line, exact)


def test_the_lines_of_a_workspace_replace_those_of_its_module(tmp_path: Path) -> None:
    assert named_go(tmp_path) is None
    (tmp_path / "go.mod").write_text("module example.com/app\n\ngo 1.24.3\n", encoding="utf-8")
    assert str(named_go(tmp_path)) == "`go 1.24.3` in go.mod"
    (tmp_path / "go.work").write_text("go 1.23.1\n\nuse .\n", encoding="utf-8")
    assert str(named_go(tmp_path)) == "`go 1.23.1` in go.work"


def test_a_language_version_is_met_by_all_its_releases(tmp_path: Path) -> None:
    for line, met in (("go 1.24", {"go1.24.0", "go1.24.3"}), ("go 1.24.3", {"go1.24.3"})):
        (tmp_path / "go.mod").write_text(f"module example.com/app\n\n{line}\n", encoding="utf-8")
        named = named_go(tmp_path)
        assert named is not None
        versions = ["go1.23.1", "go1.24.0", "go1.24.3", "go1.27.3"]
        assert {version for version in versions if named.is_met_by(GoVersion.parse(version))} == met
