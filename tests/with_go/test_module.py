"""The files of a module: what each verb does, and what it refuses."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pytest_gocache import GoModule, GoToolchain, ModuleFileError, UsageError


def test_a_new_module(go_module: GoModule, go_toolchain: GoToolchain) -> None:
    assert go_module.read("go.mod") == f"module example.com/app\n\ngo {go_toolchain.version.language}\n"
    assert go_module.module_path == "example.com/app"
    assert [p.name for p in go_module.path.iterdir()] == ["go.mod"]


def test_write_one_several_and_bytes(go_module: GoModule) -> None:
    go_module.write("a/b/c.txt", "one\n")
    go_module.write({"a/d.txt": "two", "e.bin": b"\x00\xff"})
    go_module.write("a/d.txt", "three")

    assert go_module.read("a/b/c.txt") == "one\n"
    assert go_module.read("a/d.txt") == "three"
    assert (go_module.path / "e.bin").read_bytes() == b"\x00\xff"


def test_load_takes_txtar_with_the_indentation_of_the_test(go_module: GoModule) -> None:
    go_module.load("""
        a comment
        -- lib/lib.go --
        package lib

        func F() {
            println()
        }
        -- empty.txt --
    """)

    assert go_module.read("lib/lib.go") == "package lib\n\nfunc F() {\n    println()\n}\n"
    assert go_module.read("empty.txt") == ""


def test_load_without_a_file_is_refused(go_module: GoModule) -> None:
    with pytest.raises(ModuleFileError, match="the text has no file; in txtar, a file starts with a line `-- name --`"):
        go_module.load("package lib\n")


def test_edit_append_touch_remove(go_module: GoModule) -> None:
    go_module.write("a.txt", "one two\n")
    go_module.edit("a.txt", "two", "2")
    go_module.append("a.txt", "three\n")
    assert go_module.read("a.txt") == "one 2\nthree\n"

    go_module.touch("a.txt", mtime=1_000_000_000.5)
    assert (go_module.path / "a.txt").stat().st_mtime == 1_000_000_000.5
    go_module.touch("a.txt")
    assert abs((go_module.path / "a.txt").stat().st_mtime - time.time()) < 60

    go_module.remove("a.txt")
    assert not (go_module.path / "a.txt").exists()
    go_module.write("dir/sub/b.txt", "x")
    go_module.remove("dir")
    assert not (go_module.path / "dir").exists()


@pytest.mark.parametrize(
    ("text", "old", "message"),
    [
        ("one\n", "two", r"^go_module.edit: a.txt .* exactly once, and 'two' is not there; the file is:\none"),
        ("one\none\n", "one", r"'one' is there 2 times \(lines 1, 2\); add the text around it"),
        ("one\n", "", "'' is empty"),
    ],
)
def test_an_edit_that_is_not_exactly_one_place_is_refused(
    go_module: GoModule, text: str, old: str, message: str
) -> None:
    go_module.write("a.txt", text)

    with pytest.raises(ModuleFileError, match=message):
        go_module.edit("a.txt", old, "new")
    assert go_module.read("a.txt") == text


@pytest.mark.parametrize("path", ["../outside.txt", "/etc/passwd", "a/../../outside.txt", "", "link/outside.txt"])
def test_paths_that_leave_the_module_are_refused(go_module: GoModule, tmp_path: Path, path: str) -> None:
    (go_module.path / "link").symlink_to(tmp_path)
    for refused in (
        lambda: go_module.write(path, "x"),
        lambda: go_module.write({"fine.txt": "x", path: "x"}),
        lambda: go_module.read(path),
        lambda: go_module.touch(path),
        lambda: go_module.append(path, "x"),
        lambda: go_module.remove(path),
    ):
        with pytest.raises(ModuleFileError, match="is outside the module"):
            refused()
    # A refused path leaves nothing half-written.
    assert not (go_module.path / "fine.txt").exists()
    assert list(tmp_path.iterdir()) == []


def test_absent_files_are_named_with_near_ones(go_module: GoModule) -> None:
    go_module.write("lib/lib.go", "package lib\n")

    for refused in (go_module.read, go_module.touch, go_module.remove):
        with pytest.raises(ModuleFileError, match=r"there is no file 'lib/libs.go' .*; near it: lib/lib.go"):
            refused("lib/libs.go")
    with pytest.raises(ModuleFileError, match="the module's root cannot be removed"):
        go_module.remove(".")
    with pytest.raises(ModuleFileError, match="needs the file's text"):
        go_module.write("lib/lib.go")
    with pytest.raises(ModuleFileError, match="not both"):
        go_module.write({"a": "b"}, "c")


def test_arguments_that_are_not_strings_are_refused_before_anything_runs(go_module: GoModule) -> None:
    with pytest.raises(UsageError, match="go build: the argument 4 is not a string"):
        go_module.build(4)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="go build: the value 4 is not a string"):
        go_module.build(env={"X": 4})  # type: ignore[dict-item]
    with pytest.raises(UsageError, match="timeout=0 is not a number of seconds above 0"):
        go_module.build(timeout=0)


def test_files_look_settled_until_the_first_command_and_new_from_then_on(go_module: GoModule) -> None:
    go_module.write("a.txt", "x")
    go_module.write("b.txt", "x")
    first, second = ((go_module.path / name).stat().st_mtime for name in ("a.txt", "b.txt"))
    assert first < second < time.time() - 1800

    go_module.go("version")
    go_module.write("a.txt", "y")
    assert (go_module.path / "a.txt").stat().st_mtime > time.time() - 60


def test_a_test_that_reads_testdata_is_cached_at_once(go_module: GoModule) -> None:
    go_module.load("""
        -- word_test.go --
        package word

        import (
            "os"
            "testing"
        )

        func TestWord(t *testing.T) {
            if _, err := os.ReadFile("testdata/word.txt"); err != nil {
                t.Fatal(err)
            }
        }
        -- testdata/word.txt --
        word
    """)

    assert go_module.test(".").tests["example.com/app"].ran
    assert go_module.test(".").tests["example.com/app"].cached
    go_module.write("testdata/word.txt", "another word\n")
    assert go_module.test(".").tests["example.com/app"].ran
    go_module.touch("testdata/word.txt", mtime=time.time() - 10)
    assert go_module.test(".").tests["example.com/app"].ran
    assert go_module.test(".").tests["example.com/app"].cached


def test_what_go_leaves_behind_is_in_the_test_s_folders(go_module: GoModule) -> None:
    go_module.write("main.go", "package main\n\nfunc main() {}\n")
    go_module.install(".")

    machine = go_module.path.parent
    assert (machine / "home" / "go" / "bin" / "app").is_file()
    assert (machine / "home" / ".config" / "go" / "telemetry" / "mode").read_text() == "off 2020-01-01\n"
    assert list((machine / "tmp").iterdir()) == []
