"""Go's quoting: words of GOFLAGS and -gcflags, and the program of a command line in an action graph."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from pytest_gocache.golang.quoted import first_word, split_words, trimmed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \t\r\n", []),
        ("-n -ldflags=-X=main.owner=O'Brien", ["-n", "-ldflags=-X=main.owner=O'Brien"]),
        ("-tags=a\\ -n", ["-tags=a\\", "-n"]),
        ("'-ldflags=-X main.v=\"1\"' -n", ['-ldflags=-X main.v="1"', "-n"]),
        ("\"it's\" ''", ["it's", ""]),
        ("'a'b \"c\"'d'", ["a", "b", "c", "d"]),
        ('a"b c"d', ['a"b', 'c"d']),
        ("a#b $x `c`", ["a#b", "$x", "`c`"]),
        ("a\vb\u00a0c", ["a\vb\u00a0c"]),
        ("'", None),
        ("-n '-l", None),
        ("-n \"it's", None),
    ],
)
def test_words_are_split_as_go_splits_them(text: str, words: list[str] | None) -> None:
    assert split_words(text) == words


@given(st.text(st.sampled_from("a-' \"\\\n\t="), max_size=20))
def test_words_hold_every_character_but_space_and_quotation_marks(text: str) -> None:
    words = split_words(text)
    if words is not None:
        left = "".join(words)
        assert sorted(c for c in left if c not in " \t\n'\"") == sorted(c for c in text if c not in " \t\n'\"")


def test_white_space_is_what_go_takes_for_it() -> None:
    assert trimmed("\u2003\v -N\x85\u00a0") == "-N"
    assert trimmed("\x1c-N\x1f") == "\x1c-N\x1f"


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ("/go/tool/compile -o x", "/go/tool/compile"),
        ('"/my go/tool/compile" -o "a b"', "/my go/tool/compile"),
        ("", ""),
        ('"open', ""),
    ],
)
def test_the_program_of_a_command_line(command: str, program: str) -> None:
    assert first_word(command) == program
