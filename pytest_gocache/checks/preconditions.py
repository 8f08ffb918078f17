"""What a repository must have before the ready-made checks can build it."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

from pytest_gocache.errors import UsageError
from pytest_gocache.golang.modfile import local_folders_of, module_path_of

__all__ = ["refuse_dependent", "what_it_lacks"]

_MISSING = re.compile(
    r"module lookup disabled|reading file://|cannot find module providing|missing go\.sum entry|"
    r"no required module provides|cannot query module"
)


def refuse_dependent(source: Path) -> None:
    """Refuse what is no repository, and one that cannot be built from a copy; a `UsageError` that says why."""
    if not (source / "go.mod").is_file() and not (source / "go.work").is_file():
        raise UsageError(f"there is no go.mod and no go.work in {source}: name the repository with --go-repo")
    root = Path(os.path.realpath(source))
    for file in filter(Path.is_file, (source / "go.mod", source / "go.work")):
        text = file.read_text(encoding="utf-8")
        if file.name == "go.mod" and module_path_of(text) in ("cmd", "std"):
            raise UsageError(f"{source} is a part of Go: its packages can be built in their GOROOT only, not in a copy")
        for folder in local_folders_of(text):
            if not Path(os.path.realpath(root / folder)).is_relative_to(root):
                raise UsageError(
                    f"{file} refers to {shlex.quote(folder)}, outside of the repository: a private copy would lack it; "
                    "--go-repo takes the folder that holds both, with a go.work in it"
                )


def what_it_lacks(printed: str, modcache: Path | None) -> str:
    """What a build that failed needs, by what it printed, and how to give it that; empty when nothing is known."""
    if _MISSING.search(printed):
        looked = f" (looked in {modcache})" if modcache else ""
        return (
            f"modules that it needs are not at hand{looked}: --go-modcache=DIR names a module cache that has them, "
            "--go-network lets them be downloaded, and `go mod vendor` puts them into the repository"
        )
    if re.search(r"build constraints exclude all Go files|C compiler .* not found", printed):
        return "it uses cgo, and no C compiler was found: install one, or build with CGO_ENABLED=0 ([build] env)"
    if "requires go >=" in printed or "go.mod requires go" in printed:
        return "it needs a newer toolchain: --go-toolchain=VERSION names one"
    return ""
