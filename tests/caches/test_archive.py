"""What restore refuses to unpack, and what it makes of permissions and links."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from pathlib import Path
from typing import Any

import pytest

from pytest_gocache.caches.archive import NotACacheError, is_archive, unpack
from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.caches.module_cache import ModuleCache
from pytest_gocache.errors import UsageError
from tests.caches.made_caches import files_of
from tests.read_only import read_only_tree


def member(name: str, kind: bytes = tarfile.REGTYPE, **more: Any) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.mode, made.mtime = kind, 0o644, 1_000_000_000
    for attribute, value in more.items():
        setattr(made, attribute, value)
    return made


def archive(folder: Path, *members: tarfile.TarInfo, name: str = "saved.tar") -> Path:
    """An archive of files with the content ``saved``, and of other members."""
    with tarfile.open(folder / name, "w:gz" if name.endswith("gz") else "w") as tar:
        for one in members:
            one.size = 5 if one.type == tarfile.REGTYPE else 0
            tar.addfile(one, io.BytesIO(b"saved"))
    return folder / name


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (member("x", tarfile.LNKTYPE, linkname="../victim"), r"x is a hard link to '../victim', outside of it"),
        (member("x", tarfile.LNKTYPE, linkname="x"), "x is a link to a link"),
        (member("x", tarfile.SYMTYPE, linkname="../victim"), "x is a symbolic link"),
        (member("x", tarfile.SYMTYPE, linkname="ok"), "x is a symbolic link"),
        (member("x", tarfile.FIFOTYPE), "x is a device or a pipe"),
        (member("x", tarfile.CHRTYPE, devmajor=1, devminor=3), "x is a device or a pipe"),
        (member("../victim"), "the name '../victim' is outside of it"),
        (member("00/../../victim"), "outside of it"),
        (member("/victim"), "the name '/victim' is outside of it"),
        (member("..", tarfile.DIRTYPE), "the name '..' is outside of it"),
    ],
)
def test_an_archive_with_anything_but_files_and_folders_is_refused_and_changes_nothing(
    cache: BuildCache, tmp_path: Path, bad: tarfile.TarInfo, words: str
) -> None:
    before = files_of(cache.path)
    (tmp_path / "victim").write_text("victim", encoding="utf-8")
    saved = archive(tmp_path, member("ok"), bad)
    with pytest.raises(UsageError, match=rf"gocache.restore: .* is not a saved cache: .*{words}"):
        cache.restore(saved)
    assert files_of(cache.path) == before
    assert (tmp_path / "victim").read_text(encoding="utf-8") == "victim"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "saved.tar", "victim"]


@pytest.mark.parametrize("kind", ["link to a file", "link to a folder", "pipe"])
def test_a_folder_with_anything_but_files_and_folders_is_refused_too(
    cache: BuildCache, tmp_path: Path, kind: str
) -> None:
    before = files_of(cache.path)
    saved = cache.save(tmp_path / "saved")
    if kind == "pipe":
        os.mkfifo(saved / "zz")
    else:
        (saved / "zz").symlink_to(tmp_path if "folder" in kind else saved / "README")
    with pytest.raises(UsageError, match="zz is a (symbolic link|device, a pipe or a socket); a cache has only"):
        cache.restore(saved)
    assert files_of(cache.path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "saved"]


def test_an_archive_is_known_by_its_name(tmp_path: Path) -> None:
    names = ["gocache.tar", "gocache.tar.gz", "gocache.tgz", "gocache.zip", "tar"]
    assert [is_archive(tmp_path / name) for name in names] == [True, True, True, False, False]


def test_unpack_stops_at_the_first_member_that_no_cache_has(tmp_path: Path) -> None:
    saved = archive(tmp_path, member("first"), member("link", tarfile.SYMTYPE, linkname="first"), member("last"))
    with pytest.raises(NotACacheError, match="^link is a symbolic link$"):
        unpack(saved, tmp_path / "unpacked")
    assert files_of(tmp_path / "unpacked").keys() == {"first"}


def test_hard_links_within_an_archive_become_copies(cache: BuildCache, tmp_path: Path) -> None:
    saved = archive(tmp_path, member("./one"), member("./two", tarfile.LNKTYPE, linkname="./one"), name="saved.tar.gz")
    cache.restore(saved)
    assert files_of(cache.path).keys() == {"one", "two"}
    assert (cache.path / "two").read_bytes() == b"saved"
    assert not (cache.path / "one").samefile(cache.path / "two")
    assert (cache.path / "one").stat().st_mtime == 1_000_000_000


@pytest.mark.parametrize("mode", [0o7777, 0o4755, 0o000, 0o111, 0o666, 0o444])
def test_permissions_are_those_of_a_cache(cache: BuildCache, tmp_path: Path, mode: int) -> None:
    cache.restore(archive(tmp_path, member("f", tarfile.DIRTYPE, mode=mode), member("f/x", mode=mode)))
    modes = [stat.S_IMODE((cache.path / name).stat().st_mode) for name in ("f", "f/x")]
    writable, executable = mode & stat.S_IWUSR, mode & stat.S_IXUSR
    assert modes == [0o755 if writable else 0o555, (0o644 if writable else 0o444) | (0o111 if executable else 0)]


def test_a_module_cache_in_an_archive_stays_read_only(tmp_path: Path) -> None:
    cache = ModuleCache(read_only_tree(tmp_path))
    before = {path.name: path.stat().st_mode for path in cache.path.rglob("*")}
    cache.restore(cache.save(tmp_path / "saved.tar.gz"))
    assert {path.name: path.stat().st_mode for path in cache.path.rglob("*")} == before


def test_the_last_of_two_members_with_one_name_counts(cache: BuildCache, tmp_path: Path) -> None:
    cache.restore(archive(tmp_path, member("x", mode=0o444), member("x", mode=0o755)))
    assert os.access(cache.path / "x", os.X_OK)


@pytest.mark.parametrize("damage", ["cut", "flipped", "text", "empty", "time", "conflict"])
def test_a_damaged_archive_is_named_and_changes_nothing(cache: BuildCache, tmp_path: Path, damage: str) -> None:
    before = files_of(cache.path)
    saved = archive(tmp_path, *(member(f"{n:02x}/{n}") for n in range(99)), name="saved.tar.gz")
    content = bytearray(saved.read_bytes())
    if damage == "cut":
        saved.write_bytes(content[: len(content) // 2])
    elif damage == "flipped":
        content[len(content) // 2] ^= 0xFF
        saved.write_bytes(content)
    elif damage == "text":
        saved.write_bytes(b"not an archive")
    elif damage == "empty":
        saved.write_bytes(b"")
    elif damage == "time":
        archive(tmp_path, member("x", mtime=0, pax_headers={"mtime": "1e300"}), name=saved.name)
    else:
        archive(tmp_path, member("x"), member("x/y"), name=saved.name)
    with pytest.raises(UsageError, match=f"gocache.restore: {saved} (cannot be unpacked: |is not a saved cache)"):
        cache.restore(saved)
    assert files_of(cache.path) == before


@pytest.mark.parametrize(("name", "archive"), [("a.tar", True), ("a.tar.gz", True), ("a.tgz", True), ("a.zip", False)])
def test_names_of_archives(name: str, archive: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_archive(Path(name)) is archive
