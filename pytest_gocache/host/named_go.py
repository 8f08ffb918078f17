"""The Go that a repository's go.work or go.mod names."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.errors import UsageError
from pytest_gocache.golang.modfile import go_lines_of
from pytest_gocache.golang.version import GoVersion

__all__ = ["NamedGo", "named_go"]

_ONE_TOOLCHAIN = re.compile(r"(go)?[0-9]+\.[0-9]+(\.[0-9]+|(rc|beta)[0-9]+)")


@dataclass(frozen=True, slots=True)
class NamedGo:
    """The line of a file that names a Go."""

    version: GoVersion
    line: str
    """The line: ``toolchain go1.24.3``."""
    file: str
    """``go.mod`` or ``go.work``."""
    exact: bool
    """Whether the line names one toolchain that this library can use, not a language version such as ``go 1.24``."""

    def is_met_by(self, version: GoVersion) -> bool:
        """Whether a toolchain is the one that the line names, or has the language version that it names."""
        if _ONE_TOOLCHAIN.fullmatch(self.version.text):
            return version == self.version
        return version.language == self.version.language

    def __str__(self) -> str:
        return f"`{self.line}` in {self.file}"


def named_go(repository: Path) -> NamedGo | None:
    """The Go that ``repository`` names; None when it names none.

    As in Go, the lines of a go.work replace those of go.mod, and a ``toolchain`` line older than the ``go`` line does
    not count.
    """
    for name in ("go.work", "go.mod"):
        try:
            lines = go_lines_of((repository / name).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            continue
        found: NamedGo | None = None
        for word in ("toolchain", "go"):
            with suppress(KeyError, UsageError):
                version = GoVersion.parse(lines[word])
                if found is None or version > found.version:
                    exact = version.release >= (1, 21, 0) and _ONE_TOOLCHAIN.fullmatch(version.text) is not None
                    found = NamedGo(version, f"{word} {lines[word]}", name, exact)
        if found:
            return found
    return None
