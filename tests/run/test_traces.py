"""What a program changes on disk."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from pytest_gocache.results.result import Circumstances, Result
from pytest_gocache.run.traces import Traces, with_idleness

PROGRAM = Result(("make",), 2, Path("/src"), 0, "", "", 0.1)


def called(*lines: str) -> Result:
    """A program that called these go commands."""
    commands = tuple(replace(PROGRAM, command=("go", *line.split())) for line in lines)
    return replace(PROGRAM, commands=commands)


def test_files_that_were_created_or_changed_are_found(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name in ("kept", "touched", "edited", "copied", "replaced", "removed", "sub/kept", ".git/index"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("one")
    (root / "link").symlink_to("kept")
    traces = Traces.before(root, tmp_path / "gocache", tmp_path / "gomodcache", root)
    assert traces.written() == ((), ())
    os.utime(root / "touched", (1, 1))
    (root / "edited").write_text("other")
    # With the size and the time of the old file.
    stat = (root / "copied").stat()
    (root / "copied").write_text("two")
    os.utime(root / "copied", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    shutil.copy2(root / "kept", root / "new")
    (root / "new").rename(root / "replaced")
    (root / "removed").unlink()
    (root / "sub" / "made").write_text("")
    (root / ".git" / "index").write_text("two")
    assert traces.written() == (("copied", "edited", "replaced", "sub/made", "touched"), ())


def test_a_folder_that_goes_while_it_is_read_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "kept").write_text("")
    traces = Traces.before(tmp_path, tmp_path / "gocache", tmp_path / "gomodcache", tmp_path)
    real = os.scandir

    def scandir(path: Path) -> object:
        if Path(path).name == "gone":
            raise FileNotFoundError(path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    (tmp_path / "kept").write_text("more")
    assert traces.written() == (("kept",), ())


def test_files_outside_of_the_module_are_told_apart(tmp_path: Path) -> None:
    root = tmp_path / "services" / "api"
    root.mkdir(parents=True)
    traces = Traces.before(root, tmp_path / "gocache", tmp_path / "gomodcache", tmp_path)
    (root / "log").write_text("")
    (tmp_path / "app").write_text("")
    assert traces.written() == (("log",), (tmp_path / "app",))


def test_a_binary_outside_of_the_module_speaks_against_idleness(tmp_path: Path) -> None:
    program = replace(PROGRAM, cwd=tmp_path / "services" / "api")
    assert with_idleness(program, [tmp_path / "log"]).idle
    go = Path(str(files("go"))) / "bin" / "go"
    found = with_idleness(program, [go])
    assert (found.idle, len(found.gaps)) == ((), 1)
    assert "which no observed go command linked" in found.gaps[0]


@pytest.mark.parametrize("content", [b"!<arch>\n__.PKGDEF", None], ids=["archive", "unreadable"])
def test_a_file_that_may_be_from_go_speaks_against_idleness(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "out"
    if content is None:
        file.mkdir()  # opening it fails, also for root
    else:
        file.write_bytes(content)
    found = with_idleness(replace(PROGRAM, cwd=tmp_path, written=("out",)))
    assert (found.idle, len(found.gaps)) == ((), 1)
    assert "it wrote" in found.gaps[0]


def test_downloads_and_writes_to_the_cache_are_found(tmp_path: Path) -> None:
    root, cache, modcache = (tmp_path / name for name in ("root", "gocache", "gomodcache"))
    root.mkdir()
    traces = Traces.before(root, cache, modcache, root)
    assert traces.gaps([]) == ()
    # The times of files lag behind by one tick of the kernel.
    traces = replace(traces, started=traces.started - 1)
    (cache / "ab").mkdir(parents=True)
    (cache / "ab" / "x-a").write_text("")
    versions = modcache / "cache" / "download" / "example.net" / "one" / "@v"
    versions.mkdir(parents=True)
    (versions / "v1.0.0.zip").write_text("")
    (gap,) = traces.gaps([])
    assert "wrote to the build cache while no observed go command ran" in gap
    assert traces.downloads() == ("example.net/one@v1.0.0",)


@pytest.mark.parametrize(
    ("lines", "first"),
    [
        ([], "it called no go command"),
        (["env GOOS", "", "env"], "it called only go commands that build nothing: go env, go"),
        (["list ./..."], "it called only go commands that build nothing: go list"),
    ],
)
def test_a_program_without_builds_is_idle(lines: list[str], first: str) -> None:
    result = with_idleness(called(*lines))
    assert result.idle[0] == first
    assert len(result.idle) == 3
    assert result.gaps == ()


@pytest.mark.parametrize("line", ["build", "list -export", "list -compiled", "generate", "tool stringer", "run ."])
def test_a_program_that_may_build_is_not_idle(line: str) -> None:
    assert with_idleness(called("env", line)).idle == ()


def test_a_program_is_not_idle_when_something_speaks_against_it() -> None:
    assert with_idleness(replace(PROGRAM, returncode=1)).idle == ()
    with_prog = Circumstances(env={"GOCACHEPROG": "prog"})
    assert with_idleness(replace(PROGRAM, circumstances=with_prog)).idle == ()
    gap = with_idleness(replace(PROGRAM, gaps=("it filled the build cache",)))
    assert (gap.idle, gap.gaps) == ((), ("it filled the build cache",))
    cache = with_idleness(replace(PROGRAM, written=(f".gocache/ab/{64 * 'a'}-a",)))
    assert (cache.idle, cache.gaps) == ((), ("it wrote to a build cache in .gocache, and no observed go command did",))
    assert with_idleness(replace(PROGRAM, written=("docs/x-a",))).idle
