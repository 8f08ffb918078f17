"""The GOMODCACHE of a test."""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from pathlib import Path

from pytest_gocache.caches.archive import UNREADABLE
from pytest_gocache.caches.folder import CacheFolder
from pytest_gocache.errors import UsageError
from pytest_gocache.host.environment import gomodcache_of
from pytest_gocache.results.packages import modules_in

__all__ = ["ModuleCache", "holds_modules", "own_module_cache"]


def own_module_cache(ambient: Mapping[str, str]) -> Path | None:
    """The GOMODCACHE of the user's environment ``ambient``; None when it has no modules."""
    folder = gomodcache_of(ambient)
    return folder if (folder / "cache" / "download").is_dir() else None


def holds_modules(saved: Path) -> bool:
    """Whether a saved folder or archive is a module cache. Raises `UsageError` for anything else."""
    if saved.is_dir():
        return (saved / "cache" / "download").is_dir()
    try:
        with tarfile.open(saved) as tar:
            return any(name.removeprefix("./").startswith("cache/download") for name in tar.getnames())
    except UNREADABLE as error:
        raise UsageError(f"go_module.on_new_machine: {saved} cannot be restored: {error}") from error


class ModuleCache(CacheFolder):
    """A GOMODCACHE. Its files and folders are read-only; `clear` and the clean-up delete them all the same."""

    _fixture = "gomodcache"

    def entries(self) -> tuple[str, ...]:
        """``module@version`` of every downloaded module, sorted, with upper case escaped as in Go (``!name``)."""
        return modules_in(self.path)

    def clone(self, folder: Path | str) -> ModuleCache:
        """A second module cache with the same content."""
        return ModuleCache(self.save(folder))
