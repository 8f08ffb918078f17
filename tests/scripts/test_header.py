"""The comment that says how a script runs."""

from __future__ import annotations

import pytest

from pytest_gocache.errors import ScriptError
from pytest_gocache.scripts.header import Header, read_header
from pytest_gocache.scripts.syntax import read_script


def header(text: str) -> Header:
    return read_header(read_script(text, "x.txtar"))


def test_no_comment() -> None:
    assert header("# something else\ngo build\n") == Header()


def test_all_words() -> None:
    assert header("# gocache: go>=1.25,<1.27 cgo=false warm=all env=A=1 env=B=x=y mark=slow\ngo build\n") == Header(
        {"go": ">=1.25,<1.27", "cgo": False, "warm": "all", "env": {"A": "1", "B": "x=y"}}, ("slow",)
    )


def test_several_comments() -> None:
    assert header("# gocache: cgo=true\n# more\n# gocache: warm=false\n") == Header({"cgo": True, "warm": False})


@pytest.mark.parametrize("word", ["cgo=yes", "cgo", "warm=1", "cgo=all", "golang=1", "1.25"])
def test_words_that_are_not_understood(word: str) -> None:
    with pytest.raises(ScriptError, match=rf"^x.txtar:1: gocache: {word} is not understood"):
        header(f"# gocache: {word}\ngo build\n")


def test_the_comment_stands_before_the_first_command() -> None:
    with pytest.raises(ScriptError, match=r"^x.txtar:2: gocache: the comment must stand before .* line 1$"):
        header("go build\n# gocache: cgo=false\n")
