"""The script language: quoting, prefixes, conditions, the background, comments and sections."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from pytest_gocache.errors import ScriptError
from pytest_gocache.scripts.syntax import Command, Condition, Fragment, parse_line, read_script, written


def plain(*words: str) -> tuple[tuple[Fragment, ...], ...]:
    return tuple((Fragment(word, quoted=False),) for word in words)


def parsed(line: str) -> Command:
    command = parse_line(line, 7, "x.txtar")
    assert command is not None
    return command


@pytest.mark.parametrize("line", ["", "  ", "\t", "# a comment", "   # another"])
def test_lines_without_a_command(line: str) -> None:
    assert parse_line(line, 1, "x.txtar") is None


def test_words_are_separated_by_space_and_end_at_a_comment() -> None:
    command = parsed("  go build\t-o app ./... # the whole module")
    assert (command.name, command.words) == ("go", plain("build", "-o", "app", "./..."))
    assert command.source == "go build\t-o app ./... # the whole module"


def test_a_comment_begins_inside_a_word_too() -> None:
    assert parsed("stdout a#b").words == plain("a")


def test_quoted_text_is_one_word_with_what_touches_it() -> None:
    [word] = parsed("stdout a' b # $c'$d''").words
    assert word == (
        Fragment("a", quoted=False),
        Fragment(" b # $c", quoted=True),
        Fragment("$d", quoted=False),
        Fragment("", quoted=True),
    )


def test_two_quotation_marks_in_quoted_text_are_one() -> None:
    assert parsed("stdout 'don''t'").words == ((Fragment("don't", quoted=True),),)


def test_prefixes_and_conditions() -> None:
    command = parsed("[cgo] [!exec:gcc] ! go build")
    assert command.prefix == "!"
    assert command.conditions == (Condition("cgo", wanted=True), Condition("exec:gcc", wanted=False))
    assert parsed("? go build").prefix == "?"
    assert parsed("! [short] skip").conditions == (Condition("short", wanted=True),)


def test_the_background() -> None:
    assert parsed("exec server &").background
    assert parsed("exec server &").words == plain("server")
    named = parsed("exec server -v &web&")
    assert (named.background, named.label, named.words) == (True, "web", plain("server", "-v"))
    assert not parsed("stdout '&'").background


def test_sections_begin_with_comments_in_the_first_column() -> None:
    script = read_script("go build\n# second\ngo vet\n  # not a section\ngo test\n-- go.mod --\nmodule m\n", "x.txtar")
    assert [(c.line, c.section) for c in script.commands] == [(1, 1), (3, 2), (5, 2)]
    assert script.comments == ((2, "second"),)
    assert script.files == {"go.mod": "module m\n"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("stdout 'open", "x.txtar:7: 'open: the quotation mark is not closed; '' is a quotation mark in quoted text"),
        ("stdout 'a''", "x.txtar:7: 'a'': the quotation mark is not closed; '' is a quotation mark in quoted text"),
        ("! ! go build", "x.txtar:7: !: a command has one prefix, and this one has ! already"),
        ("? ! go build", "x.txtar:7: !: a command has one prefix, and this one has ? already"),
        ("[] go build", "x.txtar:7: []: the condition is empty"),
        ("[!] go build", "x.txtar:7: [!]: the condition is empty"),
        ("[cgo]", "x.txtar:7: [cgo]: a command is missing after it"),
        ("!", "x.txtar:7: !: a command is missing after it"),
        ("'go' build", "x.txtar:7: go: the name of a command has no quotation marks"),
    ],
)
def test_malformed_lines_say_where_and_what(line: str, reason: str) -> None:
    with pytest.raises(ScriptError) as caught:
        parse_line(line, 7, "x.txtar")
    assert str(caught.value) == reason


def test_a_script_names_the_first_malformed_line() -> None:
    with pytest.raises(ScriptError, match=r"^x.txtar:3: 'x"):
        read_script("# one\ngo build\nstdout 'x\nstdout 'y\n", "x.txtar")


_TEXTS = st.lists(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=12), max_size=6)


@given(_TEXTS)
def test_words_survive_quoting(texts: list[str]) -> None:
    command = parsed(f"echo {written(texts)}")
    assert ["".join(fragment.text for fragment in word) for word in command.words] == texts
    assert not command.background


@given(st.text(max_size=60))
def test_every_text_is_read_or_refused_with_its_line(text: str) -> None:
    try:
        commands = read_script(text, "x.txtar").commands
    except ScriptError as error:
        refused = str(error)
    else:
        refused = "x.txtar:"
        assert all(command.name for command in commands)
    assert refused.startswith("x.txtar:")
