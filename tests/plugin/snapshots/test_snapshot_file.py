"""The file with the snapshots of a test: its text, and what an update makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache import UsageError
from pytest_gocache.plugin.snapshots.snapshot_file import Section, expected, merged, parse, render

TEXT = """\
[1] $ go build ./...
  compile ./cmd/app
  link ./cmd/app

[after the edit] $ go test ./lib
  test ./lib passed

[after the edit; go1.21.13] $ go test ./lib
  compile std
  test ./lib passed

[again]
  nothing
"""
SECTIONS = [
    Section("1", ("compile ./cmd/app", "link ./cmd/app"), "go build ./..."),
    Section("after the edit", ("test ./lib passed",), "go test ./lib"),
    Section("after the edit", ("compile std", "test ./lib passed"), "go test ./lib", "go1.21.13"),
    Section("again", ()),
]
FILE = Path("snapshots/test_x.txt")


def test_the_text_of_a_file_and_back() -> None:
    assert parse(TEXT, FILE) == SECTIONS
    assert render(SECTIONS) == TEXT
    assert parse("", FILE) == []


def test_a_command_with_several_lines_is_one_line() -> None:
    text = render([Section("1", ("compile ./a",), "sh -c 'go build\n\tgo vet'")])
    assert text == "[1] $ sh -c 'go build\\n\tgo vet'\n  compile ./a\n"
    assert render(parse(text, FILE)) == text


@pytest.mark.parametrize(
    ("text", "line"), [("  compile ./a\n", 1), ("[1]\n  x\n\ncompile ./a\n", 4), ("[1; 1.2]\n", 1), ("<<<<<<< HEAD", 1)]
)
def test_a_line_that_no_update_wrote_is_an_error_with_its_place(text: str, line: int) -> None:
    with pytest.raises(UsageError, match=rf"^snapshots/test_x.txt:{line}: .* --gocache-update"):
        parse(text, FILE)


def test_a_version_has_its_own_section_or_that_of_all() -> None:
    assert expected(SECTIONS, "after the edit", "go1.27.3") == SECTIONS[1]
    assert expected(SECTIONS, "after the edit", "go1.21.13") == SECTIONS[2]
    assert expected(SECTIONS, "2", "go1.27.3") is None


def seen(**versions: str) -> dict[str, list[Section]]:
    """For each version, a snapshot ``x`` with one line."""
    return {version.replace("_", "."): [Section("x", (line,))] for version, line in versions.items()}


def lines(sections: list[Section]) -> dict[str, str]:
    return {section.version: section.lines[0] for section in sections}


OLD = [Section("x", ("a",)), Section("x", ("b",), version="go1.21.13")]


@pytest.mark.parametrize(
    ("old", "now", "after"),
    [
        ([], seen(go1_27_3="a"), {"": "a"}),
        # One version: the section that it was compared with.
        (OLD, seen(go1_27_3="c"), {"": "c", "go1.21.13": "b"}),
        (OLD, seen(go1_21_13="c"), {"": "a", "go1.21.13": "c"}),
        (OLD, seen(go1_21_13="a"), {"": "a"}),
        (OLD, seen(go1_27_3="b"), {"": "b"}),
        # Several: what most do; with as many, what the newest does.
        ([], seen(go1_9_0="a", go1_10_0="b"), {"": "b", "go1.9.0": "a"}),
        ([], seen(go1_21_13="a", go1_25_5="a", go1_27_3="b"), {"": "a", "go1.27.3": "b"}),
        (OLD, seen(go1_25_5="c", go1_27_3="c"), {"": "c", "go1.21.13": "b"}),
        (OLD, seen(go1_21_13="c", go1_27_3="c"), {"": "c"}),
    ],
)
def test_an_update_keeps_one_section_and_those_that_differ(
    old: list[Section], now: dict[str, list[Section]], after: dict[str, str]
) -> None:
    assert lines(merged(old, now, complete=True)) == after


def test_a_snapshot_that_the_test_no_longer_has_goes_unless_the_test_stopped() -> None:
    old = [Section("gone", ("a",)), Section("x", ("b",))]
    assert [one.name for one in merged(old, seen(go1_27_3="b"), complete=True)] == ["x"]
    assert [one.name for one in merged(old, seen(go1_27_3="b"), complete=False)] == ["gone", "x"]
