"""Copies of sources, and the modification times of a checkout."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from pytest_gocache.errors import UsageError
from pytest_gocache.run.checkout import copy_repository, set_times

MOMENT = 1_700_000_000.0


def write(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name, encoding="utf-8")
    return root


def names_in(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir()}


def test_a_copy_has_sources_and_version_control_data(tmp_path: Path) -> None:
    source = write(
        tmp_path / "source",
        *("go.mod", "lib/lib.go", ".git/HEAD", "lib/.hidden"),
        *("venv/pyvenv.cfg", "venv/x.go", "cache/CACHEDIR.TAG", "lib/__pycache__/x", "node_modules/x/x.go"),
    )
    (source / "link.go").symlink_to("lib/lib.go")
    os.utime(source / "go.mod", (MOMENT, MOMENT))
    copy_repository(source, tmp_path / "copy")
    assert names_in(tmp_path / "copy") == {"go.mod", "lib/lib.go", ".git/HEAD", "lib/.hidden", "link.go"}
    assert (tmp_path / "copy/link.go").is_symlink()
    assert (tmp_path / "copy/go.mod").stat().st_mtime == MOMENT


def test_times_of_a_checkout(tmp_path: Path) -> None:
    root = write(tmp_path / "root", "lib/lib.go", ".git/HEAD")
    git_head = (root / ".git/HEAD").stat().st_mtime
    set_times(root, MOMENT, {}, tmp_path)
    assert {path.stat().st_mtime for path in (root, root / "lib", root / "lib/lib.go")} == {MOMENT}
    assert (root / ".git/HEAD").stat().st_mtime == git_head
    set_times(root, "keep", {}, tmp_path)
    assert (root / "lib/lib.go").stat().st_mtime == MOMENT
    set_times(root, "now", {}, tmp_path)
    # Go distrusts what is younger than two seconds.
    assert 2 < time.time() - (root / "lib/lib.go").stat().st_mtime < 3600


def test_times_of_commits(tmp_path: Path) -> None:
    root = write(tmp_path / "root", "lib/lib.go", "lib/new.go")
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    dates = {"GIT_COMMITTER_DATE": f"{MOMENT:.0f} +0000", "GIT_AUTHOR_DATE": f"{MOMENT:.0f} +0000"}
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for args in (("init", "-q"), ("add", "lib/lib.go"), (*identity, "commit", "-qm", "all")):
        subprocess.run(["git", *args], cwd=root, env={**env, **dates}, check=True, capture_output=True)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    set_times(root, "commit", env, scratch)
    assert (root / "lib/lib.go").stat().st_mtime == MOMENT
    assert (root / "lib/new.go").stat().st_mtime > MOMENT
    assert (root / "lib").stat().st_mtime == (root / "lib/new.go").stat().st_mtime


@pytest.mark.parametrize(
    ("times", "message"), [("later", "mtimes='later': expected 'now'"), ("commit", "git repository")]
)
def test_times_that_cannot_be_set_are_refused(tmp_path: Path, times: str, message: str) -> None:
    root = write(tmp_path / "root", "lib.go")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CEILING_DIRECTORIES": str(tmp_path)}
    with pytest.raises(UsageError, match=message):
        set_times(root, times, env, scratch)  # type: ignore[arg-type]
