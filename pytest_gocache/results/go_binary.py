"""A binary that the go command linked, as a value."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pytest_gocache.errors import NoEvidenceError, UsageError
from pytest_gocache.golang.buildinfo import build_id_of, find_build_info
from pytest_gocache.golang.elf import data_symbol, sections
from pytest_gocache.golang.object_file import in_symbols
from pytest_gocache.golang.patterns import near_misses
from pytest_gocache.golang.version import GoVersion

__all__ = ["GoBinary", "go_binary"]

_SOURCE = re.compile(rb"\0((?:/|[A-Za-z]:[/\\])[^\0]{1,1000}\.(?:go|s|c|h|cc|cpp))(?=\0)")


@dataclass(frozen=True)
class GoBinary:
    """What a binary says of its build. `go_binary` reads it."""

    path: Path
    """The file."""
    go: GoVersion
    """The version of Go that built it."""
    package: str
    """The import path of the main package; ``command-line-arguments`` when it was built from files."""
    module: str
    """The path of the main module; empty for a build outside of a module."""
    version: str
    """The version of the main module; ``(devel)`` when Go does not know it."""
    dependencies: Mapping[str, str]
    """Module path → version. A replaced module has the version of the replacement, or the folder."""
    settings: Mapping[str, str]
    """The build settings, as ``go version -m`` prints them: ``-ldflags``, ``CGO_ENABLED``, ``vcs.revision``, …"""
    build_id: str
    """Go's build ID; empty for a binary without one (``-ldflags=-buildid=``)."""
    content: bytes
    """The bytes of the file."""

    @property
    def size(self) -> int:
        """The size of the file, in bytes."""
        return len(self.content)

    @cached_property
    def sections(self) -> Mapping[str, int]:
        """Section → size in bytes; empty for a binary that is not an ELF file (macOS, Windows)."""
        return {name: len(content) for name, content in (sections(self.content) or {}).items()}

    @cached_property
    def source_files(self) -> frozenset[str]:
        """The absolute paths of source files in the binary; none in a binary that ``-trimpath`` built."""
        return frozenset(found[1].decode("utf-8", "replace") for found in _SOURCE.finditer(self.content))

    def variable(self, name: str) -> str | None:
        """The value that ``-ldflags=-X=NAME=VALUE`` gave a variable, read from the binary; None without one.

        ``name`` is the import path of the package and the name of the variable: ``main.version``. Go ignores an ``-X``
        of a variable that the package does not have, or that the program does not use: its value is None. When the
        source gives the variable the result of a function, the program replaces the value as it starts.

        Raises `NoEvidenceError` for a binary that does not show its variables: one without a symbol table
        (``-ldflags=-s``), and one for macOS or Windows.
        """
        package, dot, variable = name.rpartition(".")
        try:
            value = data_symbol(self.content, f"{in_symbols(package)}{dot}{variable}.str")
        except ValueError as error:
            raise NoEvidenceError(f"the value of {name} in {self.path} is unknown: {error}") from error
        return None if value is None else value[:-1].decode("utf-8", "replace")

    def __repr__(self) -> str:
        return f"GoBinary({str(self.path)!r}, {self.package}, {self.go})"


def go_binary(path: Path | str) -> GoBinary:
    """Read a binary that the go command linked, for any system.

    Raises `UsageError` for a file that cannot be read, and for one without Go's build information.
    """
    file = Path(path)
    try:
        content = file.read_bytes()
    except OSError as error:
        near = near_misses(file.name, os.listdir(file.parent) if file.parent.is_dir() else [])  # noqa: PTH208 - names
        hint = f"; near it: {', '.join(near)}" if near else ""
        raise UsageError(f"go_binary: {str(path)!r} cannot be read: {error.strerror}{hint}") from error
    info = find_build_info(content)
    if info is None:
        raise UsageError(f"go_binary: {str(path)!r} has no build information of Go: it is not a binary that Go linked")
    return GoBinary(
        path=file,
        go=GoVersion.parse(info.go.partition(" ")[0]),
        package=info.package,
        module=info.module,
        version=info.version,
        dependencies=info.dependencies,
        settings=info.settings,
        build_id=build_id_of(content),
        content=content,
    )
