"""The repository of a folder: the nearest go.mod or go.work above it, and never above the top of its git repository."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from pytest_gocache.host.find_repository import is_repository, repository_above, searched_folders


@pytest.fixture
def below(tmp_path: Path) -> Path:
    """A folder two levels below ``tmp_path / "top"``."""
    folder = tmp_path / "top" / "service" / "tests"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("name", ["go.mod", "go.work"])
def test_the_nearest_folder_is_the_repository(below: Path, name: str) -> None:
    top = below.parent.parent
    (top / name).write_text("", encoding="ascii")
    assert repository_above(below) == top
    (below.parent / name).write_text("", encoding="ascii")
    assert repository_above(below) == below.parent
    (below / name).write_text("", encoding="ascii")
    assert repository_above(below) == below
    assert is_repository(below)


@pytest.mark.parametrize("worktree", [False, True])
def test_nothing_above_the_top_of_the_git_repository_is_searched(below: Path, *, worktree: bool) -> None:
    (below.parent.parent / "go.mod").write_text("", encoding="ascii")
    git = below.parent / ".git"
    if worktree:
        git.write_text("gitdir: elsewhere\n", encoding="ascii")
    else:
        git.mkdir()
    assert searched_folders(below) == [below, below.parent]
    assert repository_above(below) is None


def test_outside_git_the_home_and_the_temporary_folder_end_the_search(
    below: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = below.parent.parent
    (top / "go.mod").write_text("", encoding="ascii")
    with monkeypatch.context() as patch:
        patch.setenv("HOME", str(top))
        assert searched_folders(below) == [below, below.parent]
        assert repository_above(below) is None
        # The folder itself is always searched, as it always was.
        assert repository_above(top) == top
    monkeypatch.setattr(tempfile, "tempdir", str(below.parent))
    assert searched_folders(below) == [below]
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    monkeypatch.setenv("HOME", "/nowhere")
    assert searched_folders(below) == [folder for folder in [below, *below.parents] if folder != Path("/")]
