"""A repository under the ready-made checks: private copies of it, a machine for them, its base build and test."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.checks.preconditions import refuse_dependent, what_it_lacks
from pytest_gocache.errors import GoCommandError, UsageError
from pytest_gocache.gocache_toml import RepositoryConfig
from pytest_gocache.host.files import remove_tree
from pytest_gocache.results.packages import binary_of, sha256_of
from pytest_gocache.results.result import Result
from pytest_gocache.run.checkout import Times, copy_repository, set_times
from pytest_gocache.run.go_module import GoModule
from pytest_gocache.run.machine import Machine
from pytest_gocache.run.observer import Steps

__all__ = ["BuiltCheckout", "CheckedRepository", "binaries_of"]


@dataclass
class CheckedRepository:
    """One repository on one toolchain: a snapshot of it, and a checkout that is built and tested.

    Everything is below ``root``: the snapshot, the machine with the checkout, what commands leave behind. Each check
    works on the same checkout, and leaves it as it was: a copy and a cold build for each would take too long.
    """

    root: Path
    machine_at: Callable[[Path], Machine]
    """Makes a machine below a folder."""
    make: Callable[[Machine, Path, Steps], GoModule]
    """Makes a module over a folder, on a machine."""
    name: str
    """Of the folder of each checkout: builds may make use of it."""
    config: RepositoryConfig = field(default_factory=RepositoryConfig)
    modcache: Path | None = None
    """Where its modules may come from."""
    quiet: bool = False
    """Whether a command is none that a check's report should list."""
    checked_out: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """The files of the checkout before the first build, each with its size and modification time."""
    binaries: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What `binaries_of` gives for the first build."""
    wrong: str = ""
    """Where it was said what is wrong with the repository as a whole."""
    tests_wrong: str = ""
    """Where it was said that its tests cannot be run at all."""
    node: object = None
    """The check that is at work."""
    failed: bool = False
    """Whether a check failed, so that the evidence stays."""

    def take(self, source: Path) -> None:
        """Copy a repository; the original is read this once, and not needed any more. Raises `UsageError`."""
        refuse_dependent(source)
        copy_repository(source, self.snapshot)
        self.copy_to(self.tree, self.times)
        self.checked_out = _stats(self.tree)

    @property
    def snapshot(self) -> Path:
        """The files of the repository as they were."""
        return self.root / "snapshot"

    @functools.cached_property
    def machine(self) -> Machine:
        """The machine with the checkout."""
        return self.machine_at(self.root / "machine")

    @property
    def tree(self) -> Path:
        """The checkout that is built and tested."""
        return self.machine.home.root / self.name

    @property
    def times(self) -> Times:
        """The modification times of a checkout that nobody else's is compared with."""
        return "keep" if self.config.mtimes == "now" else self.config.mtimes

    def copy_to(self, folder: Path, times: Times) -> None:
        """Make a fresh checkout."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(self.snapshot, folder, symlinks=True, copy_function=_copy)
        set_times(folder, times, self.machine.env, self.machine.home.tmp)

    def module(self, machine: Machine, tree: Path, steps: Steps) -> GoModule:
        """A module over a checkout, with the environment that gocache.toml gives."""
        module = self.make(machine, tree, steps)
        module.env |= self.config.env
        return module

    def build(self, module: GoModule, *, check: bool = True) -> Result:
        """Build as the team does."""
        return _run(module, self.config.build or ("go", "build", "./..."), check=check)

    def test(self, module: GoModule, *flags: str, env: Mapping[str, str] | None = None) -> Result:
        """Test as the team does, every go command with these flags in addition. Failing tests are no error here."""
        changes = dict(env or {})
        if flags:
            changes["GOFLAGS"] = " ".join([module.env.get("GOFLAGS", ""), *flags]).strip()
        return _run(module, self.config.test or ("go", "test", "./..."), env=changes, check=False)

    @functools.cached_property
    def built(self) -> Result:
        """The first build: the standard library is warm, all else is cold. Raises `UsageError` when it fails."""
        # Unpacks the modules that are needed, so that the standard packages which these import are warm, too.
        preparing = self.module(self.machine, self.tree, Steps(self.root / "steps" / "prepare"))
        self.quiet = True
        preparing.go("list", "-e", "-deps", "-test", "./...", check=False)
        self.quiet = False
        try:
            result = self.build(self.module(self.machine, self.tree, Steps(self.root / "steps" / "base")))
        except GoCommandError as error:
            advice = what_it_lacks(error.stderr + error.stdout, self.modcache)
            raise UsageError(f"the repository does not build: {error}\n{advice}".rstrip()) from None
        if not result.packages:
            raise UsageError(
                f"{result.title} has called no go command that builds, or by another path than the `go` on PATH: "
                "nothing can be said of it"
            )
        # Now: later builds put others in their place.
        self.binaries = binaries_of(result)
        return result

    @functools.cached_property
    def built_again(self) -> Result:
        """The same build once more."""
        return self.build(self.module(self.machine, self.tree, self._after(self.built, "base-again")))

    @functools.cached_property
    def tested(self) -> tuple[Result, Result]:
        """The first test after the first build, and the second one. Raises `UsageError` when there is none."""
        module = self.module(self.machine, self.tree, self._after(self.built_again, "base-tests"))
        first = self.test(module)
        if not first.tests:
            raise UsageError(
                f"{first.title} printed no test verdict, exit status {first.returncode}:\n{first.stderr}{first.stdout}"
            )
        return first, self.test(module)

    def _after(self, last: Result, name: str) -> Steps:
        return Steps(self.root / "steps" / name, taken=last.step, last=last)

    def checkout(self, name: str) -> BuiltCheckout:
        """What a check works with; ``name`` is that of its steps' folder."""
        return BuiltCheckout(self, self._after(self.built_again, name))


@dataclass
class BuiltCheckout:
    """The checkout after its first two builds, for one check: its steps are numbered on from these."""

    repository: CheckedRepository
    steps: Steps

    @functools.cached_property
    def module(self) -> GoModule:
        """The checkout that was built."""
        return self.repository.module(self.repository.machine, self.repository.tree, self.steps)

    @property
    def built(self) -> Result:
        """The first build."""
        return self.repository.built

    def build(self, module: GoModule | None = None) -> Result:
        """Build, by default in the checkout that was built before."""
        return self.repository.build(module or self.module)

    def test(self, *flags: str, module: GoModule | None = None, env: Mapping[str, str] | None = None) -> Result:
        """Test, by default in the checkout that was built before."""
        return self.repository.test(module or self.module, *flags, env=env)

    @contextlib.contextmanager
    def undone(self) -> Iterator[None]:
        """Give the files of the checkout their content and times back at the end, and delete new ones.

        Outputs of the build that were there before stay as they are: they are no part of the sources. Folders get their
        times back, too: a test that lists one depends on it.
        """
        tree, snapshot = self.repository.tree, self.repository.snapshot
        sources, before = self.repository.checked_out, _stats(tree)
        folders = {folder: Path(folder).stat().st_mtime_ns for folder, _, _ in os.walk(tree)}
        try:
            yield
        finally:
            for name, stamp in _stats(tree).items():
                if name not in before:
                    (tree / name).unlink()
                elif stamp != before[name] and before[name] == sources.get(name):
                    _put_back(snapshot / name, tree / name, before[name][1])
            for name in before.keys() & sources.keys() - _stats(tree).keys():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                _put_back(snapshot / name, tree / name, before[name][1])
            for folder, _, _ in os.walk(tree, topdown=False):
                if folder in folders:
                    os.utime(folder, ns=(folders[folder],) * 2)
                else:
                    with contextlib.suppress(OSError):
                        Path(folder).rmdir()

    @contextlib.contextmanager
    def next_job(self, *, caches: bool, times: Times) -> Iterator[GoModule]:
        """A fresh checkout in the same folders on a new machine, as the next job of a CI runner has it.

        ``caches``: with the GOCACHE that the job before left; without, one with a warm standard library only. The
        module cache comes along either way. Meanwhile the machine before is out of the way.
        """
        repository = self.repository
        here, old = repository.machine.home.root, repository.machine
        parked = repository.root / "parked"
        here.rename(parked)
        try:
            machine = repository.machine_at(here)
            if caches:
                machine.build_cache.restore(BuildCache(parked / old.build_cache.path.relative_to(here)))
            with _moved(parked / old.module_cache.path.relative_to(here), machine.module_cache.path):
                repository.copy_to(repository.tree, times)
                yield repository.module(machine, repository.tree, self.steps)
        finally:
            remove_tree(here)
            parked.rename(here)

    @contextlib.contextmanager
    def elsewhere(self) -> Iterator[GoModule]:
        """A fresh checkout in another folder, of another user, with the caches of this one."""
        repository = self.repository
        root = repository.root / "elsewhere"
        try:
            machine = repository.machine_at(root)
            machine.build_cache.restore(repository.machine.build_cache)
            with _moved(repository.machine.module_cache.path, machine.module_cache.path):
                tree = root / "src" / repository.tree.name
                repository.copy_to(tree, repository.times)
                yield repository.module(machine, tree, self.steps)
        finally:
            remove_tree(root)


def binaries_of(result: Result) -> dict[tuple[str, str], str]:
    """Each main package, and where its binary is that a build left in place → the binary's SHA-256."""
    links = ((link, binary_of(result, link)) for link in result.links())
    return {(link.package, link.target): sha256_of(file) for link, file in links if file}


def _run(module: GoModule, command: Sequence[str], *, env: Mapping[str, str] | None = None, check: bool) -> Result:
    if command[0] == "go":
        return module.go(*command[1:], env=env, check=check)
    return module.exec(*command, env=env, check=check)


def _copy(source: str, target: str) -> str:
    """Copy a file of the snapshot. Git's objects are linked: they never change, and are most of many repositories."""
    if f"{os.sep}.git{os.sep}objects{os.sep}" in source:
        with contextlib.suppress(OSError):
            os.link(source, target)
            return target
    return str(shutil.copy2(source, target))


def _stats(tree: Path) -> dict[str, tuple[int, int]]:
    """Every file → its size and modification time."""
    found = {}
    waiting = [str(tree)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    info = entry.stat(follow_symlinks=False)
                    found[os.path.relpath(entry.path, tree)] = (info.st_size, info.st_mtime_ns)
    return found


def _put_back(source: Path, target: Path, modified: int) -> None:
    target.unlink(missing_ok=True)
    shutil.copy2(source, target, follow_symlinks=False)
    os.utime(target, ns=(modified, modified), follow_symlinks=False)


@contextlib.contextmanager
def _moved(source: Path, target: Path) -> Iterator[None]:
    """Have a folder at another place for a while: a module cache is large, and one machine at a time uses it."""
    if not source.is_dir():
        yield
        return
    remove_tree(target)
    source.rename(target)
    try:
        yield
    finally:
        target.rename(source)
