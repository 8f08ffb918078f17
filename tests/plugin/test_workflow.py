"""Workflow commands and Markdown keep any text in its place."""

from __future__ import annotations

import pytest

from pytest_gocache.plugin.workflow import cell, error_command, fenced


def test_a_command_is_one_line_and_escapes_what_githubs_runner_reads() -> None:
    command = error_command("a: b, 100%", "50%: x,\r\ny", "dir/a:b,c.py", 3)
    assert command == "::error file=dir/a%3Ab%2Cc.py,line=3,title=a%3A b%2C 100%25::50%25: x,%0D%0Ay"


@pytest.mark.parametrize(
    ("file", "line", "place"), [("", 3, ""), ("a.py", 0, "file=a.py,"), ("a.py", 3, "file=a.py,line=3,")]
)
def test_a_command_has_the_place_that_is_known(file: str, line: int, place: str) -> None:
    assert error_command("t", "m", file, line) == f"::error {place}title=t::m"


def test_a_block_of_markdown_ends_where_it_should() -> None:
    assert fenced("one `x`") == "```text\none `x`\n```"
    assert fenced("a\n````\nb") == "`````text\na\n````\nb\n`````"


def test_a_long_message_is_cut() -> None:
    assert len(fenced("x" * 50_000)) < 10_100
    assert len(error_command("t", "x" * 50_000)) < 10_100


def test_a_cell_is_plain_text() -> None:
    assert cell("a|b<c\\\nd") == "a\\|b&lt;c\\\\ d"
