"""The commit of a working tree, and when there is none."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from pytest_gocache.host.commit import Commit, commit_of, head_of

AMBIENT = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def git(folder: Path, *args: str) -> str:
    named = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    done = subprocess.run(["git", *named, *args], cwd=folder, env=AMBIENT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_a_commit_and_changes_after_it(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert commit_of(tmp_path, AMBIENT) is None
    (tmp_path / "go.mod").write_text("module m\n", encoding="utf-8")
    git(tmp_path, "add", "go.mod")
    git(tmp_path, "commit", "-q", "-m", "first")
    head = git(tmp_path, "rev-parse", "HEAD")
    assert commit_of(tmp_path, AMBIENT) == Commit(head, dirty=False)
    (tmp_path / "new.go").write_text("package m\n", encoding="utf-8")
    assert commit_of(tmp_path, AMBIENT) == Commit(head, dirty=True)
    assert head_of(tmp_path, AMBIENT) == head


def test_no_repository_and_no_git(tmp_path: Path) -> None:
    assert commit_of(tmp_path, {**AMBIENT, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}) is None
    assert commit_of(tmp_path / "missing", AMBIENT) is None
    assert head_of(tmp_path / "missing", AMBIENT) is None
