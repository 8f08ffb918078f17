"""The folders of packages, and the files of binaries."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from pytest_gocache.golang.action import Action
from pytest_gocache.golang.quoted import first_word
from pytest_gocache.results.result import Result

__all__ = ["binary_of", "folder_in_modules", "module_of", "modules_in", "package_folder", "programs_of", "sha256_of"]


def folder_in_modules(result: Result, import_path: str) -> Path | None:
    """The folder of a package of the modules in `Result.cwd`; None for a package of a different module."""
    return package_folder(result.cwd, result.modules, import_path)


def package_folder(root: Path, modules: Mapping[str, str], import_path: str) -> Path | None:
    """The folder of a package of ``modules`` (folder in ``root`` → module path); None for a different module."""
    folder = _module_of(modules, import_path)
    return None if folder is None else root / folder / import_path.removeprefix(modules[folder]).lstrip("/")


def module_of(result: Result, import_path: str) -> str | None:
    """The folder, relative to `Result.cwd`, of the module with a package; None for a module that is elsewhere.

    When one module contains a second one, the inner module counts.
    """
    return _module_of(result.modules, import_path)


def _module_of(modules: Mapping[str, str], import_path: str) -> str | None:
    inside = [folder for folder, module in modules.items() if f"{import_path}/".startswith(f"{module}/")]
    return max(inside, key=lambda folder: len(modules[folder]), default=None)


def modules_in(cache: Path) -> tuple[str, ...]:
    """``module@version`` of every module in a GOMODCACHE, sorted; an upper-case letter as Go escapes it (``!n``)."""
    downloads = cache / "cache" / "download"
    if not downloads.is_dir():
        return ()
    found = [
        f"{file.parent.parent.relative_to(downloads).as_posix()}@{file.stem}" for file in downloads.rglob("@v/*.zip")
    ]
    return tuple(sorted(found))


def binary_of(result: Result, link: Action) -> Path | None:
    """The binary of a link; None when Go threw the binary away, or when the file is gone."""
    file = Path(result.origin(link)[0].cwd, link.target)
    return file if link.target and file.is_file() else None


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file's content."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def programs_of(action: Action) -> list[str]:
    """The names of the programs that an action ran, each once; the name of the wrapper for a wrapped program."""
    programs = (first_word(command) for command in action.commands)
    return list(dict.fromkeys(Path(program).name for program in programs if program))
