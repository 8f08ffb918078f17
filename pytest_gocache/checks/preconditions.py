"""What a repository needs so that the ready-made checks can build a copy of it."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

from pytest_gocache.errors import RepositoryError, UsageError
from pytest_gocache.golang.modfile import local_folders_of, module_path_of

__all__ = ["missing_for_build", "refuse_dependent"]

_MISSING = re.compile(
    r"module lookup disabled|reading file://|cannot find module providing|missing go\.sum entry|"
    r"no required module provides|cannot query module"
)


def refuse_dependent(source: Path) -> None:
    """Refuse a folder that is not a repository, and a repository that builds only where it is.

    Raises `UsageError` for a folder without go.mod and go.work, and `RepositoryError` for a part of Go and for a
    ``replace`` or ``use`` of a folder outside the repository.
    """
    if not (source / "go.mod").is_file() and not (source / "go.work").is_file():
        raise UsageError(f"{source} has no go.mod and no go.work: name the repository with --go-repo")
    root = Path(os.path.realpath(source))
    for file in filter(Path.is_file, (source / "go.mod", source / "go.work")):
        text = file.read_text(encoding="utf-8")
        if file.name == "go.mod" and module_path_of(text) in ("cmd", "std"):
            raise RepositoryError(f"{source} is a part of Go: its packages build only in their GOROOT, not in a copy")
        for folder in local_folders_of(text):
            if not Path(os.path.realpath(root / folder)).is_relative_to(root):
                raise RepositoryError(
                    f"{file} refers to {shlex.quote(folder)}, which is outside the repository and not in a copy of it: "
                    "put a go.work into the folder that holds both, and name that folder with --go-repo"
                )


def missing_for_build(printed: str, modcache: Path | None) -> str:
    """What a failed build needs and how to provide it, from what the build printed. Empty when that is not known."""
    if _MISSING.search(printed):
        looked = f" (looked in {modcache})" if modcache else ""
        return (
            f"the build needs modules that are not available{looked}: name a module cache that has them with "
            "--go-modcache=DIR, allow downloads with --go-network, or run `go mod vendor` in the repository"
        )
    if re.search(r"build constraints exclude all Go files|C compiler .* not found", printed):
        return "the build uses cgo and found no C compiler: install one, or set CGO_ENABLED=0 in the [build] env"
    if "requires go >=" in printed or "go.mod requires go" in printed:
        return "the build needs a newer toolchain: name one with --go-toolchain=VERSION"
    return ""
