"""Reads the script language: lines of words with quotation marks, prefixes and conditions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_gocache.errors import ScriptError
from pytest_gocache.golang.txtar import split_txtar

__all__ = ["Command", "Condition", "Fragment", "Script", "Word", "parse_line", "read_script", "written"]

_SPACE = " \t\r"
_PREFIXES = ("!", "?")
_BACKGROUND = re.compile(r"&(?:(\w[\w.-]*)&)?")
_NEEDS_QUOTES = re.compile(r"[\s#'$&]")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a word."""

    text: str
    quoted: bool
    """Whether it stood in quotation marks, so that nothing in it is expanded."""


Word = tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in brackets before a command."""

    name: str
    """What is in the brackets, without ``!``: ``go1.25``, ``exec:gcc``."""
    wanted: bool
    """False for ``[!…]``."""


@dataclass(frozen=True, slots=True)
class Command:
    """One line of a script with a command."""

    line: int
    """From 1."""
    source: str
    """The line as it is written, without space around it."""
    name: str
    words: tuple[Word, ...]
    prefix: str = ""
    """``!``: the command must fail. ``?``: it may fail."""
    conditions: tuple[Condition, ...] = ()
    """All must hold, or the command is left out."""
    background: bool = False
    label: str = ""
    """The name of a command in the background: ``&NAME&``."""
    section: int = 1
    """The line that begins its section: a comment, or line 1."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script and its files."""

    file: str
    """Its name in messages."""
    commands: tuple[Command, ...]
    files: Mapping[str, str]
    """File name → content. Names may have variables, like ``$WORK/x.go``."""
    comments: tuple[tuple[int, str], ...]
    """The comments that begin a line, each with the number of the line, and without ``#``."""


def read_script(text: str, file: str) -> Script:
    """Read a script. ``file`` is its name in messages.

    Raises `ScriptError` that begins with ``file:line:`` for the first line that is malformed.
    """
    comment, files = split_txtar(text)
    commands, comments = [], []
    section = 1
    for number, line in enumerate(comment.split("\n"), 1):
        if line.startswith("#"):
            section = number
            comments.append((number, line[1:].strip()))
            continue
        command = parse_line(line, number, file, section)
        if command is not None:
            commands.append(command)
    return Script(file, tuple(commands), files, tuple(comments))


def parse_line(line: str, number: int, file: str, section: int = 1) -> Command | None:
    """The command in a line; None for a line without one. Raises `ScriptError`."""
    prefix, name = "", ""
    conditions: list[Condition] = []
    words: list[Word] = []
    here = f"{file}:{number}"
    for word in _words(line, here):
        if name:
            words.append(word)
            continue
        plain = _plain(word, here)
        if plain in _PREFIXES:
            if prefix:
                raise ScriptError(f"{here}: {plain}: a command has one prefix, and this one has {prefix} already")
            prefix = plain
        elif plain.startswith("[") and plain.endswith("]"):
            conditions.append(_condition(plain, here))
        else:
            name = plain
    if not name:
        if prefix or conditions:
            raise ScriptError(f"{here}: {line.strip()}: a command is missing after it")
        return None
    match = _background(words)
    if match:
        words.pop()
    label = (match[1] or "") if match else ""
    return Command(number, line.strip(), name, tuple(words), prefix, tuple(conditions), bool(match), label, section)


def _background(words: Sequence[Word]) -> re.Match[str] | None:
    """The last word of a command that runs in the background."""
    if not words or len(words[-1]) > 1 or words[-1][0].quoted:
        return None
    return _BACKGROUND.fullmatch(words[-1][0].text)


def _plain(word: Word, here: str) -> str:
    if len(word) > 1 or word[0].quoted:
        text = "".join(fragment.text for fragment in word)
        raise ScriptError(f"{here}: {text}: the name of a command has no quotation marks")
    return word[0].text


def _condition(word: str, here: str) -> Condition:
    text = word[1:-1].strip()
    wanted = not text.startswith("!")
    name = text.removeprefix("!").strip()
    if not name:
        raise ScriptError(f"{here}: {word}: the condition is empty")
    return Condition(name, wanted)


def _words(line: str, here: str) -> Iterator[Word]:
    """The words of a line, up to a comment.

    A quoted part and what touches it are one word. In quotation marks, two of them are one.
    """
    at = 0
    while True:
        while at < len(line) and line[at] in _SPACE:
            at += 1
        if at >= len(line) or line[at] == "#":
            return
        fragments: list[Fragment] = []
        while at < len(line) and line[at] not in _SPACE and line[at] != "#":
            if line[at] == "'":
                text, at = _quoted(line, at, here)
                fragments.append(Fragment(text, quoted=True))
            else:
                end = at
                while end < len(line) and line[end] not in _SPACE and line[end] not in "#'":
                    end += 1
                fragments.append(Fragment(line[at:end], quoted=False))
                at = end
        yield tuple(fragments)


def _quoted(line: str, start: int, here: str) -> tuple[str, int]:
    """The text in the quotation marks that begin at ``start``, and the index after them."""
    match = re.compile(r"'((?:[^']|'')*)'(?!')").match(line, start)
    if match is None:
        word = line[start:].split(maxsplit=1)[0]
        raise ScriptError(f"{here}: {word}: the quotation mark is not closed; '' is a quotation mark in quoted text")
    return match[1].replace("''", "'"), match.end()


def written(arguments: tuple[str, ...] | list[str]) -> str:
    """Arguments as a script has them, in quotation marks where they are needed."""
    return " ".join(
        "'" + text.replace("'", "''") + "'" if not text or _NEEDS_QUOTES.search(text) else text for text in arguments
    )
