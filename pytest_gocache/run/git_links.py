"""The ``.git`` files of linked worktrees and submodules: a copy of the sources gets git folders of its own for them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

__all__ = ["copy_git_links"]

_LINK = re.compile(r"gitdir: (.+?)\s*")
_WORKTREE = re.compile(r"^([ \t]*worktree[ \t]*=).*$", re.MULTILINE | re.IGNORECASE)
# Of a git folder: what belongs to other working trees, or runs programs. To read objects where they are would not do:
# git sets the time of an object that it would write again.
_NOT_COPIED = ("worktrees", "modules", "hooks", "logs")


def copy_git_links(source: Path, target: Path) -> None:
    """Make git say in ``target``, a copy of the folder ``source``, what it says in ``source``.

    A ``.git`` file names a git folder. One inside of ``source`` is in the copy as well. One outside is copied to a
    folder beside ``target``. Git commands in the copy never write to the original.
    """
    for folder in _linked(source):
        copy = target / folder.relative_to(source)
        if not copy.is_dir():
            continue
        text = (folder / ".git").read_text(encoding="utf-8", errors="surrogateescape")
        link = _LINK.fullmatch(text)
        original = Path(os.path.normpath(folder / link[1])) if link else None
        if original is None or not original.is_dir():
            shutil.copy2(folder / ".git", copy / ".git")  # git refuses this in the copy, as it does in the original
            continue
        inside = original.is_relative_to(source)
        own = target / original.relative_to(source) if inside else _copy_folder(original, target, copy)
        path = os.path.relpath(own, copy) if inside else own
        (copy / ".git").write_text(f"gitdir: {path}\n", encoding="utf-8", errors="surrogateescape")
        if (own / "gitdir").is_file():  # a linked worktree: the way back
            (own / "gitdir").write_text(f"{copy / '.git'}\n", encoding="utf-8", errors="surrogateescape")


def _linked(source: Path) -> Iterator[Path]:
    """The folders with a ``.git`` file."""
    for parent, folders, files in os.walk(source):
        if ".git" in folders:
            folders.remove(".git")
        if ".git" in files and not Path(parent, ".git").is_symlink():
            yield Path(parent)


def _copy_folder(original: Path, target: Path, worktree: Path) -> Path:
    """Copy a git folder beside ``target``, for the working tree in the folder ``worktree``; returns its new path."""
    own = target.with_name(f"{target.name}.git")
    number = 1
    while own.exists():
        number += 1
        own = target.with_name(f"{target.name}.git-{number}")
    # The git folder of a linked worktree has little more than its HEAD and its index: the rest is in another folder.
    shared = original / "commondir"
    common = Path(os.path.normpath(original / shared.read_text("utf-8").strip())) if shared.is_file() else original
    shutil.copytree(common, own, symlinks=True, ignore=_ignored_in(common))
    if common == original:
        config = own / "config"
        text = config.read_text(encoding="utf-8", errors="surrogateescape") if config.is_file() else ""
        # A submodule's folder names its working tree.
        config.write_text(
            _WORKTREE.sub(lambda match: f"{match[1]} {worktree}", text), encoding="utf-8", errors="surrogateescape"
        )
        return own
    linked = own / "worktrees" / original.name
    shutil.copytree(original, linked, symlinks=True, ignore=_ignored_in(original))
    (linked / "commondir").write_text("../..\n", encoding="ascii")
    return linked


def _ignored_in(top: Path) -> Callable[[str, list[str]], list[str]]:
    return lambda folder, names: [name for name in names if Path(folder) == top and name in _NOT_COPIED]
