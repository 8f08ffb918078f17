"""The GOCACHE of a test."""

from __future__ import annotations

import base64
import os
import re
import shutil
import stat
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pytest_gocache.caches.clone import clone_files, subfolders
from pytest_gocache.caches.folder import CacheFolder
from pytest_gocache.errors import UsageError
from pytest_gocache.golang.action import Action, Kind
from pytest_gocache.host.files import remove_tree
from pytest_gocache.results.cache_event import CacheEvent, CacheOperation, SavedCache
from pytest_gocache.results.result import Result

__all__ = ["BuildCache", "CacheEntry", "read_index"]

_README = "This directory holds cached build artifacts from the Go build system.\n"
# "v1", action ID, output ID, size and time in fixed widths. Source: entrySize in cmd/go/internal/cache/cache.go.
_INDEX = re.compile(rb"v1 ([0-9a-f]{64}) ([0-9a-f]{64}) ([ 0-9]{20}) ([ 0-9]{20})\n")


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """One index entry of a build cache."""

    action: str
    """64 hexadecimal digits: the action ID, or a subkey of it."""
    output: str
    """64 hexadecimal digits: the SHA-256 of the output."""
    size: int
    """Size of the output in bytes."""
    stored: float
    """The time at which Go stored it, in epoch seconds."""


@dataclass(slots=True)
class _State:
    """What is known of the content of a cache or of a copy."""

    saved: SavedCache = field(default_factory=lambda: SavedCache(0))
    """The last step that used the cache, and for a copy: the job that saved it."""
    from_store: set[str] = field(default_factory=set)
    """The names of the files that came from a warm cache."""

    def copy(self) -> _State:
        return _State(self.saved, set(self.from_store))


class BuildCache(CacheFolder):
    """A GOCACHE.

    ``warm``: the library may add standard packages before a command. `clear`, `restore` and
    ``@pytest.mark.gocache(warm=False)`` set it to False: the test alone decides on the content then.
    """

    _fixture = "gocache"

    def __init__(self, path: Path, *, warm: bool = False) -> None:
        super().__init__(path)
        self.warm = warm
        self.copies: dict[Path, _State] = {}
        """The copies that the caches of this test have saved. Its machines share the mapping."""
        self._state = _State()
        self._results: list[Result] = []
        self._events: list[CacheEvent] = []

    def create(self) -> None:
        """Make the folder as Go does, with a time of the last trim that keeps Go from trimming today."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / "README").write_text(_README, encoding="ascii")
        # Without this time, the first command would trim: the modification times of a clone are old.
        (self.path / "trim.txt").write_text(str(int(time.time())), encoding="ascii")

    def add(self, warm_cache: Path, names: Iterable[str] | None = None) -> None:
        """Add the files ``names`` of a warm cache, or all its files.

        A file that was added before, from any warm cache, is not added again: what a test evicts stays evicted.
        """
        offered = self._state.from_store
        offered.update(clone_files(warm_cache, self.path, known=offered, names=names))

    @property
    def untouched(self) -> bool:
        """Whether the cache is new: neither a command nor a warm cache has added a file."""
        return not self._state.from_store and next(subfolders(self.path), None) is None

    def adopt(self, folder: Path, names: Iterable[str]) -> None:
        """Move ``folder`` here: it has the files ``names`` of a warm cache, and replaces the empty cache."""
        for own in self.path.iterdir():
            own.rename(folder / own.name)
        self.path.rmdir()
        folder.rename(self.path)
        self._state.from_store.update(names)

    def learn(self, result: Result) -> None:
        """Keep a result: its action graph maps packages to files of the cache."""
        self._results.append(result)
        self._state.saved = SavedCache(result.step)

    def begin_on_new_machine(self) -> None:
        """Record that the test's commands so far ran on a different machine, with a different cache."""
        self._events.append(CacheEvent(CacheOperation.NEW_MACHINE))

    def take_events(self) -> tuple[CacheEvent, ...]:
        """What the test did to the cache since the last call."""
        events, self._events = tuple(self._events), []
        return events

    def size(self, *, warm: bool = True) -> int:
        """The size of all files in bytes; a file with several links counts once.

        With ``warm=False`` without the files that came from the store of warm caches: what go commands have added.
        """
        return super().size() if warm else self._size_of_files(self._state.from_store)

    def entries(self) -> tuple[CacheEntry, ...]:
        """The index entries, sorted by action ID, without damaged ones, which Go ignores too."""
        found = []
        for sub in subfolders(self.path):
            for file in sorted(Path(sub.path).glob("*-a")):
                entry = read_index(file)
                if entry is not None:
                    found.append(entry)
        return tuple(sorted(found, key=lambda entry: entry.action))

    def output(self, action: str) -> bytes | None:
        """The output for an action ID (64 hexadecimal digits); None when it is absent, or an executable in a folder."""
        try:
            entry = read_index(self.folder / action[:2] / f"{action}-a")
            return (self.folder / entry.output[:2] / f"{entry.output}-d").read_bytes() if entry else None
        except OSError:
            return None

    def compiled_package(self, compiled: Action) -> bytes | None:
        """The output of a compile, by the action ID in an action graph; None when it is absent."""
        files = self._files_of(compiled.action_id) if compiled.action_id else []
        return self.output(files[0].name.removesuffix("-a")) if len(files) == 1 else None

    def clone(self, folder: Path | str) -> BuildCache:
        """A second cache with the same content, in an absent or empty folder. Data files are hard links.

        No method of either cache writes to a file that both share.
        """
        target = Path(folder)
        if target.exists() and any(target.iterdir()):
            raise UsageError(f"gocache.clone: the folder {target} is not empty")
        cloned = BuildCache(target)
        cloned.create()
        _clone_content(self.path, target)
        cloned._results = list(self._results)
        cloned._state = self._state.copy()
        cloned.copies = self.copies
        return cloned

    def _saved(self, target: Path) -> Path:
        self.copies[target.resolve()] = self._state.copy()
        return target

    def name_copy(self, saved: Path, job: int, key: str) -> SavedCache:
        """Record that a job has saved the copy ``saved`` under a key; returns what is known of the copy."""
        state = self.copies[saved.resolve()]
        state.saved = replace(state.saved, job=job, key=key)
        return state.saved

    def clear(self) -> None:
        """Empty the cache. From then on everything is cold, the standard library too."""
        super().clear()
        self.create()
        self.warm = False
        self._state.from_store.clear()
        self._events.append(CacheEvent(CacheOperation.CLEARED))

    def restore(self, source: Path | str | BuildCache) -> None:
        """Replace the content with a saved one. From then on the library adds no standard packages.

        ``source`` is a folder or an archive that `save` made, or a `BuildCache`, which is cloned.
        """
        if isinstance(source, BuildCache):
            remove_tree(self.path)
            self.create()
            # Its folder, not its path: the machine of the source may have left its place to this one.
            _clone_content(source.folder, self.path)
            known = source._state if source._state.saved.step else None  # noqa: SLF001 - of the same class
        else:
            super().restore(source)
            known = self.copies.get(Path(source).resolve())
        self.warm = False
        self._state = known.copy() if known else _State()
        # What happened to the content that is gone explains nothing.
        self._events = [CacheEvent(CacheOperation.RESTORED, saved=known.saved if known else None)]

    def clear_tests(self) -> None:
        """Expire every test result, as ``go clean -testcache`` does."""
        (self.path / "testexpire.txt").write_text(f"{time.time_ns()}\n", encoding="ascii")
        self._events.append(CacheEvent(CacheOperation.TESTS_CLEARED, frozenset()))

    def evict(self, *packages: str) -> None:
        """Remove the compiled form of packages that commands of this test have built or used.

        ``packages`` are import paths; their test variants are removed too. Raises `UsageError` for a package that no
        command of this test considered, and for one that is not in the cache.
        """
        for index in self._indexes("evict", packages):
            index.unlink()
        self._events.append(CacheEvent(CacheOperation.EVICTED, frozenset(packages)))

    def corrupt(self, *packages: str, how: Literal["truncate", "flip"] = "truncate") -> None:
        """Damage the compiled form of packages, as a full disk (``truncate``) or a bad disk (``flip``) does.

        ``truncate`` cuts the data file in half, and Go detects it. ``flip`` inverts a byte in the middle and keeps the
        size, and Go does not detect it. Caches that share the file by a hard link do not change. Raises as `evict`.
        """
        if how not in ("truncate", "flip"):
            raise UsageError(f"gocache.corrupt: how={how!r} is neither 'truncate' nor 'flip'")
        for index in self._indexes("corrupt", packages):
            entry = read_index(index)
            if entry is None:
                raise UsageError(f"gocache.corrupt: the index file {index} is damaged already")
            data = self.path / entry.output[:2] / f"{entry.output}-d"
            if not data.is_file():
                raise UsageError(f"gocache.corrupt: the data file {data} of {index.name} does not exist")
            content = bytearray(data.read_bytes())
            middle = len(content) // 2
            if how == "truncate":
                del content[middle:]
            else:
                content[middle] ^= 0xFF
            _replace(data, bytes(content))
        self._events.append(CacheEvent(CacheOperation.CORRUPTED, frozenset(packages)))

    def age(self, by: timedelta) -> None:
        """Move every modification time, and the time of Go's last trim, back by ``by``.

        At most once a day, Go trims files that were not used for five days: after ``age(timedelta(days=6))`` the next
        command trims everything.
        """
        self._move_times(by)
        self._events.append(CacheEvent(CacheOperation.AGED, by=by))

    def let_days_pass(self, by: timedelta) -> None:
        """`age` for a restored cache: ``by`` passed between the end of a job that saved it and the next job."""
        self._move_times(by)
        self._events.append(CacheEvent(CacheOperation.DAYS_PASSED, by=by))

    def _move_times(self, by: timedelta) -> None:
        seconds = by.total_seconds()
        for parent, _, files in os.walk(self.path):
            for name in files:
                file = Path(parent) / name
                if file.stat().st_nlink > 1:
                    # The times of a hard link are those of the warm store's file.
                    _replace(file, file.read_bytes(), keep_times=True)
                info = file.stat()
                os.utime(file, (info.st_atime - seconds, info.st_mtime - seconds))
        trim = self.path / "trim.txt"
        if trim.exists():
            info = trim.stat()
            trim.write_text(str(int(int(trim.read_text(encoding="ascii")) - seconds)), encoding="ascii")
            os.utime(trim, (info.st_atime, info.st_mtime))

    def _indexes(self, verb: str, packages: tuple[str, ...]) -> list[Path]:
        """The index files of the compiles of packages."""
        found = []
        for package in packages:
            keys = {
                action.action_id
                for result in self._results
                for action in result.actions
                if action.kind is Kind.COMPILE and action.import_path == package and action.action_id
            }
            if not keys:
                raise UsageError(f"gocache.{verb}: no go command of this test has considered the package {package!r}")
            files = [file for key in sorted(keys) for file in self._files_of(key)]
            if not files:
                raise UsageError(f"gocache.{verb}: the package {package!r} is not in the build cache {self.path}")
            found += files
        return found

    def _files_of(self, action_id: str) -> list[Path]:
        """The index files of an action ID as an action graph has it: the first 15 bytes of a 32-byte key."""
        prefix = base64.urlsafe_b64decode(action_id).hex()
        return sorted((self.folder / prefix[:2]).glob(f"{prefix}*-a"))


def read_index(file: Path) -> CacheEntry | None:
    """The entry in an index file (``…-a``); None when the file is damaged. Raises `OSError`."""
    match = _INDEX.fullmatch(file.read_bytes())
    if match is None or match[1].decode("ascii") != file.name.removesuffix("-a"):
        return None
    try:
        return CacheEntry(match[1].decode("ascii"), match[2].decode("ascii"), int(match[3]), int(match[4]) / 1e9)
    except ValueError:
        return None


def _clone_content(source: Path, target: Path) -> None:
    clone_files(source, target)
    for name in ("trim.txt", "testexpire.txt"):
        if (source / name).exists():
            shutil.copy2(source / name, target / name)


def _replace(file: Path, content: bytes, *, keep_times: bool = False) -> None:
    """Replace a file with a new one, so that other hard links to the old file keep its content."""
    info = file.stat()
    aside = file.with_name(file.name + ".new")
    aside.write_bytes(content)
    aside.chmod(stat.S_IMODE(info.st_mode))
    if keep_times:
        os.utime(aside, ns=(info.st_atime_ns, info.st_mtime_ns))
    aside.replace(file)
