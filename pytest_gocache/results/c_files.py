"""The files that the C compiler read for the packages of a go command."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from pytest_gocache.golang.make_rules import parse_rules
from pytest_gocache.results.result import Result

__all__ = ["C_RULES", "c_files", "c_rules"]

C_RULES = "c-rules"
"""The file in the folder of a command's evidence into which the C compiler writes what it reads, as rules for make."""


def c_rules(command: Result) -> list[tuple[str, list[str]]]:
    """The target and the files of each rule that the C compiler wrote in ``command``.

    Empty when it compiled nothing, or does not say what it reads: GCC does. It leaves out the headers of the system.
    """
    file = command.evidence / C_RULES if command.evidence else None
    return parse_rules(file.read_bytes()) if file is not None and file.is_file() else []


def c_files(
    rules: Iterable[tuple[str, list[str]]], packages: Mapping[str, tuple[str, Iterable[str]]]
) -> dict[str, set[str]]:
    """Package → the absolute paths of what the C compiler read for it, by the rules of a command.

    ``packages`` has the folder and the names of the files of each package that uses cgo. A file name that two of them
    have is left out: the compiler does not say which one it means.
    """
    owners: dict[str, set[str]] = {}
    for package, (_, names) in packages.items():
        for name in names:
            owners.setdefault(name.rpartition(".")[0], set()).add(package)
    found: dict[str, set[str]] = {}
    for target, files in rules:
        # cgo makes x.cgo2.c of x.go.
        having = owners.get(target.removesuffix(".o").removesuffix(".cgo2"), set())
        for package in having if len(having) == 1 else ():
            folder = packages[package][0]
            paths = (os.path.normpath(os.path.join(folder, file)) for file in files)  # noqa: PTH118 - keeps absolute ones
            found.setdefault(package, set()).update(paths)
    return found
