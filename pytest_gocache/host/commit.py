"""The commit of a git working tree."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.host import process

__all__ = ["Commit", "commit_of", "head_of"]

_GIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Commit:
    """What git says of a working tree."""

    commit: str
    """The full hash of HEAD."""
    dirty: bool
    """Whether files differ from it, untracked files included, as in Go's ``vcs.modified``."""


def commit_of(folder: Path, ambient: Mapping[str, str]) -> Commit | None:
    """The commit of the working tree that contains ``folder``; None when git cannot say."""
    head = head_of(folder, ambient)
    status = _git(folder, ambient, "status", "--porcelain") if head else None
    return Commit(head, bool(status)) if head and status is not None else None


def head_of(folder: Path, ambient: Mapping[str, str]) -> str | None:
    """The full hash of HEAD in the working tree that contains ``folder``; None when git cannot say."""
    return _git(folder, ambient, "rev-parse", "--verify", "HEAD")


def _git(folder: Path, ambient: Mapping[str, str], *args: str) -> str | None:
    """What a git command prints; None when it fails. It changes nothing, not even the index."""
    env = {**ambient, "GIT_OPTIONAL_LOCKS": "0"}
    with tempfile.TemporaryDirectory(prefix="pytest-gocache-") as scratch:
        try:
            done = process.run(["git", *args], cwd=folder, env=env, output=Path(scratch), timeout=_GIT_SECONDS)
        except OSError:
            return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None
