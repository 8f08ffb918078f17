"""The tests of docs/public-reports.md do what the page says, on the toolchain under test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_gocache import GoToolchain
from tests.with_go.version_tables import column

PAGE = Path(__file__).parents[2] / "docs" / "public-reports.md"
_SECTION = re.compile(r"^### (.*?)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TEST = re.compile(r"^def (test_\w+)", re.MULTILINE)
_VERSION = re.compile(r"\bgo1\.\d+\.\d+")


def sections() -> dict[str, list[tuple[str, str]]]:
    """Heading → the code blocks below it, each with its language."""
    found = {title: _BLOCK.findall(text) for title, text in _SECTION.findall(PAGE.read_text(encoding="utf-8"))}
    return {title: blocks for title, blocks in found.items() if blocks}


def expected_failures(toolchain: GoToolchain) -> set[str]:
    cells = column(PAGE, toolchain.version)
    assert set(cells.values()) <= {"fails", "passes"}
    return {name.strip("`") for name, cell in cells.items() if cell == "fails"}


def shows(printed: str, block: str) -> bool:
    """Whether the lines of a block were printed, with any version of Go.

    ``…`` stands for anything in a line. A line that has nothing else stands for any lines.
    """
    wanted = re.escape(_VERSION.sub("GO", block.rstrip("\n")))
    wanted = re.sub(r"(?m)^E(?:\\ )+…\\\n", r"(?:.*\\n)*?", wanted).replace("…", ".*")
    return re.search(f"^{wanted}$", _VERSION.sub("GO", printed), re.MULTILINE) is not None


@pytest.mark.parametrize("title", sections())
def test_a_report(pytester: pytest.Pytester, store: Path, go_toolchain: GoToolchain, title: str) -> None:
    blocks = sections()[title]
    (code,) = (block for language, block in blocks if language == "python")
    names = set(_TEST.findall(code))
    pytester.makepyfile(test_report=code)
    options = ("-p", "no:cacheprovider", "-v", f"--gocache-dir={store}", f"--go-toolchain={go_toolchain.goroot}")
    result = pytester.runpytest_subprocess(*options, timeout=500)

    printed = result.stdout.str()
    outcomes = dict(re.findall(r"^test_report\.py::(test_\w+)\S* (PASSED|FAILED)", printed, re.MULTILINE))
    assert outcomes == {name: "FAILED" if name in expected_failures(go_toolchain) else "PASSED" for name in names}
    bugs = [name for name in _TEST.findall(code) if f"`{name}`" in column(PAGE, go_toolchain.version)]
    messages = [block for language, block in blocks if language == "text"]
    printable = [block for bug, block in zip(bugs, messages, strict=True) if outcomes[bug] == "FAILED"]
    assert [block for block in printable if not shows(printed, block)] == []


def test_each_row_has_a_test_and_a_message() -> None:
    rows = re.findall(r"^\| `(test_\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    found = []
    for title, blocks in sections().items():
        (language, code), *messages = blocks
        assert (language, {name for name, _ in messages}) == ("python", {"text"}), title
        bugs = [name for name in _TEST.findall(code) if name in rows]
        assert len(messages) == len(bugs), title
        found += bugs
    assert found == rows


@pytest.mark.parametrize(
    ("printed", "block", "shown"),
    [
        ("one\ntwo go1.27.3 → x\n", "two go1.25.5 → x\n", True),
        ("E   a /tmp/7/b\n", "E   a …/b\n", True),
        ("E   a\nE   c\n", "E   a\nE   b\n", False),
        ("E   ab\n", "E   a\n", False),
        ("E   a\nE   x\nE   y\nE   b\n", "E   a\nE     …\nE   b\n", True),
        ("E   a\nE   x\nE   y\n", "E   a\nE     …\nE   b\n", False),
    ],
)
def test_a_message_is_compared_line_by_line(printed: str, block: str, *, shown: bool) -> None:
    assert shows(printed, block) is shown
