"""Where a package and a binary lie on disk."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pytest_gocache.golang.action import Action
from pytest_gocache.results.result import Result

__all__ = ["binary_of", "folder_in_modules", "module_of", "modules_in", "programs_of", "sha256_of"]


def folder_in_modules(result: Result, import_path: str) -> Path | None:
    """The folder of a package by the paths of the modules in the module's root; None for a package of another one."""
    folder = module_of(result, import_path)
    if folder is None:
        return None
    return result.cwd / folder / import_path.removeprefix(result.modules[folder]).lstrip("/")


def module_of(result: Result, import_path: str) -> str | None:
    """The folder, relative to the module's root, of the module that a package is in; None for a package of another one.

    Of modules in one another it is the inner one.
    """
    inside = [folder for folder, module in result.modules.items() if f"{import_path}/".startswith(f"{module}/")]
    return max(inside, key=lambda folder: len(result.modules[folder]), default=None)


def modules_in(cache: Path) -> tuple[str, ...]:
    """``module@version`` of every module in a GOMODCACHE, sorted; upper case as Go escapes it (``!name``)."""
    downloads = cache / "cache" / "download"
    if not downloads.is_dir():
        return ()
    found = [
        f"{file.parent.parent.relative_to(downloads).as_posix()}@{file.stem}" for file in downloads.rglob("@v/*.zip")
    ]
    return tuple(sorted(found))


def binary_of(result: Result, link: Action) -> Path | None:
    """The file that a link has left in place; None when Go threw it away, or when it is gone."""
    file = Path(result.origin(link)[0].cwd, link.target)
    return file if link.target and file.is_file() else None


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file's content."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def programs_of(action: Action) -> list[str]:
    """The programs that an action ran, by name, each once; of one that is wrapped by another, the wrapper."""
    names = (Path(command.split()[0]).name for command in action.commands if command.split())
    return list(dict.fromkeys(names))
