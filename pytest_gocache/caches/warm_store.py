"""The store of warm standard-library caches: real go commands make each entry once, for all tests and workers."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from weakref import WeakKeyDictionary

from filelock import FileLock

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.caches.clone_pool import ClonePool
from pytest_gocache.caches.entry_bases import starting_points
from pytest_gocache.caches.heartbeat import heartbeat
from pytest_gocache.caches.private_copy import DamagedError, PrivateCopies
from pytest_gocache.caches.store_entries import StoreEntry, described, listed, stored, take_out
from pytest_gocache.caches.variant import Variant
from pytest_gocache.caches.warm_entry import EntryMaker
from pytest_gocache.errors import StoreError
from pytest_gocache.host.files import DISK_FULL, full_folder, remove_tree
from pytest_gocache.host.toolchain import GoToolchain

__all__ = ["FORMAT", "WarmStore"]

FORMAT = 2  # of an entry's files. It is part of an entry's name: each version of the library reads only its own.
_RECENT_SECONDS = 3600.0  # an entry used this recently may be in use: never deleted
_TOUCH_SECONDS = 60.0
# The stages of an entry's files, see EntryMaker. A command needs one stage and those before it.
_STAGES = ("build", "test", "rest")
_STAGES_OF = dict.fromkeys(("build", "install", "list", "run"), _STAGES[:1]) | {"test": _STAGES[:2]}
# The name of an entry for builds ends with it. It has the first stage only: to vet and to test takes as long again.
_FOR_BUILDS = "-build"
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
_REMEDY = "make room or name another folder"
_REMEDIES = dict.fromkeys(
    _READ_ONLY,
    "a read-only store serves the entries that it has, and takes no new one: make it writable, or name another folder",
)
_ATTEMPTS = 3  # to clone an entry: a different process may delete it after it was found


@dataclasses.dataclass(slots=True)
class StoreCounts:
    """The hits and misses of the store in this process."""

    hits: int = 0
    """Caches cloned from an entry that existed."""
    misses: int = 0
    """Entries that had to be made."""


class WarmStore:
    """Warm build caches, one folder for each variant and set of standard packages.

    Tests get files from `PrivateCopies` of the entries, so that what they do to a file never reaches the store. The
    copies are in the folder that ``private`` makes, which should be on the file system of the tests. ``say`` is called
    with a line when the store makes an entry. When the store is larger than ``limit`` bytes, it deletes the entries
    that were unused for longest. ``named_by`` are the settings that name the store, for errors.
    """

    def __init__(  # noqa: PLR0913 - where it is, what it tells to whom, and how large it gets
        self,
        root: Path,
        ambient: Mapping[str, str],
        say: Callable[[str], None],
        limit: int,
        private: Callable[[], Path] = lambda: Path(tempfile.mkdtemp(prefix="pytest-gocache-")),
        *,
        named_by: str = "--gocache-dir, or the ini option gocache_dir",
    ) -> None:
        self.root = root
        self.counts = StoreCounts()
        self.clones = ClonePool()
        self._ambient = ambient
        self._say = say
        self._named_by = named_by
        self._limit = limit
        self._entries: dict[tuple[Variant, frozenset[str], Path, bool], Path | str] = {}
        self._closures: dict[Path, frozenset[str]] = {}
        self._known_before: set[Path] = set()
        self._copies = PrivateCopies(private)
        self._stages: dict[Path, dict[str, list[str]]] = {}
        # The entries and stages that each cache has; weak, so that a cache that is gone is forgotten.
        self._given: WeakKeyDictionary[BuildCache, set[tuple[Path, str]]] = WeakKeyDictionary()

    def warm(
        self, cache: BuildCache, toolchain: GoToolchain, variant: Variant, packages: frozenset[str], verb: str = ""
    ) -> str | None:
        """Make ``packages`` and their imports warm in ``cache``; returns the reason when Go cannot build them.

        ``verb`` is the next go command: only what it needs is made, and the cache gets only these files. Raises
        `StoreError` when the store cannot be read or written.
        """
        stages = _STAGES_OF.get(verb, _STAGES)
        where = self.root
        entry: Path | str = ""
        failure: Exception | None = None
        for _ in range(_ATTEMPTS):
            try:
                entry = self._entry_for(toolchain, variant, packages, for_builds=len(stages) == 1)
                where = cache.path
                return self._put(cache, entry, stages)
            except DamagedError as error:  # noqa: PERF203 - a second attempt is rare
                failure = error
                self._discard(Path(entry), error)
            except FileNotFoundError as error:
                # A different process has deleted the entry between the look-up and the clone, to make room.
                failure = error
                self._entries.clear()
            except OSError as error:
                raise self._unusable(error, where) from error
        raise StoreError(
            f"an entry of the store {self.root} was lost or damaged {_ATTEMPTS} times in a row: {failure}\n"
            "let no other program delete or change files in it, check the disk, or raise the ini option "
            "gocache_store_limit"
        ) from failure

    def _put(self, cache: BuildCache, entry: Path | str, stages: tuple[str, ...]) -> str | None:
        if isinstance(entry, str):
            return entry
        given = self._given.setdefault(cache, set())
        whole = entry.with_name(entry.name.removesuffix(_FOR_BUILDS))
        if not any(known == whole for known, _ in given) and entry in self._known_before:
            self.counts.hits += 1
        self._known_before.add(entry)
        files = self._files(entry)
        if not given and cache.untouched:
            # With the files for go test too: most tests run it later, and a clone from the pool has them already.
            stages = tuple(stage for stage in max(stages, _STAGES_OF["test"], key=len) if stage in files)
            names = [name for stage in stages for name in files[stage]]
            self.clones.put(cache, (entry, stages), self._provide(entry, names), names)
            given.update((whole, stage) for stage in stages)
        for stage in stages:
            if (whole, stage) not in given:
                cache.add(self._provide(entry, files[stage]), files[stage])
                given.add((whole, stage))
        return None

    def _provide(self, entry: Path, names: Sequence[str]) -> Path:
        """The folder with the private copies of these files, as Go wrote them."""
        folder, damaged = self._copies.provide(entry / "cache", names)
        if damaged:
            self.clones.drop()
        return folder

    def _discard(self, entry: Path, damaged: DamagedError) -> None:
        """Take a damaged entry out of the store: it is made again. Raises `StoreError` when that is impossible."""
        self._say(f"{damaged} in the store is damaged: the entry is made again")
        self._prepare()
        gone = self.root / "tmp" / f"damaged-{os.getpid()}-{entry.name}"
        try:
            entry.rename(gone)
            remove_tree(gone)
        except FileNotFoundError:
            pass  # a different process was faster
        except OSError as error:
            raise self._unusable(error) from damaged
        self._entries.clear()
        self._copies.forget(entry / "cache")
        for known in (self._stages, self._closures):
            known.pop(entry, None)

    def clear(self) -> None:
        """Delete what this process has lent to tests: copies and clones."""
        self.clones.clear()
        self._copies.clear()

    def _files(self, entry: Path) -> dict[str, list[str]]:
        """The names of an entry's files by stage, read once."""
        if entry not in self._stages:
            self._stages[entry] = json.loads((entry / "stages.json").read_bytes())
        return self._stages[entry]

    def program(self, name: str, make: Callable[[Path], None]) -> Path:
        """A program in the store. ``make`` is called once, with the path for the program.

        Raises `StoreError` when the store cannot be read or written.
        """
        file = self.root / "programs" / name
        if file.is_file():
            return file
        self._prepare()
        with self._lock(name):
            if not file.is_file():
                try:
                    scratch = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.root / "tmp")).resolve()
                    make(scratch / name)
                    (scratch / name).rename(file)
                except OSError as error:
                    raise self._unusable(error) from error
        return file

    def size(self) -> int:
        """The size of all entries in bytes; a file counts once."""
        return sum(entry.bytes for entry in stored(self.root))

    def _entry_for(
        self, toolchain: GoToolchain, variant: Variant, packages: frozenset[str], *, for_builds: bool
    ) -> Path | str:
        """The entry with the packages, made if necessary; or Go's complaint when it cannot build them."""
        plain = dataclasses.replace(variant, flags=tuple(f for f in variant.flags if f not in variant.extras))
        # The packages that every test needs come first. Most modules need no others, and all other entries add to them.
        base = self._entry(toolchain, plain, frozenset(), for_builds=for_builds)
        if isinstance(base, str):
            return base
        added = packages - self._covered(base)
        if not added and not variant.extras:
            return base
        return self._entry(toolchain, variant, added, for_builds=for_builds)

    def _entry(
        self, toolchain: GoToolchain, variant: Variant, packages: frozenset[str], *, for_builds: bool
    ) -> Path | str:
        key = (variant, packages, toolchain.goroot, for_builds)
        whole_entry = self._entries.get((*key[:3], False))
        known = whole_entry if isinstance(whole_entry, Path) else self._entries.get(key)
        if known is None:
            whole = self._folder(variant, packages, toolchain)
            folders = [whole, whole.with_name(whole.name + _FOR_BUILDS)] if for_builds else [whole]
            known = next((folder for folder in folders if (folder / "entry.json").is_file()), None)
            if known is not None:
                self._known_before.add(known)
            else:
                known = self._make(folders[-1], toolchain, variant, packages, for_builds=for_builds) or folders[-1]
            self._entries[key] = known
        if isinstance(known, Path):
            self._mark_used(known / "entry.json")
        return known

    def _covered(self, entry: Path) -> frozenset[str]:
        """Every standard package in an entry, imports of its packages included."""
        if entry not in self._closures:
            self._closures[entry] = frozenset(described(entry / "entry.json").get("covers", ()))
        return self._closures[entry]

    def _folder(self, variant: Variant, packages: frozenset[str], toolchain: GoToolchain) -> Path:
        # Path and times of GOROOT are a key of Go's module index, so a reinstalled toolchain gets an entry of its own.
        # That takes about a second, since the new entry reuses the compiled packages.
        stamp = (toolchain.goroot / "VERSION").stat().st_mtime_ns if (toolchain.goroot / "VERSION").exists() else 0
        text = json.dumps([FORMAT, sorted(packages), variant.extras, str(toolchain.goroot), stamp])
        digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return self.root / "warm" / f"{toolchain.version.number}-{variant.family}" / digest

    def _make(
        self, folder: Path, toolchain: GoToolchain, variant: Variant, packages: frozenset[str], *, for_builds: bool
    ) -> str | None:
        """Make one entry in a scratch folder, and rename it; returns Go's complaint if it cannot build the packages."""
        self._prepare()
        name = f"{folder.parent.name}-{folder.name}"
        with self._lock(name):
            if (folder / "entry.json").is_file():
                # A different process made it while this one waited for the lock.
                self._known_before.add(folder)
                return None
            siblings, kin = starting_points(self.root, folder.parent, variant, packages, for_builds=for_builds)
            self._say(f"warming {variant.label}: {listed(packages, for_builds=for_builds)}, once")
            scratch = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.root / "tmp")).resolve()
            maker = EntryMaker(scratch, toolchain, variant, packages, self._ambient, for_builds=for_builds)
            with heartbeat(self._say, f"warming {variant.label}", maker.size):
                complaint = maker.run([*siblings, *kin], of_kin=bool(kin))
            if complaint is None:
                folder.parent.mkdir(parents=True, exist_ok=True)
                maker.entry.rename(folder)
                self.counts.misses += 1
        self._make_room()
        return complaint

    def _prepare(self) -> None:
        try:
            for name in ("tmp", "warm", "locks", "programs"):
                (self.root / name).mkdir(parents=True, exist_ok=True)
            tag = self.root / "CACHEDIR.TAG"
            if not tag.exists():
                tag.write_text(
                    "Signature: 8a477f597d28d172789f06886806bc55\n# Warm Go build caches, made by pytest-gocache.\n",
                    encoding="ascii",
                )
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError, where: Path | None = None) -> StoreError:
        """The error for a failed use of the store. ``where``: the folder that was written to, if ``error`` has none."""
        # Of two names, as of a link or a copy, the second one is the new file.
        failed = Path(os.fsdecode(error.filename2 or error.filename or where or self.root))
        reason = error.strerror or error
        if error.errno in DISK_FULL and not failed.resolve().is_relative_to(self.root.resolve()):
            # Tests and temporary files of this library are in folders that other options name.
            return StoreError(
                f"{full_folder(failed)} cannot be written: {reason}\n"
                f"the store of warm caches {self.root} is fine: make room in this folder, or name another one for the "
                "temporary files of tests: TMPDIR, or pytest's --basetemp"
            )
        return StoreError(
            f"the store of warm caches {self.root} cannot be used: {reason}"
            f"{f' ({error.filename})' if error.filename else ''}\n"
            f"{_REMEDIES.get(error.errno or 0, _REMEDY)}: {self._named_by}"
        )

    @contextlib.contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        lock = FileLock(self.root / "locks" / f"{name}.lock")
        try:
            lock.acquire()
        except OSError as error:
            raise self._unusable(error) from error
        try:
            # A process that was killed while it held the lock has left its scratch folder.
            self._clear(name)
            yield
        finally:
            self._clear(name)
            lock.release()

    def _clear(self, name: str) -> None:
        """Delete the scratch folders of a lock that this process holds."""
        for scratch in (self.root / "tmp").glob(f"{name}-*"):
            # A go command that outlived its parent may still write into it. The next holder of the lock tries again.
            with contextlib.suppress(OSError):
                remove_tree(scratch)

    def _make_room(self) -> None:
        """Delete the entries that were unused for longest, until the store is within its limit."""
        with self._lock("room"):
            entries = stored(self.root)
            total = sum(entry.bytes for entry in entries)
            now = time.time()
            for entry in entries:
                if total <= self._limit or now - entry.used < _RECENT_SECONDS:
                    return
                total -= entry.bytes
                take_out(self.root, entry)

    def delete_unused(self, seconds: float) -> list[StoreEntry]:
        """Delete the entries that no test used for so long, and an hour at least; returns them.

        Raises `StoreError` when the store cannot be written.
        """
        self._prepare()
        with self._lock("room"):
            limit = time.time() - max(seconds, _RECENT_SECONDS)
            unused = [entry for entry in stored(self.root) if entry.used < limit]
            try:
                for entry in unused:
                    take_out(self.root, entry)
            except OSError as error:
                raise self._unusable(error) from error
        return unused

    @staticmethod
    def _mark_used(description: Path) -> None:
        now = time.time()
        if now - description.stat().st_mtime > _TOUCH_SECONDS:
            try:
                os.utime(description, (now, now))
            except OSError as error:
                # A store that several users share may be read-only: by its permissions, or by its mount.
                if error.errno not in _READ_ONLY:
                    raise
