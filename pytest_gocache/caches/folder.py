"""A folder with a cache of Go: the methods that build caches and module caches share."""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import Path

from pytest_gocache.caches.archive import UNREADABLE, NotACacheError, copy_saved, is_archive, unpack
from pytest_gocache.errors import UsageError
from pytest_gocache.host.files import remove_tree

__all__ = ["CacheFolder"]


class CacheFolder:
    """A folder with a cache of Go."""

    _fixture = ""  # its name, for error messages

    def __init__(self, path: Path) -> None:
        self.path = path

    def __fspath__(self) -> str:
        return str(self.path)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    def size(self) -> int:
        """The size of all files in bytes; a file with several links counts once."""
        seen: dict[tuple[int, int], int] = {}
        for parent, _, files in os.walk(self.path):
            for name in files:
                info = os.lstat(os.path.join(parent, name))  # noqa: PTH118 - hot on large caches
                seen[info.st_dev, info.st_ino] = info.st_size
        return sum(seen.values())

    def clear(self) -> None:
        """Empty the cache."""
        remove_tree(self.path)
        self.path.mkdir(parents=True)

    def save(self, target: Path | str) -> Path:
        """Copy the cache with its modification times, as a CI cache does; returns ``target``.

        ``target`` is a folder (absent or empty), or an archive to write: ``gocache.tar``, ``gocache.tar.gz``. The copy
        shares no files with the cache, so a test may damage, age or pack it.
        """
        target = Path(target)
        if is_archive(target):
            with tarfile.open(target, "w:gz" if target.suffix != ".tar" else "w", format=tarfile.PAX_FORMAT) as tar:
                tar.add(self.path, arcname=".")
            return target
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise UsageError(f"{self._fixture}.save: {target} exists and is not an empty folder")
        shutil.copytree(self.path, target, symlinks=True, dirs_exist_ok=True)
        return target

    def restore(self, source: Path | str) -> None:
        """Replace the content with that of a saved folder or archive, modification times included.

        Raises `UsageError`, and changes nothing, for a source that cannot be read, and for one with a name outside of
        it or with something other than files and folders.
        """
        source = Path(source)
        if source.resolve().is_relative_to(self.path.resolve()):
            raise UsageError(f"{self._fixture}.restore: {source} is a part of the cache itself")
        if not source.is_dir() and not (is_archive(source) and source.is_file()):
            raise UsageError(
                f"{self._fixture}.restore: {source} is neither a folder nor an archive (.tar, .tar.gz, .tgz)"
            )
        # Aside first: a source that is refused leaves the cache as it was.
        aside = self.path.with_name(f"{self.path.name}-restored")
        remove_tree(aside)
        try:
            (copy_saved if source.is_dir() else unpack)(source, aside)
        except NotACacheError as error:
            raise UsageError(
                f"{self._fixture}.restore: {source} is not a saved cache: {error}; a cache has only files and folders"
            ) from error
        except UNREADABLE as error:
            verb = "copied" if source.is_dir() else "unpacked"
            raise UsageError(f"{self._fixture}.restore: {source} cannot be {verb}: {error}") from error
        else:
            remove_tree(self.path)
            aside.rename(self.path)
        finally:
            remove_tree(aside)
