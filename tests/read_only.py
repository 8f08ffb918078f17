"""A tree of files like a module cache's."""

from __future__ import annotations

from pathlib import Path


def read_only_tree(folder: Path) -> Path:
    inner = folder / "cache" / "example.com" / "x@v1.0.0"
    inner.mkdir(parents=True)
    (inner / "x.go").write_bytes(b"package x\n")  # no codec: a test below runs where none can be loaded
    (inner / "x.go").chmod(0o444)
    for parent in (inner, inner.parent):
        parent.chmod(0o555)
    return folder / "cache"
