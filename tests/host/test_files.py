"""remove_tree: read-only trees, links, and what is not there."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_gocache.host.files import remove_tree
from tests.read_only import read_only_tree


def test_a_read_only_tree_is_removed(tmp_path: Path) -> None:
    tree = read_only_tree(tmp_path)
    remove_tree(tree)
    assert not tree.exists()


def test_a_named_pipe_is_removed_without_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    remove_tree(tmp_path / "pipe")
    assert list(tmp_path.iterdir()) == []


AS_NOBODY = """
import os, shutil, sys, tempfile
from pathlib import Path
sys.path[:0] = sys.argv[1:]
from pytest_gocache.host.files import remove_tree
from pytest_gocache.caches.module_cache import ModuleCache
from tests.read_only import read_only_tree
os.setgid(65534)
os.setuid(65534)
base = Path(tempfile.mkdtemp())
tree = read_only_tree(base)
try:
    shutil.rmtree(tree)
except PermissionError:
    pass
else:
    sys.exit("this user may delete from read-only folders")
cache = ModuleCache(tree)
cache.clone(base / "clone")
cache.restore(base / "clone")
cache.clear()
assert list(tree.iterdir()) == []
remove_tree(base / "clone")
tree.rmdir()
base.rmdir()
"""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become someone else")
def test_a_read_only_tree_is_removed_by_a_user_whom_it_stops(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(Path(__file__).parents[2])],
        env={**os.environ, "TMPDIR": tempfile_root()},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "Operation not permitted" in done.stderr and "setgid" in done.stderr:
        pytest.skip("this root may not become someone else")
    assert done.returncode == 0, done.stderr


def tempfile_root() -> str:
    """A folder in which every user may make folders: what a private TMPDIR of root's is not."""
    for folder in ("/tmp", "/var/tmp"):  # noqa: S108 - shared is what is wanted
        if Path(folder).is_dir() and Path(folder).stat().st_mode & stat.S_IWOTH:
            return folder
    pytest.skip("there is no folder that every user may write to")


def test_removing_takes_files_links_and_nothing(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    remove_tree(tmp_path / "link")
    assert (tmp_path / "real" / "x").exists()
    remove_tree(tmp_path / "real" / "x")
    assert not (tmp_path / "real" / "x").exists()
    remove_tree(tmp_path / "nothing")
