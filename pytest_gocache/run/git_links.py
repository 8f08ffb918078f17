"""The git folders that are outside of a working tree: a copy of the sources gets git folders of its own for them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

__all__ = ["copy_git_links"]

_LINK = re.compile(r"gitdir: (.+?)\s*")
_WORKTREE = re.compile(r"^([ \t]*worktree[ \t]*=).*$", re.MULTILINE | re.IGNORECASE)
# Of a git folder: what belongs to other working trees, or runs programs. To read objects where they are would not do:
# git sets the time of an object that it would write again.
_NOT_COPIED = ("worktrees", "modules", "hooks", "logs")


def copy_git_links(source: Path, target: Path) -> None:
    """Make git say in ``target``, a copy of the folder ``source``, what it says in ``source``.

    A ``.git`` file or symbolic link names a git folder. One inside of ``source`` is in the copy as well. One outside is
    copied to a folder beside ``target``. So are the parts of a git folder that are elsewhere. Git commands in the copy
    never write to the original.
    """
    for folder in _with_git(source):
        copy = target / folder.relative_to(source)
        if not copy.is_dir():
            continue
        given, link = folder / ".git", copy / ".git"
        original = _git_folder(given)
        if given.is_dir() and not given.is_symlink():
            _complete(given, link)
        elif original is None:
            # Git refuses this in the copy, as it does in the original. Nothing may write through a symbolic link.
            link.unlink(missing_ok=True)
            shutil.copy2(given, link, follow_symlinks=False)
        else:
            _link(link, original, source, target, symbolic=given.is_dir())


def _git_folder(given: Path) -> Path | None:
    """The folder that a ``.git`` names; None when it leads nowhere."""
    if given.is_dir():
        return Path(os.path.realpath(given))
    if not given.is_file():
        return None
    link = _LINK.fullmatch(given.read_text(encoding="utf-8", errors="surrogateescape"))
    original = Path(os.path.normpath(given.parent / link[1])) if link else None
    return original if original is not None and original.is_dir() else None


def _link(link: Path, original: Path, source: Path, target: Path, *, symbolic: bool) -> None:
    """Make ``link``, the ``.git`` of a copied folder, lead to a copy of the git folder ``original``."""
    top = source if original.is_relative_to(source) else Path(os.path.realpath(source))
    inside = original.is_relative_to(top)
    own = target / original.relative_to(top) if inside else _copy_folder(original, target, link.parent)
    path = os.path.relpath(own, link.parent) if inside else own
    link.unlink(missing_ok=True)
    if symbolic:
        link.symlink_to(path)
    else:
        link.write_text(f"gitdir: {path}\n", encoding="utf-8", errors="surrogateescape")
    if (own / "gitdir").is_file():  # a linked worktree: the way back
        (own / "gitdir").write_text(f"{link}\n", encoding="utf-8", errors="surrogateescape")


def _with_git(source: Path) -> Iterator[Path]:
    """The folders with a ``.git``."""
    for parent, folders, files in os.walk(source):
        if ".git" in folders:
            folders.remove(".git")
            yield Path(parent)
        elif ".git" in files:
            yield Path(parent)


def _complete(original: Path, own: Path) -> None:
    """Copy what a git folder has elsewhere into its copy ``own``: links in it, and objects of other repositories."""
    for folder in (original, original / "logs"):
        for path in folder.iterdir() if folder.is_dir() else ():
            copy = own / path.relative_to(original)
            if path.is_symlink() and path.name != "HEAD" and path.exists() and copy.is_symlink():
                copy.unlink()
                (shutil.copytree if path.is_dir() else shutil.copy2)(path, copy)
    _copy_borrowed(original, own)


def _copy_borrowed(original: Path, own: Path) -> None:
    """Copy the objects of other repositories that a git folder uses into its copy ``own``."""
    waiting, seen = [original / "objects"], set[Path]()
    while waiting:
        objects = waiting.pop()
        named = objects / "info" / "alternates"
        lines = named.read_text("utf-8", "surrogateescape").splitlines() if named.is_file() else []
        for other in (Path(os.path.normpath(objects / line)) for line in lines if not line.startswith("#")):
            if other not in seen and other.is_dir():
                seen.add(other)
                waiting.append(other)
                ignored = _ignored_in(other, ("info",))
                shutil.copytree(other, own / "objects", ignore=ignored, copy_function=_copy_new, dirs_exist_ok=True)
    if seen:
        (own / "objects" / "info" / "alternates").unlink()


def _copy_new(source: str, target: str) -> None:
    """Copy an object that is not there: objects never change, and are read-only."""
    if not os.path.lexists(target):
        shutil.copy2(source, target)


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
    _complete(common, own)
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


def _ignored_in(top: Path, ignored: Collection[str] = _NOT_COPIED) -> Callable[[str, list[str]], list[str]]:
    return lambda folder, names: [name for name in names if Path(folder) == top and name in ignored]
