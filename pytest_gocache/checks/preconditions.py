"""What a repository needs so that the ready-made checks can build a copy of it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from pytest_gocache.errors import RepositoryError
from pytest_gocache.gocache_toml import NAME
from pytest_gocache.golang.modfile import module_path_of
from pytest_gocache.host.source_place import SourcePlace, outside_folders

__all__ = ["missing_for_build", "refuse_dependent"]

_MISSING = re.compile(
    r"module lookup disabled|reading file://|cannot find module providing|missing go\.sum entry|"
    r"no required module provides|cannot query module"
)


def refuse_dependent(place: SourcePlace) -> None:
    """Refuse a repository that builds only where it is.

    Raises `RepositoryError` for a part of Go, and for a ``replace`` or ``use`` of a folder outside the repository.
    """
    module, root = place.module, place.root
    if (module / "go.mod").is_file():
        text = (module / "go.mod").read_text(encoding="utf-8", errors="replace")
        if module_path_of(text) in ("cmd", "std"):
            raise RepositoryError(f"{module} is a part of Go: its packages build only in their GOROOT, not in a copy")
    above = [folder for folder in (module, *module.parents) if folder.is_relative_to(root)]
    for file in (module / "go.mod", *(folder / "go.work" for folder in above)):
        for folder in outside_folders(file, root):
            raise RepositoryError(
                f"{file} refers to {shlex.quote(folder)}, which is outside the repository and not in a copy of it: "
                f"name the folder that contains both, with [repo] root in {module / NAME}"
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
