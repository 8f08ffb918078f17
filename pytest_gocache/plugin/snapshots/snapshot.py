"""The value of the fixture `gocache_snapshot`: it equals a result that did what the file beside the test says."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from pytest_gocache.errors import UsageError
from pytest_gocache.explain.advice import advice_for
from pytest_gocache.golang.action import Kind
from pytest_gocache.plugin.snapshots.snapshot_file import NOTHING, Section, expected, parse, read
from pytest_gocache.results.behaviour import behaviour_of, deed_of, state_of
from pytest_gocache.results.explanation import table
from pytest_gocache.results.reasons import Reason
from pytest_gocache.results.result import Result

__all__ = ["GocacheSnapshot"]

_UPDATE = "pytest --gocache-update"
_FORBIDDEN = frozenset("];")


class GocacheSnapshot:
    """The snapshots of one test: ``assert gocache_snapshot == shop.build("./...")``.

    A snapshot keeps what a command compiled, linked, vetted, tested and downloaded, in a text file beside the test.
    Snapshots without a name are numbered; ``gocache_snapshot("after the edit")`` is one with a name. With
    ``--gocache-update``, each comparison holds, and the file gets what the command did.
    """

    def __init__(self, file: Path, version: str, seen: list[Section] | None, taken: dict[str, str]) -> None:
        self._file = file
        self._version = version
        self._seen = seen
        self._taken = taken
        self._name = ""
        self.difference: list[str] = []
        """The lines of the failure, after a comparison that did not hold."""

    def __call__(self, name: str) -> GocacheSnapshot:
        """The snapshot ``name`` of this test. Raises `UsageError` for a name that a file cannot have."""
        if not _is_name(name):
            raise UsageError(f"gocache_snapshot({name!r}): a name is a line of text without ] and ;")
        if name.isdigit():
            raise UsageError(f"gocache_snapshot({name!r}): numbers are the names of snapshots without a name")
        named = GocacheSnapshot(self._file, self._version, self._seen, self._taken)
        named._name = name
        return named

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result):
            raise UsageError(
                f"gocache_snapshot equals a Result, not {type(other).__name__}: compare it with what a command returned"
            )
        name = self._take(other)
        section = Section(name, behaviour_of(other), shlex.join(other.command))
        if self._seen is not None:
            self._seen.append(section)
            return True
        want = expected(parse(read(self._file), self._file), name, self._version)
        self.difference = self._differs(want, section, other)
        return not self.difference

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"gocache_snapshot({self._name!r})" if self._name else "gocache_snapshot"

    def _take(self, result: Result) -> str:
        """The name of this comparison. The same name twice would be two snapshots in one place."""
        name = self._name or str(1 + sum(known.isdigit() for known in self._taken))
        if name in self._taken:
            raise UsageError(
                f"gocache_snapshot({name!r}) was compared with {self._taken[name]}: give {result.title} its own name"
            )
        self._taken[name] = result.title
        return name

    def _differs(self, want: Section | None, section: Section, result: Result) -> list[str]:
        place = f"[{section.name}] in {self._file.parent.parent.name}/{self._file.parent.name}/{self._file.name}"
        if want is None:
            lines = section.lines or (NOTHING,)
            return [
                f"there is no snapshot {place}",
                f"{result.title} did:",
                *(f"  {line}" for line in lines),
                f"`{_UPDATE}` writes it",
            ]
        if want.lines == section.lines:
            return []
        more = [line for line in section.lines if line not in want.lines]
        less = [line for line in want.lines if line not in section.lines]
        return [
            f"{result.title} differs from the snapshot {place}",
            *(f"  + {line}" for line in more),
            *(f"  - {line}  ({state_of(line, result)})" for line in less),
            *_why(result, more),
            f"if this is what you want, `{_UPDATE}` writes it",
        ]


def _is_name(text: object) -> bool:
    # What is not printable is, among others, each character at which Python ends a line.
    return isinstance(text, str) and "" != text == text.strip() and text.isprintable() and not _FORBIDDEN & set(text)


def _why(result: Result, more: Sequence[str]) -> Iterable[str]:
    """Why the actions ran that the snapshot does not have."""
    if not more:
        return []
    reasons = [reason for reason in result.explain().reasons if _is_in(reason, more, result)]
    return [*table(reasons, label=True).splitlines(), *advice_for(reasons)] if reasons else []


def _is_in(reason: Reason, lines: Sequence[str], result: Result) -> bool:
    deed = deed_of(reason, result)
    if reason.kind is Kind.TEST:
        return any(line.startswith(f"{deed} ") for line in lines)
    return deed in lines or f"{deed} failed" in lines
