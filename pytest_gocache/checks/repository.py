"""A repository under the ready-made checks: a private copy, its checkouts, its first builds and test runs."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.checks.preconditions import missing_for_build, refuse_dependent
from pytest_gocache.errors import GoCommandError, GoTimeoutError, RepositoryError, called
from pytest_gocache.gocache_toml import RepositoryConfig
from pytest_gocache.host.environment import file_settings
from pytest_gocache.host.files import remove_tree
from pytest_gocache.host.source_place import SourcePlace
from pytest_gocache.results.packages import binary_of, sha256_of
from pytest_gocache.results.result import Result
from pytest_gocache.run.checkout import Times, copy_repository, set_times
from pytest_gocache.run.git_links import copy_git_links
from pytest_gocache.run.go_module import GoModule, observer_of
from pytest_gocache.run.machine import Machine
from pytest_gocache.run.running import Steps

__all__ = [
    "BaseBuild",
    "BaseTests",
    "BuiltRepository",
    "Checkout",
    "ModuleFactory",
    "RepositoryCopy",
    "binaries_of",
    "run_base_build",
    "run_base_tests",
    "settled_times",
    "take_copy",
]

ModuleFactory = Callable[[Machine, Path, Steps], GoModule]
"""Makes the module in a folder, on a machine, with the steps that its commands continue."""

_BUILD = ("go", "build", "./...")
# What go prints when the patterns of `go test` match no package. Such a run has no verdict, and is not an error.
_NO_PACKAGES = re.compile(r"no packages to test|matched no packages")


@dataclass(frozen=True, slots=True)
class _FileStamp:
    size: int
    modified: int
    """Nanoseconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """One checkout of the repository. It is built and tested as ``gocache.toml`` says."""

    module: GoModule
    config: RepositoryConfig

    def build(self) -> Result:
        """Run the build command of the team. Raises `GoCommandError` when it fails."""
        return self._run(self.config.build or _BUILD, {}, check=True)

    def test(self, *flags: str, env: Mapping[str, str] | None = None) -> Result:
        """Run the test command of the team, each go command in it with ``flags``. Tests may fail."""
        changes = dict(env or {})
        if flags:
            changes["GOFLAGS"] = " ".join([_goflags(self.module), *flags]).strip()
        return self._run(self.config.test or ("go", "test", "./..."), changes, check=False)

    def _run(self, command: tuple[str, ...], env: Mapping[str, str], *, check: bool) -> Result:
        if command[0] == "go":
            return self.module.go(*command[1:], env=env, check=check)
        return self.module.exec(*command, env=env, check=check)


@dataclass(frozen=True, slots=True)
class RepositoryCopy:
    """A private copy of a repository, and a checkout of it on a machine of its own.

    All checks share the checkout, and each check restores it. A copy and a cold build for each check would take too
    long.
    """

    root: Path
    """The folder of the copy, the machine, and everything that commands write."""
    config: RepositoryConfig
    modcache: Path | None
    """The module cache that dependencies come from."""
    machine_at: Callable[[Path], Machine]
    """Makes a machine in a folder."""
    machine: Machine
    tree: Path
    """The checkout on `machine`."""
    within: Path
    """The folder of the module, relative to the checkout."""
    sources: Mapping[str, _FileStamp]
    """The files of the checkout before its first build, by path relative to `tree`."""

    def steps(self, name: str, after: Result | None = None) -> Steps:
        """New steps, recorded in a folder ``name``. They continue the numbers of ``after``."""
        return Steps(self.root / "steps" / name, taken=after.step if after else 0, last=after)

    def checkout(self, modules: ModuleFactory, steps: Steps) -> Checkout:
        """The checkout that all checks share."""
        return _checkout(modules(self.machine, self.tree, steps), self.config)

    @contextlib.contextmanager
    def changes_undone(self) -> Iterator[None]:
        """Restore the checkout at the end: files get their content and times back, new files are deleted.

        Files that a build wrote before are not sources, and stay as they are. Folders get their times back too: the
        cached result of a test that lists a folder depends on them.
        """
        before = _stamps(self.tree)
        folders = {folder: Path(folder).stat().st_mtime_ns for folder, _, _ in os.walk(self.tree)}
        try:
            yield
        finally:
            for name, stamp in _stamps(self.tree).items():
                if name not in before:
                    (self.tree / name).unlink()
                elif stamp != before[name] and before[name] == self.sources.get(name):
                    self._restore(name, before[name])
            for name in before.keys() & self.sources.keys() - _stamps(self.tree).keys():
                (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
                self._restore(name, before[name])
            for folder, _, _ in os.walk(self.tree, topdown=False):
                if folder in folders:
                    os.utime(folder, ns=(folders[folder],) * 2)
                else:
                    with contextlib.suppress(OSError):
                        Path(folder).rmdir()

    def _restore(self, name: str, stamp: _FileStamp) -> None:
        target = self.tree / name
        target.unlink(missing_ok=True)
        shutil.copy2(_snapshot(self.root) / name, target, follow_symlinks=False)
        os.utime(target, ns=(stamp.modified,) * 2, follow_symlinks=False)


@dataclass(frozen=True, slots=True)
class BaseBuild:
    """The first build of the checkout, and the same build a second time."""

    first: Result
    """Started with a warm standard library and nothing else in the build cache."""
    again: Result
    binaries: Mapping[tuple[str, str], str]
    """What `binaries_of` returned after the first build. Later builds overwrite the binaries."""


@dataclass(frozen=True, slots=True)
class BaseTests:
    """The first test run of the checkout, and the same tests a second time."""

    first: Result
    second: Result

    @property
    def cached(self) -> frozenset[str]:
        """The packages whose results the second run took from the cache."""
        return frozenset(outcome.package for outcome in self.second.tests.values() if outcome.cached)


@dataclass(frozen=True)
class BuiltRepository:
    """The repository as a check finds it: copied, and built twice. The check's commands follow these builds."""

    copy: RepositoryCopy
    base: BaseBuild
    modules: ModuleFactory
    steps: Steps
    base_tests: Callable[[], BaseTests | GoTimeoutError]
    """Returns what `run_base_tests` returns. The first check that calls it runs the tests."""
    report: Callable[[str, Sequence[str]], bool]
    """Takes a finding and what it names. Returns whether the run only reports findings: the check does not fail."""
    say: Callable[[str], None]
    """Prints a line of progress, once."""

    @functools.cached_property
    def checkout(self) -> Checkout:
        """The checkout that was built."""
        return self.copy.checkout(self.modules, self.steps)

    def after(self, result: Result) -> BuiltRepository:
        """The same repository. Its next command follows ``result``."""
        return replace(self, steps=self.copy.steps(self.steps.folder.name, result))

    @contextlib.contextmanager
    def next_job(self, *, caches: bool, times: Times) -> Iterator[Checkout]:
        """A fresh checkout in the same folders on a new machine: the next job of a CI runner.

        With ``caches``, its GOCACHE is a copy of the current one. Without, it has only a warm standard library. The
        module cache moves to the new machine either way. The current machine is parked until the end.
        """
        copy, old = self.copy, self.copy.machine
        here, parked = old.home.root, copy.root / "parked"
        here.rename(parked)
        try:
            machine = copy.machine_at(here)
            if caches:
                machine.build_cache.restore(BuildCache(parked / old.build_cache.path.relative_to(here)))
            with _moved(parked / old.module_cache.path.relative_to(here), machine.module_cache.path):
                _make_tree(copy.root, copy.tree, times, machine)
                yield _checkout(self.modules(machine, copy.tree, self.steps), copy.config)
        finally:
            remove_tree(here)
            parked.rename(here)

    @contextlib.contextmanager
    def elsewhere(self) -> Iterator[Checkout]:
        """A fresh checkout in a different folder, for a different user, with the same caches."""
        copy = self.copy
        root = copy.root / "elsewhere"
        try:
            machine = copy.machine_at(root)
            machine.build_cache.restore(copy.machine.build_cache)
            with _moved(copy.machine.module_cache.path, machine.module_cache.path):
                tree = root / "src" / copy.tree.name
                _make_tree(copy.root, tree, settled_times(copy.config), machine)
                yield _checkout(self.modules(machine, tree, self.steps), copy.config)
        finally:
            remove_tree(root)


def take_copy(
    source: SourcePlace,
    root: Path,
    config: RepositoryConfig,
    modcache: Path | None,
    machine_at: Callable[[Path], Machine],
) -> RepositoryCopy:
    """Copy a repository into ``root``. The original is read once. Raises `UsageError` and `RepositoryError`."""
    refuse_dependent(source)
    copy_repository(source.root, _snapshot(root))
    machine = machine_at(root / "machine")
    # Builds may depend on the name of the folder.
    tree = machine.home.root / (source.root.name or "repository")
    _make_tree(root, tree, settled_times(config), machine)
    return RepositoryCopy(root, config, modcache, machine_at, machine, tree, source.within, _stamps(tree))


def run_base_build(copy: RepositoryCopy, modules: ModuleFactory, unrecorded: ModuleFactory) -> BaseBuild:
    """Build the checkout twice. Raises `RepositoryError` when the build fails or calls no go command.

    ``unrecorded`` makes the module whose commands belong in no report.
    """
    # Unpacks the modules that the build needs: the standard packages that they import are then warm too.
    copy.checkout(unrecorded, copy.steps("prepare")).module.go("list", "-e", "-deps", "-test", "./...", check=False)
    checkout = copy.checkout(modules, copy.steps("base"))
    try:
        _load_packages(copy, unrecorded)
        first = checkout.build()
    except GoCommandError as error:
        advice = missing_for_build(error.stderr + error.stdout, copy.modcache)
        raise RepositoryError(f"the repository does not build: {error}\n{advice}".rstrip()) from None
    if not first.packages:
        raise RepositoryError(
            f"{first.title} ran no go command that pytest-gocache can see: "
            "the build must call the `go` on PATH, not a go at an absolute path"
        )
    binaries = binaries_of(first)
    return BaseBuild(first, copy.checkout(modules, copy.steps("base-again", first)).build(), binaries)


def _load_packages(copy: RepositoryCopy, modules: ModuleFactory) -> None:
    """Let Go load the packages of the build. Raises `GoCommandError` when a package or a module is missing.

    Go needs under a second for this. The first build warms the standard library first, which can take minutes. A
    build command that is not ``go build`` may generate packages, so only the build can tell whether they load.
    """
    command = copy.config.build or _BUILD
    if command[:2] != _BUILD[:2]:
        return
    cold = BuildCache(copy.root / "loading")
    cold.create()
    checkout = _checkout(
        modules(replace(copy.machine, build_cache=cold), copy.tree, copy.steps("loading")), copy.config
    )
    checkout.module.build("-n", *command[2:])


def run_base_tests(copy: RepositoryCopy, base: BaseBuild, modules: ModuleFactory) -> BaseTests | GoTimeoutError:
    """Run the tests of the checkout twice. Raises `RepositoryError` when the command prints no verdict.

    Returns, and does not raise, the error of tests that exceed the time limit: it is a finding of one check only.
    """
    checkout = copy.checkout(modules, copy.steps("base-tests", base.again))
    try:
        return _tested_twice(checkout)
    except GoTimeoutError as error:
        return error


def _tested_twice(checkout: Checkout) -> BaseTests:
    first = checkout.test()
    printed = f"{first.stderr}{first.stdout}"
    if not first.tests and not _NO_PACKAGES.search(printed):
        raise RepositoryError(f"{first.title} printed no test verdict, exit status {first.returncode}:\n{printed}")
    return BaseTests(first, checkout.test())


def binaries_of(result: Result) -> dict[tuple[str, str], str]:
    """The binaries that a build left in place: main package and target → SHA-256."""
    links = ((link, binary_of(result, link)) for link in result.links())
    return {(link.package, link.target): sha256_of(file) for link, file in links if file}


def settled_times(config: RepositoryConfig) -> Times:
    """The modification times of a checkout that no check compares with a fresh one."""
    return "keep" if config.mtimes == "now" else config.mtimes


def _snapshot(root: Path) -> Path:
    """The files of the repository as they were, in the folder of a copy."""
    return root / "snapshot"


def _checkout(module: GoModule, config: RepositoryConfig) -> Checkout:
    module.env |= config.env
    return Checkout(module, config)


def _goflags(module: GoModule) -> str:
    """The GOFLAGS of a module's commands: a new value replaces it, wherever it is from."""
    machine = observer_of(module)[0].machine
    env = {name: value for name, value in {**machine.env, **module.env}.items() if value is not None}
    return {**env, **file_settings(env, machine.toolchain.goroot, module.path)}.get("GOFLAGS", "")


def _make_tree(root: Path, tree: Path, times: Times, machine: Machine) -> None:
    tree.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(_snapshot(root), tree, symlinks=True, copy_function=_copy_file)
    copy_git_links(_snapshot(root), tree)
    with called("gocache.toml"):
        set_times(tree, times, machine.env, machine.home.tmp)


def _copy_file(source: str, target: str) -> str:
    """Copy a file of the snapshot. Git's objects become hard links: they never change and are most of a repository."""
    if f"{os.sep}.git{os.sep}objects{os.sep}" in source:
        with contextlib.suppress(OSError):
            os.link(source, target)
            return target
    return str(shutil.copy2(source, target))


def _stamps(tree: Path) -> dict[str, _FileStamp]:
    """Every file, by path relative to ``tree``."""
    found = {}
    waiting = [str(tree)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    info = entry.stat(follow_symlinks=False)
                    found[os.path.relpath(entry.path, tree)] = _FileStamp(info.st_size, info.st_mtime_ns)
    return found


@contextlib.contextmanager
def _moved(source: Path, target: Path) -> Iterator[None]:
    """Move a folder, and move it back at the end. A module cache is large, and one machine at a time uses it."""
    if not source.is_dir():
        yield
        return
    remove_tree(target)
    source.rename(target)
    try:
        yield
    finally:
        target.rename(source)
