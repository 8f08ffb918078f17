"""copy_git_links: git says in a copy what it says in the original, and never writes to the original."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_gocache.run.checkout import copy_repository
from pytest_gocache.run.git_links import copy_git_links

ENV = {
    "PATH": os.environ["PATH"],
    "HOME": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": "nobody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}
QUESTIONS = (
    "rev-parse HEAD",
    "describe --tags --always --dirty",
    "status --porcelain --branch",
    "log --oneline --decorate",
    "ls-files",
    "rev-parse --show-prefix",
)


def git(folder: Path, *args: str, fails: bool = False) -> str:
    done = subprocess.run(["git", *args], cwd=folder, env=ENV, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) == fails, done.stderr
    return done.stdout


def answers(folder: Path) -> dict[str, str]:
    return {question: git(folder, *question.split()) for question in QUESTIONS}


def repository(root: Path, text: str = "one") -> Path:
    root.mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    (root / "go.mod").write_text("module example.com/app\n", encoding="ascii")
    (root / "a.txt").write_text(text, encoding="ascii")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", text)
    git(root, "tag", f"v-{text}")
    return root


def linked_worktree(tmp: Path) -> tuple[Path, list[str]]:
    """A repository's second working tree, on a branch of its own, with a change."""
    main = repository(tmp / "main")
    git(main, "worktree", "add", "-q", "-b", "feature", "../feature")
    (tmp / "feature" / "b.txt").write_text("new", encoding="ascii")
    git(tmp / "feature", "add", ".")
    git(tmp / "feature", "commit", "-q", "-m", "feature")
    (tmp / "feature" / "a.txt").write_text("changed", encoding="ascii")
    return tmp / "feature", ["."]


def worktree_of_a_bare_repository(tmp: Path) -> tuple[Path, list[str]]:
    git(tmp, "clone", "-q", "--bare", str(repository(tmp / "main")), "bare.git")
    git(tmp / "bare.git", "worktree", "add", "-q", "../tree", "main")
    return tmp / "tree", ["."]


def submodule(tmp: Path) -> tuple[Path, list[str]]:
    """The submodule alone is copied."""
    return with_submodule(tmp)[0] / "sub", ["."]


def with_submodule(tmp: Path) -> tuple[Path, list[str]]:
    other, main = repository(tmp / "other", "other"), repository(tmp / "main")
    git(main, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "sub")
    git(main, "commit", "-q", "-m", "submodule")
    return main, [".", "sub"]


def with_worktree_inside(tmp: Path) -> tuple[Path, list[str]]:
    main = repository(tmp / "main")
    git(main, "worktree", "add", "-q", "-b", "inner", "inner")
    (main / "inner" / "b.txt").write_text("new", encoding="ascii")
    git(main / "inner", "add", ".")
    git(main / "inner", "commit", "-q", "-m", "inner")
    return main, [".", "inner"]


def worktree_with_submodule(tmp: Path) -> tuple[Path, list[str]]:
    main, _ = with_submodule(tmp)
    git(main, "worktree", "add", "-q", "-b", "feature", "../feature")
    git(tmp / "feature", "-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init")
    return tmp / "feature", [".", "sub"]


def with_symbolic_link(tmp: Path) -> tuple[Path, list[str]]:
    main = repository(tmp / "main")
    (main / ".git").rename(tmp / "elsewhere.git")
    (main / ".git").symlink_to(tmp / "elsewhere.git")
    return main, ["."]


def with_relative_symbolic_link(tmp: Path) -> tuple[Path, list[str]]:
    main, folders = with_symbolic_link(tmp)
    (main / ".git").unlink()
    (main / ".git").symlink_to("../elsewhere.git")
    return main, folders


def with_symbolic_links_inside(tmp: Path) -> tuple[Path, list[str]]:
    """What ``git new-workdir`` and Android's ``repo`` make."""
    main = repository(tmp / "main")
    for name in ("objects", "refs", "config"):
        (main / ".git" / name).rename(tmp / name)
        (main / ".git" / name).symlink_to(f"../../{name}")
    return main, ["."]


def with_borrowed_objects(tmp: Path) -> tuple[Path, list[str]]:
    """Objects of a repository that has objects of a third one, the last by a relative path."""
    repository(tmp / "lender")
    git(tmp, "clone", "-q", "--shared", "lender", "middle")
    git(tmp, "clone", "-q", "--shared", "middle", "main")
    (tmp / "middle/.git/objects/info/alternates").write_text("../../../lender/.git/objects\n", encoding="ascii")
    return tmp / "main", ["."]


def worktree_with_borrowed_objects(tmp: Path) -> tuple[Path, list[str]]:
    main, _ = with_borrowed_objects(tmp)
    git(main, "worktree", "add", "-q", "-b", "feature", "../feature")
    return tmp / "feature", ["."]


SHAPES = (
    with_symbolic_link,
    with_relative_symbolic_link,
    with_symbolic_links_inside,
    with_borrowed_objects,
    worktree_with_borrowed_objects,
    linked_worktree,
    worktree_of_a_bare_repository,
    submodule,
    with_submodule,
    with_worktree_inside,
    worktree_with_submodule,
)
Shape = Callable[[Path], tuple[Path, list[str]]]


def everything(root: Path) -> dict[str, tuple[float, bytes]]:
    """All files of the originals, with their times."""
    files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    return {str(path.relative_to(root)): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


@pytest.mark.parametrize("shape", SHAPES)
def test_git_says_the_same_in_a_copy_and_in_a_copy_of_it(tmp_path: Path, shape: Shape) -> None:
    (tmp_path / "originals").mkdir()
    source, folders = shape(tmp_path / "originals")
    said = {folder: answers(source / folder) for folder in folders}

    copy_repository(source, tmp_path / "copies" / "one")
    copy_repository(tmp_path / "copies" / "one", tmp_path / "copies" / "two" / "app")

    for copy in (tmp_path / "copies" / "one", tmp_path / "copies" / "two" / "app"):
        assert {folder: answers(copy / folder) for folder in folders} == said
        for folder in folders:
            assert Path(git(copy / folder, "rev-parse", "--show-toplevel").strip()) == (copy / folder).resolve()
            own = Path(git(copy / folder, "rev-parse", "--absolute-git-dir").strip())
            assert own.is_relative_to((tmp_path / "copies").resolve())


@pytest.mark.parametrize("shape", SHAPES)
def test_the_original_never_changes(tmp_path: Path, shape: Shape) -> None:
    (tmp_path / "originals").mkdir()
    source, folders = shape(tmp_path / "originals")
    for folder in folders:
        git(source / folder, "status")
    before = everything(tmp_path / "originals")
    copy = tmp_path / "copies" / "one"

    copy_repository(source, copy)
    for folder in folders:
        (copy / folder / "more.txt").write_text("more", encoding="ascii")
        git(copy / folder, "add", ".")
        git(copy / folder, "commit", "-q", "-m", "in the copy")
        git(copy / folder, "tag", "-f", "in-the-copy")
        git(copy / folder, "gc", "--quiet", "--prune=now")
        git(copy / folder, "worktree", "prune")

    assert everything(tmp_path / "originals") == before
    assert "in the copy" in git(copy, "log", "--oneline")


def test_a_git_file_that_leads_nowhere_is_copied_as_it_is(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (source / ".git").write_text("gitdir: ../nowhere\n", encoding="ascii")
    (source / "sub" / ".git").write_text("no link at all", encoding="ascii")
    copy_repository(source, tmp_path / "copy")
    assert (tmp_path / "copy" / ".git").read_text("ascii") == "gitdir: ../nowhere\n"
    assert (tmp_path / "copy" / "sub" / ".git").read_text("ascii") == "no link at all"
    git(tmp_path / "copy", "status", fails=True)


def test_a_folder_that_is_not_in_the_copy_gets_no_link(tmp_path: Path) -> None:
    source, _ = linked_worktree(tmp_path)
    copy_git_links(source.parent, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
