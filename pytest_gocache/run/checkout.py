"""Copies of sources: of the repository under test, and of a module for another machine."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pytest_gocache.errors import UsageError
from pytest_gocache.host import process

__all__ = ["Times", "copy_repository", "set_times"]

Times = Literal["now", "keep", "commit"] | float
"""What modification times the files of a checkout have."""

_MOMENTS_AGO = 10.0  # seconds
_GIT_SECONDS = 120.0


def copy_repository(source: Path, target: Path) -> None:
    """Copy a repository with its version-control data, modification times kept, to a folder that does not exist.

    Left out: caches that declare themselves (``CACHEDIR.TAG``), virtual environments (``pyvenv.cfg``), ``__pycache__``
    and ``node_modules``, and sockets and the like. A ``.git`` that is a file (a linked worktree, a submodule) is left
    out too: git commands in the copy would write to the original.
    """

    def leave_out(folder: str, names: list[str]) -> set[str]:
        return {name for name in names if _is_not_source(Path(folder) / name)}

    shutil.copytree(source, target, symlinks=True, ignore=leave_out)


def _is_not_source(path: Path) -> bool:
    if path.is_symlink():
        return False
    if path.is_dir():
        if path.name in ("__pycache__", "node_modules"):
            return True
        return (path / "CACHEDIR.TAG").is_file() or (path / "pyvenv.cfg").is_file()
    return not path.is_file() or path.name == ".git"


def set_times(root: Path, times: Times, git_env: dict[str, str], scratch: Path) -> None:
    """Give the files and folders below ``root`` the modification times of a checkout.

    ``now``: some moments ago, for a job takes longer than that from its checkout to its first go command (Go distrusts
    what is younger than two seconds). ``commit``: that of the last commit which changed the file, as ``git
    restore-mtime`` does, for a folder the latest of its files; what is in no commit is as with ``now``. A number: epoch
    seconds, for all. Folders count, since Go goes by their times where a test lists one. Raises `UsageError`.
    """
    if times == "keep":
        return
    if not isinstance(times, (int, float)) and times not in ("now", "commit"):
        raise UsageError(f"mtimes={times!r} is none of 'now', 'keep', 'commit' and a number of epoch seconds")
    moment = float(times) if isinstance(times, (int, float)) else time.time() - _MOMENTS_AGO
    committed = dict(_commit_times(root, git_env, scratch)) if times == "commit" else {}
    for parent, folders, files in os.walk(root):
        if ".git" in folders:
            folders.remove(".git")
        latest = 0.0
        for name in files:
            file = Path(parent) / name
            when = committed.get(file.relative_to(root).as_posix(), moment)
            os.utime(file, (when, when), follow_symlinks=False)
            latest = max(latest, when)
        os.utime(parent, (latest or moment,) * 2)


def _commit_times(root: Path, env: dict[str, str], scratch: Path) -> Iterator[tuple[str, float]]:
    """Each file of the repository at ``root``, with the time of the last commit that changed it."""
    command = [
        "git",
        "-c",
        "core.quotePath=false",
        "log",
        "--format=%x00%ct",
        "--name-only",
        "--relative",
        "--no-renames",
    ]
    done = process.run(command, cwd=root, env=env, output=scratch, timeout=_GIT_SECONDS)
    if done.returncode != 0:
        raise UsageError(f"mtimes='commit' takes a git repository: {done.stderr.decode('utf-8', 'replace').strip()}")
    seen = set()
    for commit in done.stdout.decode("utf-8", "surrogateescape").split("\0")[1:]:
        moment, *names = commit.splitlines()
        for name in filter(None, names):
            if name not in seen:
                seen.add(name)
                yield name, float(moment)
