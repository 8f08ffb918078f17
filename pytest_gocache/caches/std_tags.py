"""The build tags that select files of the standard library, and those of a command that do."""

from __future__ import annotations

import functools
import os
import re
from pathlib import Path

from pytest_gocache.golang.quoted import split_words

__all__ = ["tags_that_select"]

_CONSTRAINT = re.compile(rb"^//[ \t]*(?:go:build|\+build)[ \t]([^\r\n]+)", re.MULTILINE)
_TAG = re.compile(rb"[\w.]+")


def tags_that_select(value: str, goroot: Path) -> tuple[str, ...]:
    """The tags in a value of ``-tags`` that a file of the standard library in ``goroot`` mentions, sorted.

    All other tags leave every compiled standard package as it is: a cache key has the files of a package, not the tags
    (measured on Go 1.21.13, 1.25.5 and 1.27.3).
    """
    return tuple(sorted(_tags_in(value) & _std_tags(goroot)))


def _tags_in(value: str) -> frozenset[str]:
    # The value is a list of words, as before Go 1.13, when it has a space or a quotation mark.
    words = split_words(value) or [] if " " in value or "'" in value else value.split(",")
    return frozenset(filter(None, words))


@functools.cache
def _std_tags(goroot: Path) -> frozenset[str]:
    found: set[bytes] = set()
    for parent, folders, files in os.walk(goroot / "src"):
        folders[:] = [name for name in folders if name not in ("testdata", "cmd")]
        for name in files:
            # A tag like linux selects x_linux.go too: constraints mention each of them.
            if name.endswith((".go", ".s", ".c", ".h")) and not name.endswith("_test.go"):
                with open(os.path.join(parent, name), "rb") as file:  # noqa: PTH118, PTH123
                    for expression in _CONSTRAINT.findall(file.read()):
                        found.update(_TAG.findall(expression))
    return frozenset(tag.decode() for tag in found)
