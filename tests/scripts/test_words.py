"""Variables in words."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from pytest_gocache.scripts.syntax import parse_line
from pytest_gocache.scripts.words import expanded, expanded_word

VALUES = {"WORK": "/the/w", "A": "a.b", "/": "/", ":": ":", "1": "one"}


def value(name: str) -> str:
    return VALUES.get(name, "")


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("$WORK/x", "/the/w/x"),
        ("${WORK}x", "/the/wx"),
        ("$WORKx", ""),
        ("a${/}b${:}c", "a/b:c"),
        ("$/", "$/"),
        ("$", "$"),
        ("100$", "100$"),
        ("$1st", "onest"),
        ("${}", ""),
        ("${WORK", "WORK"),
        ("$$A", "A"),
        ("$A@R", "a.b@R"),
        ("${A@R}", r"a\.b"),
        ("$none.", "."),
    ],
)
def test_names_and_braces(text: str, result: str) -> None:
    assert expanded(text, value) == result


def test_values_in_a_pattern_match_themselves() -> None:
    assert expanded("^$A$", value, regexp=True) == r"^a\.b$"


def test_quoted_parts_stay() -> None:
    command = parse_line("echo $A'$A'$A", 1, "x")
    assert command is not None
    assert expanded_word(command.words[0], value) == "a.b$Aa.b"


@given(st.text(max_size=40))
def test_a_text_without_a_dollar_sign_stays(text: str) -> None:
    plain = text.replace("$", "")
    assert expanded(plain, value) == plain
