"""The scan of a module's files: what it sees, what it reads, and what it leaves out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_gocache.results.seen_files import Texts
from pytest_gocache.run import tree_scan
from pytest_gocache.run.tree_scan import TreeScan


def write(root: Path, *names: str, text: str = "text") -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def test_all_files_but_those_of_version_control(tmp_path: Path) -> None:
    write(tmp_path, "a.go", "lib/testdata/x.txt", "_x/y.h", ".github/ci.yml", ".git/HEAD", "sub/.git/HEAD")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "linked").symlink_to(tmp_path / "lib")
    (tmp_path / "link.txt").symlink_to("a.go")
    os.mkfifo(tmp_path / "pipe")
    tree = TreeScan().read(tmp_path, Texts())
    assert sorted(tree.files) == [".github/ci.yml", "_x/y.h", "a.go", "lib/testdata/x.txt", "link.txt"]
    assert tree.files["a.go"].size == 4


def test_the_same_files_are_the_same_tree(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b.txt")
    scan, texts = TreeScan(), Texts()
    before = scan.read(tmp_path, texts)
    assert scan.read(tmp_path, texts) is before
    write(tmp_path, "a.txt", text="more text")
    now = scan.read(tmp_path, texts)
    assert (before.files["a.txt"].size, now.files["a.txt"].size) == (4, 9)
    assert before.folder == now.folder


def test_texts_get_the_contents_of_small_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_scan, "_MOST_READ", 2)
    scan, texts = TreeScan(), Texts()
    write(tmp_path, "a.txt", "a.go")
    write(tmp_path, "large.txt", text="x" * (256 * 1024 + 1))
    scan.read(tmp_path, texts)
    write(tmp_path, "b.txt")
    scan.read(tmp_path, texts)
    write(tmp_path, "c.txt")  # the limit is reached: what is known stays known
    write(tmp_path, "a.txt", text="more")
    scan.read(tmp_path, texts)
    known = {name: list(texts.of(str(tmp_path / name))) for name in ("a.txt", "b.txt", "c.txt", "a.go", "large.txt")}
    assert known == {"a.txt": [b"text", b"more"], "b.txt": [b"text"], "c.txt": [], "a.go": [], "large.txt": []}


def test_a_new_checkout_in_the_same_place_is_read_again(tmp_path: Path) -> None:
    scan, texts, root = TreeScan(), Texts(), tmp_path / "app"
    write(root, "a.txt")
    times = (1, 1)
    os.utime(root / "a.txt", times)
    before = scan.read(root, texts)
    root.rename(tmp_path / "gone")
    write(root, "a.txt", text="TEXT")
    os.utime(root / "a.txt", times)
    now = scan.read(root, texts)
    assert before.files == now.files
    assert before.folder != now.folder
    assert list(texts.of(str(root / "a.txt"))) == [b"text", b"TEXT"]


def test_a_large_repository_is_scanned_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_scan, "_MOST_FILES", 3)
    write(tmp_path, "a", "b", "c")
    scan, texts = TreeScan(), Texts()
    assert len(scan.read(tmp_path, texts).files) == 3
    write(tmp_path, "d")
    assert scan.read(tmp_path, texts).files == {}
    (tmp_path / "a").unlink()
    assert scan.read(tmp_path, texts).files == {}
