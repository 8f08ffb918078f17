"""ClonePool on folders made by hand: whatever a test does to its clone, the next test gets a clone like a new one."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_gocache import BuildCache
from pytest_gocache.caches.clone import cache_files
from pytest_gocache.caches.clone_pool import ClonePool

KIND = ("entry", ("build", "test"))
INDEX, DATA, PROGRAM = "0a/0a1-a", "0a/0a2-d", "0b/0b3-d"


@pytest.fixture
def warm(tmp_path: Path) -> Path:
    """A warm cache: index files, data files, and an executable, which is a folder."""
    folder = tmp_path / "store"
    for name in (INDEX, "0c/0c1-a", DATA, "0c/0c2-d", f"{PROGRAM}/app"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"what is in {name}", encoding="ascii")
    return folder


class Session:
    """The clones of its tests."""

    def __init__(self, root: Path, warm: Path) -> None:
        self.root = root
        self.warm = warm
        self.pool = ClonePool()
        self.place = root / "spares"
        self.begun = 0

    def begin(self, kind: object = KIND) -> BuildCache:
        self.begun += 1
        cache = BuildCache(self.root / str(self.begun) / "gocache", warm=True)
        cache.create()
        self.put(cache, kind)
        return cache

    def put(self, cache: BuildCache, kind: object = KIND) -> None:
        self.pool.put(cache, kind, self.warm, cache_files(self.warm))

    def end(self, cache: BuildCache) -> None:
        self.pool.keep(cache.path.parent, self.place)

    def kept(self) -> list[str]:
        return sorted(folder.name for folder in self.place.iterdir())


@pytest.fixture
def session(tmp_path: Path, warm: Path) -> Session:
    return Session(tmp_path, warm)


def content(cache: Path) -> dict[str, object]:
    """What is in a cache, but for empty folders and the time of its last trim; of a link, which file it is."""
    found: dict[str, object] = {}
    for path in cache.rglob("*"):
        name = str(path.relative_to(cache))
        if path.is_symlink() or path.is_dir():
            if path.is_symlink() or any(path.iterdir()):
                found[name] = path.readlink() if path.is_symlink() else stat_mode(path)
        elif name != "trim.txt":
            info = path.stat()
            found[name] = (path.read_bytes(), stat_mode(path), info.st_ino if info.st_nlink > 1 else 0)
    return found


def stat_mode(path: Path) -> int:
    return path.stat().st_mode


def test_the_next_test_gets_the_same_files_in_its_own_folder(session: Session) -> None:
    first = session.begin()
    made, index = content(first.path), (first.path / INDEX).stat().st_ino
    session.end(first)
    assert not first.path.exists()
    second = session.begin()
    assert second.path != first.path
    assert content(second.path) == made
    assert (second.path / INDEX).stat().st_ino == index, "it was made anew"
    assert (second.path / DATA).samefile(session.warm / DATA)
    assert (second.path / PROGRAM / "app").samefile(session.warm / PROGRAM / "app")
    assert not (second.path / INDEX).samefile(session.warm / INDEX)


def _write(name: str, text: str = "new") -> Callable[[Path], object]:
    def do(cache: Path) -> None:
        (cache / name).parent.mkdir(parents=True, exist_ok=True)
        (cache / name).write_text(text, encoding="ascii")

    return do


def _same_size_and_time(cache: Path) -> None:
    file = cache / INDEX
    info = file.stat()
    file.write_text("WHAT IS IN " + INDEX, encoding="ascii")
    os.utime(file, ns=(info.st_atime_ns, info.st_mtime_ns))


def _other_data(cache: Path) -> None:
    (cache / DATA).unlink()
    (cache / DATA).write_text(f"what is in {DATA}"[::-1], encoding="ascii")


def _folder_for_file(cache: Path) -> None:
    (cache / INDEX).unlink()
    (cache / INDEX).mkdir()
    (cache / INDEX / "x").touch()


def _link_for_folder(cache: Path) -> None:
    shutil.move(cache / "0c", cache.parent / "elsewhere")
    (cache / "0c").symlink_to(cache.parent / "elsewhere")


def _link_for_file(cache: Path) -> None:
    (cache / INDEX).unlink()
    (cache / INDEX).symlink_to(cache.parent / "gone")


DONE: dict[str, Callable[[Path], object]] = {
    "new entry": _write("0a/0aff-a"),
    "new folder": _write("ff/ff1-a"),
    "rewritten": _write(INDEX),
    "rewritten, with its size and time": _same_size_and_time,
    "touched": lambda cache: os.utime(cache / INDEX, (1, 1)),
    "mode": lambda cache: (cache / INDEX).chmod(0o600),
    "removed": lambda cache: (cache / INDEX).unlink(),
    "removed folder": lambda cache: shutil.rmtree(cache / "0c"),
    "removed data": lambda cache: (cache / DATA).unlink(),
    "other data": _other_data,
    "damaged program": lambda cache: (cache / PROGRAM / "app").unlink(),
    "more in a program's folder": _write(f"{PROGRAM}/more"),
    "folder for a file": _folder_for_file,
    "link for a folder": _link_for_folder,
    "link for a file": _link_for_file,
    "expired tests": _write("testexpire.txt"),
    "fuzz corpus": _write("fuzz/example.com/corpus"),
    "README": _write("README"),
    "aged": _write("trim.txt", "1"),
}


@pytest.mark.parametrize("what", DONE)
def test_what_a_test_has_done_is_undone(what: str, session: Session) -> None:
    first = session.begin()
    made = content(first.path)
    DONE[what](first.path)
    session.end(first)
    for _ in range(2):  # the marks of what was replaced are new ones
        cache = session.begin()
        assert content(cache.path) == made
        assert (cache.path / "trim.txt").stat().st_size > 1
        session.end(cache)
    assert len(session.kept()) == 1


def test_copies_in_the_place_of_links_are_watched_as_index_files_are(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "another file system")

    monkeypatch.setattr(os, "link", refuse)
    first = session.begin()
    made, number = content(first.path), (first.path / "0c/0c2-d").stat().st_ino
    (first.path / DATA).write_text(f"what is in {DATA}"[::-1], encoding="ascii")
    session.end(first)
    second = session.begin()
    assert content(second.path) == made
    assert (second.path / "0c/0c2-d").stat().st_ino == number, "it was copied again"


def test_another_kind_of_clone_is_not_given(session: Session) -> None:
    session.end(session.begin())
    cache = session.begin(("entry", ("build", "test", "rest")))
    assert session.kept() == ["1"]
    session.end(cache)
    assert session.kept() == ["1", "2"]


def test_files_that_the_test_itself_has_put_into_its_cache_stay(session: Session) -> None:
    session.end(session.begin())
    cache = BuildCache(session.root / "own" / "gocache", warm=True)
    cache.create()
    cache.clear_tests()
    expired = (cache.path / "testexpire.txt").read_bytes()
    session.put(cache)
    assert (cache.path / INDEX).is_file()
    assert (cache.path / "testexpire.txt").read_bytes() == expired


@pytest.mark.parametrize("where", [".", "0a", "0f"])
def test_folders_with_other_permissions_are_not_used_again(where: str, session: Session) -> None:
    first = session.begin()
    made = content(first.path)
    (first.path / where).mkdir(exist_ok=True)
    (first.path / where).chmod(0o555)
    session.end(first)
    assert content(session.begin().path) == made


def test_a_cache_that_was_emptied_replaced_or_deleted_is_not_kept(session: Session, tmp_path: Path) -> None:
    cleared, deleted, linked = session.begin(), session.begin(), session.begin()
    cleared.clear()
    shutil.rmtree(deleted.path)
    linked.path.rename(tmp_path / "moved")
    linked.path.symlink_to(tmp_path / "moved")
    for cache in (cleared, deleted, linked):
        session.end(cache)
    assert session.kept() == []


def test_what_is_to_stay_is_left_where_it_is(session: Session) -> None:
    cache = session.begin()
    session.pool.forget(cache.path.parent)
    session.end(cache)
    assert session.kept() == []
    assert (cache.path / INDEX).is_file()


def test_only_the_last_ones_are_kept_and_none_after_the_session(session: Session) -> None:
    for cache in [session.begin() for _ in range(6)]:
        session.end(cache)
    assert len(session.kept()) == 4
    session.pool.clear()
    assert not session.place.exists()
    assert (session.begin().path / INDEX).is_file()


def test_a_store_that_loses_its_entry_is_an_error_for_the_caller(session: Session) -> None:
    cache = session.begin()
    (cache.path / INDEX).unlink()
    session.end(cache)
    shutil.rmtree(session.warm)
    fresh = BuildCache(session.root / "last" / "gocache", warm=True)
    fresh.create()
    with pytest.raises(FileNotFoundError):
        session.pool.put(fresh, KIND, session.warm, [INDEX])
