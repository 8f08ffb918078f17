"""Find the Go repository that a folder belongs to: go.mod and go.work in parent folders, as go looks for them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pytest_gocache.host.files import home_folder

__all__ = ["git_top", "is_repository", "repository_above", "searched_folders"]


def is_repository(folder: Path) -> bool:
    """Whether a folder has a go.mod or a go.work."""
    return (folder / "go.mod").is_file() or (folder / "go.work").is_file()


def repository_above(start: Path) -> Path | None:
    """The nearest of `searched_folders` with a go.mod or a go.work; None without one."""
    return next((folder for folder in searched_folders(start) if is_repository(folder)), None)


def searched_folders(start: Path) -> list[Path]:
    """The absolute path ``start`` and its parents, nearest first, up to the top folder of its git repository.

    Outside git, the search ends below the home folder and the folder for temporary files: a stray go.mod there would
    make everything in it the repository.
    """
    folders = [start, *start.parents]
    top = git_top(start)
    if top is not None:
        return folders[: folders.index(top) + 1]
    ends = {home_folder(), Path(tempfile.gettempdir()).resolve(), Path(start.anchor)}
    end = next(index for index, folder in enumerate(folders) if folder in ends)
    return folders[: max(end, 1)]


def git_top(folder: Path) -> Path | None:
    """The top of the git working tree that an absolute path is in; None outside git."""
    return next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), None)
