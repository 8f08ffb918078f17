"""Module caches are read-only: neither the library's clean-up nor pytest's own may stumble over them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import SECONDS

UNPRIVILEGED: tuple[list[str], ...] = (
    [],
    # Root that has to obey the permissions of its own files.
    ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"],
    ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"],
)
"""Ways to run a program so that read-only means something, the plainest first."""

PROBE = """
import os, sys, tempfile
import pytest, pytest_gocache, xdist
with tempfile.TemporaryDirectory() as folder:
    os.mkdir(folder + "/sealed", 0o500)
    try:
        os.mkdir(folder + "/sealed/inner")
    except PermissionError:
        sys.exit(0)
sys.exit("privileged")
"""

TESTS = """
import pytest

@pytest.mark.gocache(warm=False)
@pytest.mark.parametrize("good", [True, False])
def test_read_only(gomodcache, go_module, good):
    module = gomodcache.path / "example.com" / "dep@v1.0.0"
    deep = module / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "dep.go").write_text("package b\\n")
    (deep / "dep.go").chmod(0o444)
    for folder in (deep, deep.parent, module, module.parent, gomodcache.path):
        folder.chmod(0o555)
    assert good
"""

INI = "[pytest]\nfilterwarnings = error\ntmp_path_retention_count = 1\n"


def _run(folder: Path, prefix: Sequence[str], *args: str) -> str:
    """Run pytest as `pytester` would, but after ``prefix``, and with pytest's own choice of a base folder."""
    done = subprocess.run(
        [
            *prefix,
            sys.executable,
            "-B",
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            f"--gocache-dir={folder / 'store'}",
            *args,
        ],
        cwd=folder / "project",
        env={
            **os.environ,
            "PYTEST_DEBUG_TEMPROOT": str(folder / "tmp"),
            "TMPDIR": str(folder / "tmp"),
            "HOME": str(folder),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    output = done.stdout + done.stderr
    assert "arning" not in output, output
    return output


@pytest.fixture
def folder() -> Iterator[Path]:
    """A project, and a temporary folder, that every user may use: pytest's own are this user's alone."""
    folder = Path(tempfile.mkdtemp(prefix="read-only-"))
    folder.chmod(0o777)
    for name in ("project", "tmp", "store"):
        (folder / name).mkdir()
        (folder / name).chmod(0o777)
    (folder / "project" / "test_it.py").write_text(TESTS, encoding="utf-8")
    (folder / "project" / "pytest.ini").write_text(INI, encoding="utf-8")
    yield folder
    for parent, _, _ in os.walk(folder):
        Path(parent).chmod(0o700)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def unprivileged() -> Sequence[str]:
    """What to put before a command so that read-only files stop it."""
    for prefix in UNPRIVILEGED:
        if prefix and shutil.which(prefix[0]) is None:
            continue
        done = subprocess.run([*prefix, sys.executable, "-c", PROBE], capture_output=True, check=False, cwd="/")
        if done.returncode == 0:
            return prefix
    pytest.skip("nothing here runs Python without root's right to write everywhere")


def _folders(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*-go0"))


@pytest.mark.parametrize("keep", ["none", "failed", "all"])
def test_a_user_without_privileges_runs_again_and_again_into_one_basetemp(
    folder: Path, unprivileged: Sequence[str], keep: str
) -> None:
    base = folder / "tmp" / "base"
    left = {"none": 0, "failed": 1, "all": 2}[keep]
    for _ in range(2):
        output = _run(folder, unprivileged, f"--basetemp={base}", f"--gocache-keep={keep}")
        assert "1 failed, 1 passed" in output, output
        assert len(_folders(base)) == left


def test_a_user_without_privileges_leaves_no_old_folders_to_pytest(folder: Path, unprivileged: Sequence[str]) -> None:
    root = folder / "tmp"
    for number in range(3):
        output = _run(folder, unprivileged)
        assert "1 failed, 1 passed" in output, output
        sessions = sorted(path.name for path in root.glob("pytest-of-*/pytest-*[0-9]"))
        # One session's folders are retained: pytest has deleted those before, which it tries once, and says nothing.
        assert sessions == [f"pytest-{number}"]
    assert not list(root.glob("pytest-of-*/garbage-*"))


def test_this_user_too_runs_again_and_again(folder: Path) -> None:
    for args in (
        (),
        (f"--basetemp={folder / 'tmp' / 'base'}",),
        (f"--basetemp={folder / 'tmp' / 'base'}", "-n", "2"),
        (),
    ):
        output = _run(folder, (), *args)
        assert "1 failed, 1 passed" in output, output


def test_read_only_folders_that_a_test_makes_elsewhere_are_deleted_with_its_folder(
    folder: Path, unprivileged: Sequence[str]
) -> None:
    (folder / "project" / "test_it.py").write_text(
        """
import pytest

@pytest.mark.gocache(warm=False)
def test_elsewhere(go_module):
    sealed = go_module.path / "vendored" / "sealed"
    sealed.mkdir(parents=True)
    (sealed / "file").write_text("x")
    sealed.chmod(0o500)
    sealed.parent.chmod(0o500)
""",
        encoding="utf-8",
    )
    for _ in range(2):
        output = _run(folder, unprivileged, f"--basetemp={folder / 'tmp' / 'base'}")
        assert "1 passed" in output, output
        assert _folders(folder / "tmp" / "base") == []
