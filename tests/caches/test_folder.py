"""CacheFolder: size, save and restore."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.caches.folder import CacheFolder
from pytest_gocache.errors import UsageError
from tests.caches.made_caches import LIB, files_of, key_of


def test_the_size_counts_a_file_with_several_links_once(tmp_path: Path) -> None:
    made = CacheFolder(tmp_path / "cache")
    made.path.mkdir()
    (made.path / "one").write_bytes(b"x" * 1000)
    os.link(made.path / "one", made.path / "two")
    (made.path / "three").write_bytes(b"x" * 10)
    assert made.size() == 1010


def test_save_and_restore_give_back_content_and_times(cache: BuildCache, tmp_path: Path) -> None:
    before = files_of(cache.path)
    saved = cache.save(tmp_path / "saved")
    assert saved == tmp_path / "saved"
    assert all(p.stat().st_nlink == 1 for p in saved.rglob("*") if p.is_file())
    shutil.rmtree(cache.path / key_of(LIB)[:2])
    (cache.path / "more").write_bytes(b"")
    cache.warm = True
    cache.restore(saved)
    assert files_of(cache.path) == files_of(saved) == before
    assert not cache.warm, "nothing may be added to what was restored"


def test_save_refuses_a_folder_that_is_not_empty_and_takes_an_empty_one(cache: BuildCache, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_bytes(b"")
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "empty").mkdir()
    for name in ("full", "file"):
        with pytest.raises(UsageError, match="not an empty folder"):
            cache.save(tmp_path / name)
    assert files_of(cache.save(str(tmp_path / "empty"))) == files_of(cache.path)


def test_restore_from_nothing_is_an_error_and_changes_nothing(cache: BuildCache, tmp_path: Path) -> None:
    before = files_of(cache.path)
    with pytest.raises(UsageError, match=r"^gocache.restore: .* is neither a folder nor an archive"):
        cache.restore(tmp_path / "nothing")
    assert files_of(cache.path) == before


def test_a_folder_is_what_its_path_says(tmp_path: Path) -> None:
    made = CacheFolder(tmp_path)
    assert (os.fspath(made), repr(made)) == (str(tmp_path), f"CacheFolder({str(tmp_path)!r})")


@pytest.mark.parametrize("name", ["saved.tar", "saved.tar.gz", "saved.tgz"])
def test_an_archive_gives_back_content_and_times(cache: BuildCache, tmp_path: Path, name: str) -> None:
    before = files_of(cache.path)
    saved = CacheFolder(cache.path).save(tmp_path / name)
    assert saved.is_file()
    other = CacheFolder(tmp_path / "other")
    other.restore(saved)
    assert {n: content for n, (content, _) in files_of(other.path).items()} == {n: c for n, (c, _) in before.items()}
    assert {n: moment for n, (_, moment) in files_of(other.path).items()} == pytest.approx(
        {n: moment for n, (_, moment) in before.items()}, abs=1
    )


def test_an_archive_that_was_cut_is_an_error(cache: BuildCache, tmp_path: Path) -> None:
    saved = cache.save(tmp_path / "saved.tar.gz")
    saved.write_bytes(saved.read_bytes()[:-40])
    with pytest.raises(UsageError, match="cannot be unpacked"):
        CacheFolder(tmp_path / "other").restore(saved)


def test_a_folder_is_not_restored_from_a_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    with pytest.raises(UsageError, match="is a part of the cache itself"):
        CacheFolder(tmp_path).restore(tmp_path / "part")
