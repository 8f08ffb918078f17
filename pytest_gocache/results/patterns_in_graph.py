"""The packages that patterns name among those of a command, when Go cannot be asked any more."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping, Sequence

from pytest_gocache.golang.patterns import Pattern
from pytest_gocache.results.packages import folder_in_modules
from pytest_gocache.results.result import Result

__all__ = ["packages_in_graph"]


def packages_in_graph(result: Result, patterns: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """Pattern → import paths, for patterns that only Go can read: ``./lib``, ``example.com/app/...``.

    The packages are those that the command considered, each in its folder of the modules in `Result.cwd`.
    """
    own = {}
    for action in result.compiles():
        if not action.scaffold and (folder := folder_in_modules(result, action.import_path)) is not None:
            own[action.import_path] = posixpath.normpath(os.path.relpath(folder, result.cwd))
    return {text: frozenset(name for name, place in own.items() if _names(text, name, place)) for text in patterns}


def _names(text: str, import_path: str, place: str) -> bool:
    if not text.startswith("."):
        return Pattern.parse(text).matches(import_path)
    # As import paths: a relative pattern has the same wildcards.
    head, wildcard, tail = text.partition("...")
    start = posixpath.normpath(f"root/{head}") + ("/" if head.endswith("/") and wildcard else "")
    return Pattern.parse(start + wildcard + tail).matches(posixpath.normpath(f"root/{place}"))
