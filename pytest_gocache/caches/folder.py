"""A folder with a cache of Go: the methods that build caches and module caches share."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Container
from pathlib import Path

from pytest_gocache.caches.archive import UNREADABLE, NotACacheError, copy_saved, is_archive, unpack
from pytest_gocache.errors import UsageError
from pytest_gocache.host.files import remove_tree

__all__ = ["CacheFolder"]


class CacheFolder:
    """A folder with a cache of Go."""

    _fixture = ""  # its name, for error messages

    def __init__(self, path: Path) -> None:
        self.folder = path
        """Where the content is, also after `replaced_at`."""
        self._replaced = False

    @property
    def path(self) -> Path:
        """The folder. Raises `UsageError` when a new machine has taken the place of this cache's machine."""
        if self._replaced:
            raise UsageError(
                f"this {self._fixture} is of a machine that is gone: a new machine has its place. Use the "
                f"`.{self._fixture}` of the new machine's GoModule, or save the old one before that machine starts"
            )
        return self.folder

    def replaced_at(self, folder: Path) -> None:
        """A new machine takes the place of this cache's machine, and the content is in ``folder`` now.

        Explanations of earlier commands read it there. All other uses are refused: they would be of the wrong cache.
        """
        self.folder = folder
        self._replaced = True

    def __fspath__(self) -> str:
        return str(self.path)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.folder)!r})"

    def size(self) -> int:
        """The size of all files in bytes; a file with several links counts once."""
        return self._size_of_files(frozenset())

    def _size_of_files(self, but: Container[str]) -> int:
        """The size without the files ``but``: names relative to the folder, with a slash at the end for a folder."""
        seen: dict[tuple[int, int], int] = {}
        top = str(self.path)
        for parent, _, files in os.walk(top):
            within = parent[len(top) + 1 :]
            for name in files:
                if f"{within}/{name}" in but or f"{within}/" in but:
                    continue
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
            return self._saved(target)
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise UsageError(f"{self._fixture}.save: {target} exists and is not an empty folder")
        shutil.copytree(self.path, target, symlinks=True, dirs_exist_ok=True)
        return self._saved(target)

    def _saved(self, target: Path) -> Path:
        """Called with each copy that `save` made; returns it."""
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
