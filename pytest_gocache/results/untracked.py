"""What changed between two commands and is an input of no cache key of the later one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pytest_gocache.results.file_tree import FileChange
from pytest_gocache.results.inputs import Input, InputKind
from pytest_gocache.results.tables import listed, step_name

__all__ = ["Untracked", "untracked_lines"]

_MOST = 5


@dataclass(frozen=True, slots=True)
class Untracked:
    """A file or a variable that changed, and that is an input of no cache key of the command."""

    input: Input
    """The file (`InputKind.FILE`) or the variable (`InputKind.READ_VARIABLE`).

    The path of a file is relative to the module's root; outside of it, it is absolute.
    """
    since: int
    """The step after which it changed: the one that made the cached output or result."""
    change: FileChange = FileChange.CHANGED
    """What happened to it."""
    package: str = ""
    """The import path of the cached package whose folder contains the file, or for which it was read; else empty."""
    read: bool = False
    """Whether the package's test read the file, by its log, or the C compiler did. Go does not track the file."""

    @property
    def elsewhere(self) -> bool:
        """Whether it is a file outside of the folders of the cached packages."""
        return self.input.kind is InputKind.FILE and not self.package

    @property
    def what(self) -> str:
        """The text for a person: ``av/src/codec.c``, ``av/old.h (removed)``, ``environment BACKEND``."""
        if self.input.kind is InputKind.READ_VARIABLE:
            return f"environment {self.input.name}"
        return f"{self.input.name} ({self.change.value})" if self.change.value else self.input.name


def untracked_lines(found: Iterable[Untracked]) -> list[str]:
    """A line for each step: ``changed since step 1, and in no key: av/src/codec.c, environment BACKEND``."""
    grouped: dict[tuple[int, bool], list[str]] = {}
    for one in found:
        grouped.setdefault((one.since, one.elsewhere), []).append(one.what)
    lines = []
    for (since, elsewhere), names in sorted(grouped.items()):
        where = " outside of these packages" if elsewhere and (since, False) in grouped else ""
        lines.append(f"changed since {step_name(since)}{where}, and in no key: {listed(names, _MOST)}")
    return lines
