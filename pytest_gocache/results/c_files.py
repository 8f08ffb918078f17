"""The files that the C compiler read for the packages of a go command."""

from __future__ import annotations

import os
from collections.abc import Iterable

from pytest_gocache.golang.make_rules import parse_rules
from pytest_gocache.results.result import Result

__all__ = ["C_RULES", "c_files"]

C_RULES = "c-rules"
"""The file in the folder of a command's evidence into which the C compiler writes what it reads, as rules for make."""


def c_files(command: Result, folder: str, names: Iterable[str]) -> set[str]:
    """The absolute paths of what the C compiler read for the files ``names`` of the package in ``folder``.

    It read them in ``command``. Empty when it compiled nothing, or is one that does not say what it reads: GCC does.
    The headers of the system are left out.
    """
    rules = command.evidence / C_RULES if command.evidence else None
    if rules is None or not rules.is_file():
        return set()
    # cgo makes x.cgo2.c of x.go.
    stems = {os.path.splitext(name)[0] for name in names}  # noqa: PTH122 - a name, not a path
    return {
        os.path.normpath(os.path.join(folder, file))  # noqa: PTH118 - keeps an absolute path
        for target, files in parse_rules(rules.read_bytes())
        if target.removesuffix(".o").removesuffix(".cgo2") in stems
        for file in files
    }
