"""A CI service with a cache, and the jobs that its runner plays."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.caches.ci_store import CiStore, StoredCache
from pytest_gocache.caches.folder import CacheFolder
from pytest_gocache.errors import UsageError, called
from pytest_gocache.golang.patterns import near_misses
from pytest_gocache.host.files import remove_tree
from pytest_gocache.results.cache_event import SavedCache
from pytest_gocache.results.ci_action import CACHE_ACTIONS, CacheAction, FileTimes
from pytest_gocache.results.ci_job import JobRecord, NotSaved
from pytest_gocache.results.result import Result
from pytest_gocache.run.checkout import Times, check_out, commit_of, copy_repository, set_times
from pytest_gocache.run.ci_key import expanded
from pytest_gocache.run.go_module import GoModule, observer_of
from pytest_gocache.run.machine import Machine
from pytest_gocache.run.observer import Observer

__all__ = ["CiCache", "CiJob", "Commit"]

Commit = Callable[[GoModule], object] | Mapping[str, str | bytes] | str | None
"""What the commit of a job changes: a function that edits the module, files to write, a git revision, or nothing."""

_FOLDERS = {"GOCACHE": "gocache", "GOMODCACHE": "gomodcache"}


class CiJob(GoModule):
    """A job: a `GoModule` in a fresh checkout on the runner."""

    def __init__(self, path: Path, observer: Observer, timeout: float | None, record: JobRecord) -> None:
        super().__init__(path, observer, timeout)
        self.record: JobRecord = record
        """What the job did with the CI cache, and its commands."""


class CiCache:
    """A CI service that keeps caches between jobs, with the rules of its `action`.

    A job is a fresh checkout of a module on a runner, always in the same folders, with a new home. It restores the
    cache that its key finds, and saves GOCACHE and GOMODCACHE at its end, if the rules of the action say so. A job that
    raises has failed. A job that restores nothing has a warm standard library, like every test.
    """

    def __init__(self, root: Path) -> None:
        self.key: str | Callable[[GoModule], str] | None = None
        """The key, as in the workflow: ``go-${{ hashFiles('go.sum') }}``; or a function that returns the key of a job's
        module. None is the default key of the action."""
        self.restore_keys: Sequence[str] = ()
        """More keys, for a job whose own key has no cache: beginnings of keys, or for ``gitlab`` whole keys."""
        self.limit: int | None = None
        """The size limit of all caches in bytes, uncompressed; None for the limit of the action."""
        self.paths: Sequence[str] = tuple(_FOLDERS)
        """What is kept: ``GOCACHE``, ``GOMODCACHE``."""
        self.history: list[CiJob] = []
        """All jobs, the first one first."""
        self._root = root
        self._action = CACHE_ACTIONS["actions/cache"]
        self._store = CiStore()
        self._day = 0.0
        self._machine: Machine | None = None

    @property
    def action(self) -> str:
        """The cache action: ``actions/cache``, ``setup-go``, ``gitlab``, ``circleci``, ``buildkit`` or ``cp -r``."""
        return self._action.name

    @action.setter
    def action(self, name: str) -> None:
        if name not in CACHE_ACTIONS:
            near = "".join(f"; near it: {one}" for one in near_misses(name, CACHE_ACTIONS))
            raise UsageError(f"ci_cache.action = {name!r}: the actions are {', '.join(CACHE_ACTIONS)}{near}")
        self._action = CACHE_ACTIONS[name]

    def jobs(
        self,
        module: GoModule,
        commits: Iterable[Commit],
        *,
        days: float = 0,
        mtimes: Times = "now",
        env: Mapping[str, str | None] | None = None,
    ) -> Iterator[CiJob]:
        """A job for each of several commits of a module, one after the other; each ends when the next one is asked for.

        A commit is a function that edits ``module``, a mapping from path to text, a git revision to check out, or None
        for the same commit again. A loop that ends early, with ``break`` or an exception, cancels its job: it fails.
        ``days`` pass before each job except the first. See `job` for the other parameters.
        """
        with called("ci_cache.jobs"):
            # All revisions first: HEAD~1 is a different commit after a checkout.
            resolved = [_resolved(commit, module) for commit in commits]
        for commit in resolved:
            with called("ci_cache.jobs"):
                _apply(commit, module)
            with self.job(module, days=days if self.history else 0, mtimes=mtimes, env=env) as job:
                yield job

    @contextlib.contextmanager
    def job(
        self,
        module: GoModule,
        *,
        days: float = 0,
        mtimes: Times = "now",
        env: Mapping[str, str | None] | None = None,
    ) -> Iterator[CiJob]:
        """One job on the sources that ``module`` has now: ``with ci_cache.job(module) as job: job.test("./...")``.

        - ``days``: how many days passed since the job before.
        - ``mtimes``: the modification times of the checkout, as in `GoModule.on_new_machine`.
        - ``env``: more changes to the environment of its commands.

        Raises `UsageError` for a wrong key, action or path, and for a job within a job.
        """
        with called("ci_cache.job"):
            job = self._start(module, days, mtimes, env)
        failed = True
        try:
            yield job
            failed = False
        finally:
            self._end(job, failed=failed)

    def _start(self, module: GoModule, days: float, mtimes: Times, env: Mapping[str, str | None] | None) -> CiJob:
        self._check(module, days)
        self._day += days
        self._store.expire(self._action, self._day)
        observer, timeout = observer_of(module)
        machine = self._runner(observer.machine)
        tree = machine.home.root / "work" / observer.tree.name
        remove_tree(tree)
        copy_repository(observer.tree, tree)
        set_times(tree, mtimes, machine.env, machine.home.tmp)
        folder = tree / module.path.relative_to(observer.tree)

        def record_result(result: Result) -> None:
            record.results.append(result)
            observer.on_result(result)

        on_runner = replace(observer, machine=machine, cwd=folder, tree=tree, on_result=record_result)
        record = JobRecord(
            number=len(self.history) + 1,
            day=self._day,
            action=self._action,
            keys=self._keys(GoModule(folder, on_runner), tree),
            available=self._store.caches,
            removed=tuple(self._store.removed),
            previous=self.history[-1].record if self.history else None,
        )
        self._restore(machine, record)
        job = CiJob(folder, on_runner, timeout, record)
        job.env = {**module.env, **(env or {})}
        self.history.append(job)
        return job

    def _check(self, module: GoModule, days: float) -> None:
        if isinstance(module, CiJob):
            raise UsageError("the sources of a job are those of a module: give it the go_module or go_repo, not a job")
        if self.history and self.history[-1].record.not_saved is NotSaved.RUNNING:
            raise UsageError(f"job {len(self.history)} has not ended: the runner has one job at a time")
        if days < 0:
            raise UsageError(f"days={days}: a job cannot start before the job that precedes it")
        if unknown := [name for name in self.paths if name not in _FOLDERS]:
            raise UsageError(f"ci_cache.paths has {unknown[0]!r}: expected {' and '.join(_FOLDERS)}")
        if self.restore_keys and not self._action.restore_keys:
            raise UsageError(f"ci_cache.restore_keys: {self.action} has none")

    def _runner(self, machine: Machine) -> Machine:
        """A new machine in the place of the last job's. Nothing of that job is needed any more but its logs."""
        if self._machine is not None:
            self._machine.refuse_if_replaced("a job comes after the last one")
            remove_tree(self._machine.move_away())
        self._machine = machine.successor(self._root / "runner", None)
        return self._machine

    def _keys(self, module: GoModule, checkout: Path) -> tuple[str, ...]:
        key = self.key or self._action.default_key
        if key is None:
            raise UsageError(
                f"ci_cache.key is not set, and {self.action} has no default: set it to the key of your workflow, like "
                "go-${{ hashFiles('go.sum') }}"
            )
        own = key if isinstance(key, str) else key(module)
        version = module.toolchain.version.number
        return tuple(expanded(text, checkout, version, len(self.history) + 1) for text in (own, *self.restore_keys))

    def _restore(self, machine: Machine, record: JobRecord) -> None:
        found = self._store.find(record.keys, self._action, record.number, self._day)
        if found is None:
            return
        stored, record.restored = found
        for cache, saved in _saved_caches(machine, stored.folder, self.paths):
            if saved.is_dir():
                cache.restore(saved)
        if "GOCACHE" in self.paths:
            passed = timedelta(days=self._day - stored.saved_on)
            _set_cache_times(machine.build_cache, self._action, passed)

    def _end(self, job: CiJob, *, failed: bool) -> None:
        record, machine = job.record, observer_of(job)[0].machine
        record.not_saved = NotSaved.FAILED
        with called("ci_cache.job"):
            machine.refuse_if_replaced(f"job {record.number} cannot end")
        record.size = job.gocache.size(warm=False)
        record.not_saved = self._why_not(record, failed=failed)
        if record.not_saved:
            return
        folder = self._root / "caches" / str(record.number)
        folder.mkdir(parents=True)
        saved = SavedCache(record.results[-1].step if record.results else 0, record.number, record.key)
        for cache, target in _saved_caches(machine, folder, self.paths):
            cache.save(target)
            if isinstance(cache, BuildCache):
                saved = cache.name_copy(target, record.number, record.key)
        size = CacheFolder(folder).size()
        limit = self._action.limit if self.limit is None else self.limit
        if limit is not None and size > limit:
            record.not_saved = NotSaved.TOO_LARGE
            remove_tree(folder)
            return
        self._store.add(StoredCache(saved, folder, size, self._day, self._day, record.number), limit)

    def _why_not(self, record: JobRecord, *, failed: bool) -> NotSaved | None:
        if failed and not self._action.saves_failed_jobs:
            return NotSaved.FAILED
        if self._action.replaces:
            return None
        if record.restored and record.restored.exact:
            return NotSaved.OWN_KEY
        return NotSaved.KEY_EXISTS if self._store.has(record.key) else None


def _saved_caches(machine: Machine, folder: Path, paths: Sequence[str]) -> Iterator[tuple[CacheFolder, Path]]:
    """The caches of a machine that are kept, each with its place in the folder of a saved cache."""
    caches: Mapping[str, CacheFolder] = {"GOCACHE": machine.build_cache, "GOMODCACHE": machine.module_cache}
    for path in paths:
        yield caches[path], folder / _FOLDERS[path]


def _set_cache_times(cache: BuildCache, action: CacheAction, passed: timedelta) -> None:
    """Give the files of a restored cache the times that the action leaves, ``passed`` after they were saved."""
    if passed:
        cache.let_days_pass(passed)
    if action.times is FileTimes.KEPT:
        return
    now = time.time()
    for parent, _, files in os.walk(cache.path):
        for name in files:
            file = Path(parent) / name
            moment = now if action.times is FileTimes.NEW else float(int(file.stat().st_mtime))
            os.utime(file, (moment, moment))


def _resolved(commit: Commit, module: GoModule) -> Commit:
    if not isinstance(commit, str):
        return commit
    observer, _ = observer_of(module)
    return commit_of(observer.tree, commit, observer.machine.env, observer.machine.home.tmp)


def _apply(commit: Commit, module: GoModule) -> None:
    if isinstance(commit, str):
        observer, _ = observer_of(module)
        check_out(observer.tree, commit, observer.machine.env, observer.machine.home.tmp)
    elif isinstance(commit, Mapping):
        module.write(commit)
    elif commit is not None:
        commit(module)
