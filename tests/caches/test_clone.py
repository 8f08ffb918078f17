"""clone_files: index files are copied, data files are linked, or copied where links cannot be made."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.caches.clone import cache_files, clone_files
from tests.caches.made_caches import OLD, files_of, names_of, put, same_file


def cloned(cache: BuildCache, tmp_path: Path) -> Path:
    target = tmp_path / "target"
    target.mkdir()
    clone_files(cache.path, target)
    return target


def test_a_clone_has_copies_of_index_files_and_links_to_data(cache: BuildCache, tmp_path: Path) -> None:
    target = cloned(cache, tmp_path)
    assert names_of(target) == names_of(cache.path)
    for name in names_of(target):
        assert (target / name).read_bytes() == (cache.path / name).read_bytes()
        assert same_file(target / name, cache.path / name) is not name.endswith("-a"), name


@pytest.fixture
def large(cache: BuildCache) -> BuildCache:
    """More files than one thread clones alone."""
    for number in range(100):
        put(cache.path, f"example.com/p{number}", f"the archive of p{number}".encode())
    return cache


def test_a_large_clone_has_every_file_too(large: BuildCache, tmp_path: Path) -> None:
    test_a_clone_has_copies_of_index_files_and_links_to_data(large, tmp_path)
    assert len(names_of(tmp_path / "target")) > 200


@pytest.mark.parametrize("place", [0, -1])
@pytest.mark.parametrize("kind", ["-a", "-d"])
def test_a_file_that_disappears_from_a_large_cache_is_an_error(
    place: int, kind: str, large: BuildCache, tmp_path: Path
) -> None:
    names = sorted(cache_files(large.path))
    gone = [name for name in names if name.endswith(kind)][place]
    (large.path / gone).unlink()
    target = tmp_path / "target"
    target.mkdir()
    with pytest.raises(FileNotFoundError, match=Path(gone).name):
        clone_files(large.path, target, names=names)


def test_an_executable_stays_a_folder_with_a_linked_file(cache: BuildCache, tmp_path: Path) -> None:
    target = cloned(cache, tmp_path)
    (file,) = target.glob("*/*-d/app")
    assert file.read_bytes() == b"the executable"
    assert file.stat().st_nlink == 2


def test_a_clone_names_what_it_put_there_and_skips_what_is_known(cache: BuildCache, tmp_path: Path) -> None:
    known = {p.relative_to(cache.path).as_posix() for p in cache.path.glob("??/*") if p.is_file()}
    one = min(known)
    target = tmp_path / "target"
    target.mkdir()
    put_there = clone_files(cache.path, target, known={one})
    everything = {p.relative_to(cache.path).as_posix() + "/" * p.is_dir() for p in cache.path.glob("??/*")}
    assert sorted(put_there) == sorted(everything - {one})
    assert not (target / one).exists()


def test_only_the_two_digit_folders_are_cloned(cache: BuildCache, tmp_path: Path) -> None:
    (cache.path / "fuzz").mkdir()
    (cache.path / "fuzz" / "x").write_bytes(b"")
    assert {p.name for p in cloned(cache, tmp_path).iterdir() if len(p.name) != 2} == set()


def fail_with(number: int, calls: list[str]) -> Callable[[str, str], None]:
    def refuse(source: str, _target: str) -> None:
        calls.append(source)
        raise OSError(number, os.strerror(number), source)

    return refuse


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP])
def test_where_links_cannot_be_made_files_are_copied(
    number: int, cache: BuildCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    monkeypatch.setattr(os, "link", fail_with(number, calls))
    target = cloned(cache, tmp_path)
    assert calls
    assert {n: c for n, (c, _) in files_of(target).items()} == {
        n: c for n, (c, _) in files_of(cache.path).items() if n[2:3] == "/"
    }
    assert all(p.stat().st_nlink == 1 for p in target.rglob("*") if p.is_file())
    assert all(p.stat().st_mtime == OLD for p in target.rglob("*-d") if p.is_file()), "a copied file keeps its time"


def test_a_pair_of_folders_without_links_is_asked_once(
    cache: BuildCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    monkeypatch.setattr(os, "link", fail_with(errno.EXDEV, calls))
    cloned(cache, tmp_path)
    assert len([c for c in calls if c.endswith("-d")]) == 1


def test_one_file_with_too_many_links_does_not_stop_the_others(
    cache: BuildCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.link
    refused = min(p for p in cache.path.glob("*/*-d") if p.is_file())

    def link(source: str, target: str) -> None:
        if source == str(refused):
            raise OSError(errno.EMLINK, "too many links", source)
        real(source, target)

    monkeypatch.setattr(os, "link", link)
    target = cloned(cache, tmp_path)
    linked = {p.name: p.stat().st_nlink for p in target.glob("*/*-d") if p.is_file()}
    assert linked.pop(refused.name) == 1
    assert set(linked.values()) == {2}


def test_a_full_disk_is_an_error_and_not_a_reason_to_copy(
    cache: BuildCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", fail_with(errno.ENOSPC, []))
    with pytest.raises(OSError, match="No space left") as caught:
        cloned(cache, tmp_path)
    assert caught.value.errno == errno.ENOSPC


@pytest.mark.parametrize("number", [None, errno.EXDEV])
def test_a_file_that_is_there_already_is_left_alone(
    number: int | None, cache: BuildCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if number is not None:
        monkeypatch.setattr(os, "link", fail_with(number, []))
    target = tmp_path / "target"
    for name in names_of(cache.path):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(b"mine")
    clone_files(cache.path, target)
    assert {content for content, _ in files_of(target).values()} == {b"mine"}


def test_a_cache_that_disappears_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        clone_files(tmp_path / "nothing", tmp_path)
