"""BuildCache, ModuleCache and clone_files on folders made by hand."""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from pytest_gocache.caches.build_cache import BuildCache, CacheEntry
from pytest_gocache.caches.clone import cache_files, clone_files
from pytest_gocache.caches.module_cache import ModuleCache
from pytest_gocache.errors import UsageError
from pytest_gocache.golang.action import Action, Kind, Status
from pytest_gocache.host.files import remove_tree
from pytest_gocache.results.result import Result

STORED = 1_700_000_000
OLD = 1_600_000_000.0
LIB, APP = "example.com/app/lib", "example.com/app/cmd/app"


def key_of(name: str) -> str:
    return hashlib.sha256(f"key {name}".encode()).hexdigest()


def index_text(action: str, content: bytes) -> str:
    output = hashlib.sha256(content).hexdigest()
    return f"v1 {action} {output} {len(content):20d} {STORED * 10**9:20d}\n"


def put(cache: Path, name: str, content: bytes, *, executable: bool = False) -> tuple[Path, Path]:
    """Store one output as Go does; returns the index file and the data file."""
    action, output = key_of(name), hashlib.sha256(content).hexdigest()
    index = cache / action[:2] / f"{action}-a"
    data = cache / output[:2] / f"{output}-d"
    for file in (index, data):
        file.parent.mkdir(exist_ok=True)
    index.write_text(index_text(action, content), encoding="ascii")
    if executable:
        data.mkdir()
        data /= "app"
    data.write_bytes(content)
    for file in (index, data):
        os.utime(file, (OLD, OLD))
    return index, data


def action(package: str, import_path: str = "", kind: Kind = Kind.COMPILE, key: str = "") -> Action:
    short = base64.urlsafe_b64encode(bytes.fromhex(key_of(key or package))[:15]).decode()
    return Action(1, "build", kind, package, import_path or package, False, Status.RAN, short, "", (), 0.0, 0.0, ())


def result_with(*actions: Action) -> Result:
    return Result(("go", "build"), 1, Path(), 0, "", "", 0.1, actions)


@pytest.fixture
def cache(tmp_path: Path) -> BuildCache:
    """A cache with two packages and an executable, and what stands beside them."""
    made = BuildCache(tmp_path / "cache")
    made.create()
    put(made.path, LIB, b"the archive of lib")
    put(made.path, APP, b"the archive of app!")
    put(made.path, "link", b"the executable", executable=True)
    (made.path / "testexpire.txt").write_text("1\n", encoding="ascii")
    made.learn(
        result_with(action(LIB), action(f"{LIB} [{LIB}.test]", LIB), action(APP), action(APP, "", Kind.LINK, "link"))
    )
    return made


def files_of(folder: Path) -> dict[str, tuple[bytes, float]]:
    found = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    return {name: (p.read_bytes(), p.stat().st_mtime) for name, p in found.items()}


def names_of(folder: Path) -> set[str]:
    return {name for name in files_of(folder) if name[2:3] == "/"}


def cloned(cache: BuildCache, tmp_path: Path) -> Path:
    target = tmp_path / "target"
    target.mkdir()
    clone_files(cache.path, target)
    return target


def same_file(one: Path, other: Path) -> bool:
    return one.stat().st_ino == other.stat().st_ino


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


def test_a_new_cache_is_not_trimmed_today(tmp_path: Path) -> None:
    made = BuildCache(tmp_path / "a" / "cache")
    made.create()
    assert abs(int((made.path / "trim.txt").read_text(encoding="ascii")) - time.time()) < 3600
    assert (made.path / "README").is_file()
    assert made.entries() == ()
    assert os.fspath(made) == str(made.path)
    assert repr(made) == f"BuildCache({str(made.path)!r})"


def test_entries_are_read_and_sorted(cache: BuildCache) -> None:
    found = cache.entries()
    assert [e.action for e in found] == sorted(key_of(n) for n in (LIB, APP, "link"))
    lib = next(e for e in found if e.action == key_of(LIB))
    content = b"the archive of lib"
    assert lib == CacheEntry(key_of(LIB), hashlib.sha256(content).hexdigest(), len(content), float(STORED))


GOOD = index_text(key_of(LIB), b"the archive of lib")


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param("", id="empty"),
        pytest.param("\0" * 175, id="zeros"),
        pytest.param("v2" + GOOD[2:], id="another version"),
        pytest.param(GOOD.replace(str(STORED), "x" * 10), id="no number"),
        pytest.param(GOOD + GOOD, id="twice"),
        pytest.param(GOOD[:20], id="cut in the key"),
        pytest.param(GOOD[:150], id="cut in the size"),
        pytest.param(GOOD[:-8], id="cut in the time"),
        pytest.param(GOOD.replace(key_of(LIB), key_of("other")), id="another key than its name"),
        pytest.param(GOOD.replace(key_of(LIB), key_of(LIB)[:-1] + "g"), id="no hexadecimal key"),
    ],
)
def test_a_damaged_entry_is_left_out_as_go_does(damaged: str, cache: BuildCache) -> None:
    index = cache.path / key_of(LIB)[:2] / f"{key_of(LIB)}-a"
    index.write_text(damaged, encoding="latin-1")
    assert {e.action for e in cache.entries()} == {key_of(APP), key_of("link")}


def test_an_index_file_that_is_not_ascii_is_left_out(cache: BuildCache) -> None:
    index = cache.path / key_of(LIB)[:2] / f"{key_of(LIB)}-a"
    index.write_bytes(b"v1 \xff\xff \xff 1 2\n")
    assert len(cache.entries()) == 2


def test_the_size_counts_a_file_with_several_links_once(tmp_path: Path) -> None:
    made = BuildCache(tmp_path / "cache")
    made.path.mkdir()
    (made.path / "one").write_bytes(b"x" * 1000)
    os.link(made.path / "one", made.path / "two")
    (made.path / "three").write_bytes(b"x" * 10)
    assert made.size() == 1010


def test_clone_is_a_cache_of_its_own(cache: BuildCache, tmp_path: Path) -> None:
    clone = cache.clone(tmp_path / "clone")
    assert clone.entries() == cache.entries()
    for name in ("trim.txt", "testexpire.txt", "README"):
        assert (clone.path / name).read_bytes() == (cache.path / name).read_bytes()
        assert not same_file(clone.path / name, cache.path / name)
    with pytest.raises(UsageError, match="not empty"):
        cache.clone(tmp_path / "clone")


Damage = Callable[[BuildCache], None]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda c: c.age(timedelta(days=6)), id="age"),
        pytest.param(lambda c: c.corrupt(LIB), id="truncate"),
        pytest.param(lambda c: c.corrupt(LIB, APP, how="flip"), id="flip"),
        pytest.param(lambda c: c.evict(LIB, APP), id="evict"),
        pytest.param(lambda c: c.clear_tests(), id="clear_tests"),
        pytest.param(lambda c: c.clear(), id="clear"),
    ],
)
def test_what_is_done_to_a_clone_does_not_touch_the_original(damage: Damage, cache: BuildCache, tmp_path: Path) -> None:
    before = files_of(cache.path)
    clone = cache.clone(tmp_path / "clone")
    damage(clone)
    assert files_of(cache.path) == before
    assert files_of(clone.path) != before


def test_age_moves_every_time_and_the_last_trim_back(cache: BuildCache) -> None:
    trim = int((cache.path / "trim.txt").read_text(encoding="ascii"))
    before = files_of(cache.path)
    cache.age(timedelta(days=6))
    days = 6 * 86400
    assert int((cache.path / "trim.txt").read_text(encoding="ascii")) == trim - days
    after = files_of(cache.path)
    assert after.keys() == before.keys()
    for name, (content, moment) in after.items():
        assert moment == pytest.approx(before[name][1] - days, abs=0.01), name
        assert name == "trim.txt" or content == before[name][0]


def test_truncate_cuts_the_data_in_half_and_flip_keeps_its_size(cache: BuildCache) -> None:
    lib, app = (hashlib.sha256(c).hexdigest() for c in (b"the archive of lib", b"the archive of app!"))
    cache.corrupt(LIB)
    cache.corrupt(APP, how="flip")
    assert (cache.path / lib[:2] / f"{lib}-d").read_bytes() == b"the archi"
    flipped = (cache.path / app[:2] / f"{app}-d").read_bytes()
    assert len(flipped) == len(b"the archive of app!")
    assert [i for i, (a, b) in enumerate(zip(flipped, b"the archive of app!", strict=True)) if a != b] == [9]


def test_evict_forgets_a_package_and_nothing_else(cache: BuildCache) -> None:
    cache.evict(LIB)
    assert {e.action for e in cache.entries()} == {key_of(APP), key_of("link")}
    with pytest.raises(UsageError, match="not in the build cache"):
        cache.evict(LIB)


@pytest.mark.parametrize("verb", ["evict", "corrupt"])
def test_a_package_that_was_never_considered_is_an_error(verb: str, cache: BuildCache) -> None:
    before = files_of(cache.path)
    with pytest.raises(UsageError, match=r"no go command of this test has considered the package 'example\.com/other'"):
        getattr(cache, verb)(LIB, "example.com/other")
    assert files_of(cache.path) == before, "half of it was done"


def test_an_unknown_way_to_corrupt_is_an_error(cache: BuildCache) -> None:
    with pytest.raises(UsageError, match="neither 'truncate' nor 'flip'"):
        cache.corrupt(LIB, how="burn")  # type: ignore[arg-type]


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
    with pytest.raises(UsageError, match="not a folder, nor an archive"):
        cache.restore(tmp_path / "nothing")
    assert files_of(cache.path) == before


def test_clear_leaves_an_empty_cold_cache(cache: BuildCache) -> None:
    cache.warm = True
    cache.clear()
    assert cache.entries() == ()
    assert {*files_of(cache.path)} == {"README", "trim.txt"}
    assert not cache.warm


def test_clear_tests_expires_results_and_nothing_else(cache: BuildCache) -> None:
    entries = cache.entries()
    begun = time.time_ns()
    cache.clear_tests()
    assert begun <= int((cache.path / "testexpire.txt").read_text(encoding="ascii")) <= time.time_ns()
    assert cache.entries() == entries


def test_a_warm_cache_is_added_once_and_evictions_last(cache: BuildCache, tmp_path: Path) -> None:
    mine = BuildCache(tmp_path / "mine", warm=True)
    mine.create()
    mine.add(cache.path)
    assert len(mine.entries()) == len(cache.entries())
    mine.add(cache.path)
    mine.learn(result_with(action(LIB)))
    mine.evict(LIB)
    again = cache.clone(tmp_path / "again")
    mine.add(again.path)
    assert {e.action for e in mine.entries()} == {key_of(APP), key_of("link")}


def read_only_tree(folder: Path) -> Path:
    inner = folder / "cache" / "example.com" / "x@v1.0.0"
    inner.mkdir(parents=True)
    (inner / "x.go").write_bytes(b"package x\n")  # no codec: a test below runs where none can be loaded
    (inner / "x.go").chmod(0o444)
    for parent in (inner, inner.parent):
        parent.chmod(0o555)
    return folder / "cache"


def test_a_read_only_tree_is_removed(tmp_path: Path) -> None:
    tree = read_only_tree(tmp_path)
    remove_tree(tree)
    assert not tree.exists()


AS_NOBODY = """
import os, shutil, sys, tempfile
from pathlib import Path
sys.path[:0] = sys.argv[1:]
from pytest_gocache.host.files import remove_tree
from pytest_gocache.caches.module_cache import ModuleCache
from tests.caches.test_folders import read_only_tree
os.setgid(65534)
os.setuid(65534)
base = Path(tempfile.mkdtemp())
tree = read_only_tree(base)
try:
    shutil.rmtree(tree)
except PermissionError:
    pass
else:
    sys.exit("this user may delete from read-only folders")
cache = ModuleCache(tree)
cache.clone(base / "clone")
cache.restore(base / "clone")
cache.clear()
assert list(tree.iterdir()) == []
remove_tree(base / "clone")
tree.rmdir()
base.rmdir()
"""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become someone else")
def test_a_read_only_tree_is_removed_by_a_user_whom_it_stops(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(Path(__file__).parents[2])],
        env={**os.environ, "TMPDIR": tempfile_root()},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "Operation not permitted" in done.stderr and "setgid" in done.stderr:
        pytest.skip("this root may not become someone else")
    assert done.returncode == 0, done.stderr


def tempfile_root() -> str:
    """A folder in which every user may make folders: what a private TMPDIR of root's is not."""
    for folder in ("/tmp", "/var/tmp"):  # noqa: S108 - shared is what is wanted
        if Path(folder).is_dir() and Path(folder).stat().st_mode & stat.S_IWOTH:
            return folder
    pytest.skip("there is no folder that every user may write to")


def test_removing_takes_files_links_and_nothing(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    remove_tree(tmp_path / "link")
    assert (tmp_path / "real" / "x").exists()
    remove_tree(tmp_path / "real" / "x")
    assert not (tmp_path / "real" / "x").exists()
    remove_tree(tmp_path / "nothing")


def test_a_module_cache_lists_what_was_downloaded(tmp_path: Path) -> None:
    modules = ModuleCache(tmp_path)
    assert modules.entries() == ()
    versions = tmp_path / "cache" / "download" / "example.com" / "!x" / "@v"
    versions.mkdir(parents=True)
    for name in ("v1.0.0.zip", "v1.0.0.mod", "v1.10.0-rc.1.zip", "list"):
        (versions / name).write_bytes(b"")
    assert modules.entries() == ("example.com/!x@v1.0.0", "example.com/!x@v1.10.0-rc.1")


def test_a_module_caches_clone_shares_nothing(tmp_path: Path) -> None:
    clone = ModuleCache(read_only_tree(tmp_path)).clone(tmp_path / "clone")
    file = "example.com/x@v1.0.0/x.go"
    assert (clone.path / file).read_bytes() == (tmp_path / "cache" / file).read_bytes()
    assert (clone.path / file).stat().st_nlink == 1
    clone.clear()
    assert (tmp_path / "cache" / file).exists()
