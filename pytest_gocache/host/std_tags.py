"""The build tags that select files of the standard library."""

from __future__ import annotations

import os
import re
from pathlib import Path

__all__ = ["std_tags"]

_CONSTRAINT = re.compile(rb"^//[ \t]*(?:go:build|\+build)[ \t]([^\r\n]+)", re.MULTILINE)
_TAG = re.compile(rb"[\w.]+")


def std_tags(goroot: Path) -> frozenset[str]:
    """Every tag in a build constraint of the standard library, except in its tests; reads all its files."""
    found: set[bytes] = set()
    for parent, folders, files in os.walk(goroot / "src"):
        folders[:] = [name for name in folders if name not in ("testdata", "cmd")]
        for name in files:
            # A tag like linux selects x_linux.go too: constraints mention each of them.
            if name.endswith((".go", ".s", ".c", ".h")) and not name.endswith("_test.go"):
                with open(os.path.join(parent, name), "rb") as file:  # noqa: PTH118, PTH123 - thousands of files
                    for expression in _CONSTRAINT.findall(file.read()):
                        found.update(_TAG.findall(expression))
    return frozenset(tag.decode() for tag in found)
