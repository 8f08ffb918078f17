"""parse_txtar: the format of golang.org/x/tools/txtar."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from pytest_gocache.golang.txtar import parse_txtar


@pytest.mark.parametrize(
    ("text", "files"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param("only a comment\n", {}, id="comment"),
        pytest.param("-- a --\n", {"a": ""}, id="an empty file"),
        pytest.param("-- a --", {"a": ""}, id="no newline after the marker"),
        pytest.param("-- a --\nx\n", {"a": "x\n"}, id="one file"),
        pytest.param("-- a --\nx", {"a": "x\n"}, id="no newline at the end"),
        pytest.param("why\n-- a/b.go --\nx\n\n-- c --\ny\n", {"a/b.go": "x\n\n", "c": "y\n"}, id="two files"),
        pytest.param("-- a --\n-- b --\n", {"a": "", "b": ""}, id="empty files"),
        pytest.param("--   a b   --\nx\n", {"a b": "x\n"}, id="a name with a space"),
        pytest.param("-- a -- b --\nx\n", {"a -- b": "x\n"}, id="a name with dashes"),
        pytest.param("-- a --\nx\n-- a --\ny\n", {"a": "y\n"}, id="the last of one name"),
        pytest.param("-- a --\r\nx\r\n-- b --\r\ny\r\n", {"a": "x\n", "b": "y\n"}, id="CRLF"),
        pytest.param(
            "-- a --\nx -- b --\n -- c --\n-- d\n--e--\n-- --\n",
            {"a": "x -- b --\n -- c --\n-- d\n--e--\n-- --\n"},
            id="no markers",
        ),
        pytest.param("-- a --\nü\n-- é --\n", {"a": "ü\n", "é": ""}, id="letters of any script"),
    ],
)
def test_files_are_split_as_go_splits_them(text: str, files: dict[str, str]) -> None:
    assert parse_txtar(text) == files


NAME = st.from_regex(r"[a-z][a-z./_-]{0,10}[a-z]", fullmatch=True)
LINE = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=10).filter(
    lambda t: not t.startswith("--")
)
CONTENT = st.lists(LINE, max_size=4).map(lambda lines: "".join(f"{line}\n" for line in lines))


@given(st.dictionaries(NAME, CONTENT), CONTENT)
def test_what_is_put_together_comes_apart_again(files: dict[str, str], comment: str) -> None:
    text = comment + "".join(f"-- {name} --\n{content}" for name, content in files.items())
    assert parse_txtar(text) == files
    assert list(parse_txtar(text)) == list(files)
