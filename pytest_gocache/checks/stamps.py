"""Which variables the build files of a repository stamp with ``-ldflags=-X``. Nothing runs here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.checks.build_files import MOST_BYTES, build_files, lines_of_target

__all__ = ["Stamp", "stamps_in"]

_STAMP = re.compile(r"""-X[ =]*["']?([^\s"'=]+)=([^\s"']*)""")
_ASSIGNMENT = re.compile(r"^\s*(?:export\s+)?([\w.-]+)\s*(\+|:{1,3}|\?)?=[ \t]*(.*?)\s*$", re.MULTILINE)
_REFERENCE = re.compile(r"\$[({]([\w.-]+)[)}]")
_VARIABLE_OF_GO = re.compile(r"\w[\w./~-]*\.[^\W\d]\w*")
# References of Makefile variables to each other may form a circle, and grow with each round.
_DEEPEST = 20
_LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """A ``-X`` flag in a build file."""

    variable: str
    """The Go variable: ``main.version``."""
    make_variable: str
    """The Makefile variable that alone is the value, so that ``make build VERSION=1.2`` sets it; empty without one."""
    file: str
    """Relative to the repository."""
    line: int
    """From 1: the line with the go command, or with the flag."""


def stamps_in(repository: Path, command: Sequence[str]) -> list[Stamp]:
    """The stamps of a repository: those of a ``make`` command first, then those in other files than its Makefile."""
    target = command[1] if command[:1] == ("make",) and len(command) == 2 else ""  # noqa: PLR2004 - make and a target
    found: list[Stamp] = []
    for kind, file in build_files(repository):
        try:
            text = file.read_text(encoding="utf-8", errors="replace")[:MOST_BYTES]
        except OSError:  # `commands_in` reports it
            continue
        name = file.relative_to(repository).as_posix()
        if kind != "Makefile":
            found += _in_lines(enumerate(text.splitlines(), 1), {}, name)
        elif target:
            found = [*_in_lines(lines_of_target(text, target, "build"), _variables(text), name), *found]
    first = {(stamp.file, stamp.variable): stamp for stamp in reversed(found)}
    return [stamp for stamp in found if first[stamp.file, stamp.variable] is stamp]


def _in_lines(lines: Iterable[tuple[int, str]], variables: Mapping[str, str], file: str) -> Iterator[Stamp]:
    stamping = {name: value for name, value in variables.items() if "-X" in _expand(value, variables)}
    for number, line in lines:
        for name, value in _STAMP.findall(_expand(line, stamping)):
            variable = _expand(name, variables)
            reference = _REFERENCE.fullmatch(value)
            if _VARIABLE_OF_GO.fullmatch(variable):
                yield Stamp(variable, reference[1] if reference else "", file, number)


def _variables(makefile: str) -> dict[str, str]:
    """The variables of a Makefile, as written. A value may continue on the next lines, and grow with ``+=``."""
    found: dict[str, str] = {}
    for name, operator, value in _ASSIGNMENT.findall(makefile.replace("\\\n", " ")):
        found[name] = f"{found.get(name, '')} {value}" if operator == "+" else value
    return found


def _expand(text: str, variables: Mapping[str, str]) -> str:
    """The text with the values of the variables that are known; other references stay."""
    for _ in range(_DEEPEST):
        expanded = _REFERENCE.sub(lambda match: variables.get(match[1], match[0]), text)
        if expanded == text or len(expanded) > _LONGEST:
            break
        text = expanded
    return text
