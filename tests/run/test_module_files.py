"""Files of a GoModule: symbolic links, and names that no file can have."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pytest_gocache.errors import ModuleFileError
from pytest_gocache.results.seen_files import Texts
from pytest_gocache.run.go_module import GoModule
from pytest_gocache.run.module_files import entry
from pytest_gocache.run.observer import Observer


@pytest.fixture
def module(tmp_path: Path) -> GoModule:
    """A module without go commands."""
    machine = SimpleNamespace(refuse_if_replaced=lambda _: None)
    observer = SimpleNamespace(machine=machine, steps=SimpleNamespace(texts=Texts(), taken=0))
    (tmp_path / "app").mkdir()
    return GoModule(tmp_path / "app", cast(Observer, observer))


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file outside the module, which nothing may change."""
    file = tmp_path / "outside.txt"
    file.write_text("outside", encoding="utf-8")
    return file


def test_the_folders_of_an_entry_are_resolved_and_the_entry_is_not(module: GoModule) -> None:
    (module.path / "folder").mkdir()
    for link, target in {"link": "folder", "folder/x": "../link"}.items():
        (module.path / link).symlink_to(target)
    assert entry(module.path, "write", "link/x") == module.path / "folder" / "x"
    assert entry(module.path, "write", "folder/x/") == module.path / "folder" / "x"
    assert entry(module.path, "write", "folder/x/.") == module.path / "folder"
    assert entry(module.path, "write", "folder/x/..") == module.path


@pytest.mark.parametrize("target", ["real.txt", "folder", "../outside.txt", "nowhere"])
def test_a_symbolic_link_is_removed_as_a_link(module: GoModule, outside: Path, target: str) -> None:
    module.write({"real.txt": "real", "folder/x.txt": "x"})
    link = module.path / "link"
    link.symlink_to(target)
    module.remove("link")
    assert not link.is_symlink()
    assert module.read("real.txt") == "real"
    assert module.read("folder/x.txt") == "x"
    assert outside.read_text(encoding="utf-8") == "outside"


@pytest.mark.parametrize("target", ["real.txt", "../outside.txt", "nowhere"])
def test_a_write_replaces_a_symbolic_link(module: GoModule, outside: Path, target: str) -> None:
    module.write("real.txt", "real")
    link = module.path / "link"
    link.symlink_to(target)
    module.write("link", "new")
    assert not link.is_symlink()
    assert module.read("link") == "new"
    assert module.read("real.txt") == "real"
    assert outside.read_text(encoding="utf-8") == "outside"
    assert not (module.path / "nowhere").exists()


def test_edit_and_append_read_a_symbolic_link_and_replace_it(module: GoModule) -> None:
    module.write("real.txt", "one\n")
    for name in ("edited", "appended"):
        (module.path / name).symlink_to("real.txt")
    module.edit("edited", "one", "two")
    module.append("appended", "two\n")
    assert [module.read(name) for name in ("real.txt", "edited", "appended")] == ["one\n", "two\n", "one\ntwo\n"]


def test_files_in_a_linked_folder_of_the_module_are_used(module: GoModule) -> None:
    module.write("folder/x.txt", "x")
    (module.path / "link").symlink_to("folder")
    module.write("link/x.txt", "y")
    module.remove("link/x.txt")
    assert list((module.path / "folder").iterdir()) == []
    module.write("link/../z.txt", "z")
    assert (module.path / "z.txt").is_file()


@pytest.mark.parametrize("verb", ["read", "touch", "edit", "append"])
def test_what_a_link_names_outside_the_module_is_refused(module: GoModule, outside: Path, verb: str) -> None:
    (module.path / "link").symlink_to(outside)
    with pytest.raises(ModuleFileError, match=f"go_module.{verb}: 'link' is outside the module"):
        calls(module)[verb]("link")
    assert outside.read_text(encoding="utf-8") == "outside"


def calls(module: GoModule) -> dict[str, Callable[[str], Any]]:
    """Every method that takes a path, by its name."""
    return {
        "write": lambda path: module.write(path, "x"),
        "read": module.read,
        "edit": lambda path: module.edit(path, "x", "y"),
        "append": lambda path: module.append(path, "x"),
        "touch": module.touch,
        "remove": module.remove,
        "load": lambda path: module.load(f"-- {path} --\nx\n"),
    }


LONG = "x" * 300


@pytest.mark.parametrize("verb", ["write", "read", "edit", "append", "touch", "remove", "load"])
@pytest.mark.parametrize(
    "path",
    ["a\0b", ".", "..", "/", "a/..", "file/x", "file/x/y", LONG, f"{LONG}/x", "loop", "loop/x", "pipe", "folder"],
)
def test_a_path_that_cannot_be_used_is_named(module: GoModule, verb: str, path: str) -> None:
    module.write({"file": "text", "folder/y": ""})
    (module.path / "loop").symlink_to("loop")
    os.mkfifo(module.path / "pipe")
    if verb in ("write", "load") and path == "loop":
        calls(module)[verb](path)  # the link is replaced
        assert module.read("loop").strip() == "x"
    elif verb == "remove" and path in ("loop", "pipe", "folder"):
        module.remove(path)
        assert not (module.path / path).is_symlink()
        assert not (module.path / path).exists()
    else:
        with pytest.raises(ModuleFileError, match=rf"^go_module\.{verb}: ") as raised:
            calls(module)[verb](path)
        named = repr(path) in str(raised.value) or "root cannot be removed" in str(raised.value)
        assert named
        assert module.read("file") == "text"


def test_each_obstacle_has_its_own_words(module: GoModule) -> None:
    module.write({"a": "", "folder/b": ""})
    for path, words in {
        "a\0b": "has a NUL, which no file name can have",
        ".": "is a folder, not a file",
        "folder": "is a folder, not a file",
        "a/b/c": "'a/b/c' needs the folder 'a', which is a file",
        LONG: "cannot be used as a file: File name too long",
    }.items():
        with pytest.raises(ModuleFileError, match=words):
            module.write(path, "x")
    with pytest.raises(ModuleFileError, match="touch: 'folder' is a folder, not a file"):
        module.touch("folder")


@pytest.mark.parametrize("names", [("new", "new/x"), ("new/x", "new"), ("ok", "a/b"), ("ok", "folder"), ("ok", LONG)])
def test_files_that_exclude_one_another_leave_nothing_half_written(module: GoModule, names: tuple[str, ...]) -> None:
    module.write({"a": "", "folder/x": ""})
    with pytest.raises(ModuleFileError):
        module.write(dict.fromkeys(names, "x"))
    assert sorted(p.name for p in module.path.iterdir()) == ["a", "folder"]


def test_contents_that_are_no_text_are_named(module: GoModule) -> None:
    module.write("binary", b"\x00\xff")
    for verb in ("read", "edit", "append"):
        with pytest.raises(ModuleFileError, match=rf"go_module.{verb}: 'binary' is not UTF-8 text \(byte 1 is 0xff\)"):
            calls(module)[verb]("binary")
    with pytest.raises(ModuleFileError, match=r"write: the text of 'a' has '\\udcff', which UTF-8 cannot encode"):
        module.write("a", "\udcff")
    with pytest.raises(ModuleFileError, match="the content of 'a' is int, and must be str or bytes"):
        module.write({"a": 5})  # type: ignore[dict-item]
    with pytest.raises(ModuleFileError, match="the path 5 is not a string"):
        module.read(5)  # type: ignore[arg-type]


@pytest.mark.parametrize("mtime", [float("nan"), float("inf"), 1e300, "now"])
def test_a_time_that_no_file_can_have_is_named(module: GoModule, mtime: Any) -> None:
    module.write("a", "")
    with pytest.raises(ModuleFileError, match="go_module.touch: mtime=.* is not a time in epoch seconds"):
        module.touch("a", mtime)


def test_the_folders_of_a_path_are_resolved_and_its_last_element_is_not(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    (root / "real").mkdir()
    (root / "alias").symlink_to("real")
    (root / "real" / "link").symlink_to("nowhere")
    assert entry(root, "remove", "alias/link") == root / "real" / "link"
    assert entry(root, "remove", "alias") == root / "alias"
