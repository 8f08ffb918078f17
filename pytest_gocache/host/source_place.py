"""The folder to copy for a test, and the module in it: in a monorepo, these are two folders."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.errors import UsageError
from pytest_gocache.gocache_toml import NAME
from pytest_gocache.golang.modfile import local_folders_of, module_path_of
from pytest_gocache.host.find_repository import git_top, is_repository, searched_folders

__all__ = ["DeclaredPlace", "SourcePlace", "outside_folders", "place_of"]

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class DeclaredPlace:
    """What ``[repo]`` in ``gocache.toml`` says."""

    file: Path
    """The ``gocache.toml``. Paths in it are relative to its folder."""
    root: str
    """Empty for the folder of the file."""
    modules: Sequence[str]
    """Relative to the root. Empty when the file names no module."""


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """Which folder to copy, and where the module is."""

    root: Path
    """The folder to copy."""
    module: Path
    """The folder of the module: `root`, or a folder in it."""
    told: str = ""
    """A sentence for the user, when this is not the folder that the user named. Empty otherwise."""

    @property
    def within(self) -> Path:
        """The folder of the module, relative to the root."""
        return self.module.relative_to(self.root)


def place_of(folder: Path, declared: DeclaredPlace | None = None, searched: Sequence[Path] = ()) -> SourcePlace:
    """The folder to copy, and the module in it, for the repository or the module in ``folder``.

    What ``declared`` says counts. Without it, a module that needs other folders of its git repository, through a
    ``replace`` or a go.work above it, is copied with all of that repository. A folder without go.mod and go.work that
    contains one module is copied for this module. Raises `UsageError` when no module or more than one is found, and for
    a mistake in ``declared``. The error names ``searched``, the folders in which the caller looked before.
    """
    if declared is not None:
        return _declared(folder, declared)
    if not is_repository(folder):
        return SourcePlace(folder, module := _only_module(folder, searched), _told_of_module(folder, module))
    work = _workspace_above(folder)
    files = [file for file in (work, folder / "go.mod", folder / "go.work") if file is not None]
    needed = {name: file for file in files for name in outside_folders(file, folder)}
    top = git_top(folder) or (work.parent if work else folder)
    if not needed or top == folder or any(True for file in files for _ in outside_folders(file, top)):
        return SourcePlace(folder, folder)
    name, file = next(iter(needed.items()))
    why = f"{os.path.relpath(file, top)} refers to {shlex.quote(name)}"
    return SourcePlace(top, folder, f"all of {top} is copied for the module in {folder.relative_to(top)}: {why}")


def outside_folders(file: Path, root: Path) -> list[str]:
    """The folders outside ``root`` that a go.mod or go.work refers to, as written. Empty when there is no file."""
    if not file.is_file():
        return []
    text = file.read_text(encoding="utf-8", errors="replace")
    top = Path(os.path.realpath(root))
    return [name for name in local_folders_of(text) if not _real(file.parent / name).is_relative_to(top)]


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _workspace_above(folder: Path) -> Path | None:
    """The nearest go.work above a module, if it uses the module; None otherwise."""
    if (folder / "go.work").is_file():
        return None
    for parent in searched_folders(folder)[1:]:
        file = parent / "go.work"
        if file.is_file():
            used = local_folders_of(file.read_text(encoding="utf-8", errors="replace"))
            return file if _real(folder) in {_real(parent / name) for name in used} else None
    return None


def _declared(folder: Path, declared: DeclaredPlace) -> SourcePlace:
    root = (declared.file.parent / declared.root).resolve()
    if not root.is_dir():
        raise UsageError(f"{declared.file}: repo.root = {declared.root!r}: there is no folder {root}")
    modules = [(root / name).resolve() for name in declared.modules]
    for name, module in zip(declared.modules, modules, strict=True):
        if not is_repository(module) or not module.is_relative_to(root):
            raise UsageError(
                f"{declared.file}: repo.modules has {name!r}: name a folder below {root} that has a go.mod or a go.work"
            )
    folder = folder.resolve()
    if not folder.is_relative_to(root):
        raise UsageError(f"{declared.file}: repo.root = {declared.root!r} is {root}, which does not contain {folder}")
    if not modules:
        return SourcePlace(root, folder if is_repository(folder) else _only_module(folder))
    if folder in modules:
        return SourcePlace(root, folder)
    if len(modules) > 1:
        raise UsageError(f"{declared.file}: repo.modules has {_listed(root, modules)}: {_pick_one(modules[0])}")
    return SourcePlace(root, modules[0])


def _only_module(folder: Path, searched: Sequence[Path] = ()) -> Path:
    """The one module below a folder that is no module. Raises `UsageError` for none, and for several."""
    missing = f"there is no go.mod and no go.work in {', '.join(map(str, searched or [folder]))}"
    for file in sorted(folder.glob("*.mod")):
        path = module_path_of(file.read_text(encoding="utf-8", errors="replace"))
        if path:
            raise UsageError(
                f"{missing}. It has {file.name}, and even with -modfile={file.name} Go needs a go.mod beside it: write "
                f'one with the line "module {path}", and set GOFLAGS to "-modfile={file.name}" (in {NAME}: [build] '
                f'env = {{ GOFLAGS = "-modfile={file.name}" }})'
            )
    modules = sorted(_modules_below(folder))
    if not modules:
        raise UsageError(f"{missing}: name the repository with --go-repo or the ini option go_repo")
    if len(modules) > 1:
        names = [os.path.relpath(module, folder) for module in modules[:2]]
        raise UsageError(
            f"{missing}. The modules below it are {_listed(folder, modules)}: {_pick_one(modules[0])}. To copy all of "
            f"the folder for it, write into {folder / NAME}: [repo] modules = {names!r}".replace("'", '"')
        )
    return modules[0]


def _modules_below(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        # Go ignores these folders too.
        folders[:] = [name for name in folders if name[0] not in "._" and name not in ("vendor", "testdata")]
        if "go.mod" in files:
            yield Path(parent)


def _told_of_module(folder: Path, module: Path) -> str:
    return f"the module in {module.relative_to(folder)} is used: {folder} has no go.mod, and contains no other module"


def _listed(root: Path, modules: Sequence[Path]) -> str:
    names = [os.path.relpath(module, root) for module in modules]
    more = [f"{len(names) - _MOST_NAMED} more"] if len(names) > _MOST_NAMED else []
    return ", ".join([*names[:_MOST_NAMED], *more])


def _pick_one(module: Path) -> str:
    return f"choose one, for example with --go-repo={shlex.quote(str(module))}"
