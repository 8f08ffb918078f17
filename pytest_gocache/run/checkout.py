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
from pytest_gocache.run.git_links import copy_git_links

__all__ = ["Times", "check_out", "commit_of", "copy_repository", "set_times"]

Times = Literal["now", "keep", "commit"] | float
"""The modification times of the files in a checkout: see `set_times`."""

_CHECKOUT_AGE = 10.0  # seconds
_GIT_SECONDS = 120.0


def copy_repository(source: Path, target: Path) -> None:
    """Copy a repository, version-control data and modification times included, to a folder that does not exist.

    The copy leaves out caches with a ``CACHEDIR.TAG``, virtual environments (``pyvenv.cfg``), ``__pycache__``,
    ``node_modules``, and special files such as sockets. The git folder of a linked worktree or a submodule is copied
    too: git commands in the copy never write to the original.
    """

    def leave_out(folder: str, names: list[str]) -> set[str]:
        return {name for name in names if _is_not_source(Path(folder) / name)}

    shutil.copytree(source, target, symlinks=True, ignore=leave_out)
    copy_git_links(source, target)


def _is_not_source(path: Path) -> bool:
    if path.is_symlink():
        return False
    if path.is_dir():
        if path.name in ("__pycache__", "node_modules"):
            return True
        return (path / "CACHEDIR.TAG").is_file() or (path / "pyvenv.cfg").is_file()
    return not path.is_file() or path.name == ".git"


def commit_of(root: Path, revision: str, git_env: dict[str, str], scratch: Path) -> str:
    """The commit that ``revision`` (``HEAD~2``, a tag) names in the repository in ``root``. Raises `UsageError`."""
    return _git(root, git_env, scratch, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").strip()


def check_out(root: Path, commit: str, git_env: dict[str, str], scratch: Path) -> None:
    """Check out a commit in ``root``, and drop changes that are in no commit. Raises `UsageError`."""
    _git(root, git_env, scratch, "checkout", "--quiet", "--force", "--detach", commit, "--")


def _git(root: Path, env: dict[str, str], scratch: Path, *arguments: str) -> str:
    done = process.run(["git", *arguments], cwd=root, env=env, output=scratch, timeout=_GIT_SECONDS)
    if done.returncode != 0:
        raise UsageError(f"git {arguments[0]} fails in {root}: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout.decode("utf-8", "surrogateescape")


def set_times(root: Path, times: Times, git_env: dict[str, str], scratch: Path) -> None:
    """Set the modification times of the files and folders in ``root``. Raises `UsageError`.

    - ``"now"``: ten seconds ago, since the first go command of a CI job starts some seconds after the checkout. Go does
      not cache a test result that depends on a file younger than two seconds.
    - ``"commit"``: the time of the last commit that changed the file, as with ``git restore-mtime``. A folder gets the
      latest time of its files. Files that are in no commit get the time of ``"now"``.
    - ``"keep"``: unchanged.
    - A number: epoch seconds, for all.

    Folders matter too: a test that lists a folder depends on its time.
    """
    if times == "keep":
        return
    if not isinstance(times, (int, float)) and times not in ("now", "commit"):
        raise UsageError(f"mtimes={times!r}: expected 'now', 'keep', 'commit' or epoch seconds")
    moment = float(times) if isinstance(times, (int, float)) else time.time() - _CHECKOUT_AGE
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
    """Each file of the repository in ``root``, with the time of the last commit that changed it."""
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
        raise UsageError(f"mtimes='commit' needs a git repository: {done.stderr.decode('utf-8', 'replace').strip()}")
    seen = set()
    for commit in done.stdout.decode("utf-8", "surrogateescape").split("\0")[1:]:
        moment, *names = commit.splitlines()
        for name in filter(None, names):
            if name not in seen:
                seen.add(name)
                yield name, float(moment)
