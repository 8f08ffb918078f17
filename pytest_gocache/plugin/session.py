"""What the tests of a pytest session share, in ``config.stash``: toolchains, the store, totals."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from pytest_gocache.caches.source_scan import SourceScan
from pytest_gocache.caches.store_key import store_key
from pytest_gocache.caches.warm_store import WarmStore
from pytest_gocache.errors import GoCacheError, StoreError
from pytest_gocache.explain.cache_keys import cache_key
from pytest_gocache.explain.explainer import explain
from pytest_gocache.gocache_toml import NamedToolchain
from pytest_gocache.host.fetch_go import NO_STORE, resolve, version_of
from pytest_gocache.host.files import remove_tree
from pytest_gocache.host.toolchain import GoToolchain
from pytest_gocache.plugin.default_go import default_toolchain, default_version
from pytest_gocache.plugin.hosts import host_of_process, is_worker
from pytest_gocache.plugin.options import Settings, read_settings
from pytest_gocache.plugin.own_time import OwnTime, own_time_of
from pytest_gocache.plugin.totals import Totals
from pytest_gocache.results.result import Result
from pytest_gocache.run.go_module import GoModule
from pytest_gocache.run.listing import Listing
from pytest_gocache.run.machine import Machine
from pytest_gocache.run.module_proxy import ModuleProxy
from pytest_gocache.run.observer import Observer
from pytest_gocache.run.running import Steps
from pytest_gocache.run.toolchain_check import check_toolchain

__all__ = ["GoSession", "begin_attempt", "commands_of", "forget_commands", "keep_folder", "record_result", "session_of"]


_PAUSE_SECONDS = 0.5


@dataclass(slots=True)
class GoSession:
    """The state of one pytest process."""

    settings: Settings
    say: Callable[[str], None]
    make_folder: Callable[[str], Path] = lambda name: Path(tempfile.mkdtemp(prefix=f"{name}-"))
    """Makes a folder on the file system of the tests. Fixtures replace this with pytest's `mktemp`."""
    ambient: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    totals: Totals = field(default_factory=Totals)
    scan: SourceScan = field(default_factory=SourceScan)
    listing: Listing = field(init=False)
    own_time: OwnTime = field(default_factory=OwnTime)
    _toolchains: dict[str, GoToolchain | GoCacheError] = field(default_factory=dict)
    _checked: dict[Path, GoCacheError | None] = field(default_factory=dict)
    _store: WarmStore | None = None
    _said: set[str] = field(default_factory=set)
    _packed: dict[Path, ModuleProxy] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # make_folder is replaced later.
        self.listing = Listing(lambda: self.make_folder("go-list"))

    @property
    def store(self) -> WarmStore:
        """The store of warm caches. Raises `StoreError` when there is no folder for it."""
        if self._store is None:
            if self.settings.store is None:
                raise StoreError(f"there is no store of warm caches.\n{NO_STORE}")
            self._store = WarmStore(
                self.settings.store,
                self.ambient,
                self.say,
                self.settings.store_limit,
                lambda: self.make_folder("warm-gocaches"),
            )
        return self._store

    def toolchain(self, spec: str = "") -> GoToolchain:
        """The toolchain that ``spec`` names, or the default one. A failure is kept and raised each time."""
        if spec not in self._toolchains:
            named = self.settings.config.toolchains.get(spec, NamedToolchain(spec))
            try:
                self._toolchains[spec] = (
                    replace(resolve(named.spec, self.settings.store, self.ambient, self.say), extra_env=named.env)
                    if spec
                    else default_toolchain(self.settings.repository, self.settings.store, self.ambient, self.say)
                )
            except GoCacheError as error:
                self._toolchains[spec] = error
        found = self._toolchains[spec]
        if isinstance(found, GoCacheError):
            raise found.with_traceback(None)
        return found

    def found_toolchain(self, spec: str = "") -> GoToolchain | None:
        """The toolchain that ``spec`` names, or the default one; None unless a test has found it before."""
        found = self._toolchains.get(spec)
        return found if isinstance(found, GoToolchain) else None

    def store_key(self) -> str:
        """The key of the store in a CI cache; see `caches.store_key`. Fetches no toolchain."""
        if self.settings.store is None:
            raise StoreError(f"there is no store of warm caches.\n{NO_STORE}")
        specs = self.settings.toolchains or ("",)
        named = [self.settings.config.toolchains.get(spec, NamedToolchain(spec)).spec for spec in specs]
        versions = [
            version_of(spec, self.ambient) if spec else default_version(self.settings.repository, self.ambient)
            for spec in named
        ]
        return store_key(self.settings.store, versions, self.ambient)

    def check(self, toolchain: GoToolchain) -> None:
        """Run the self-check of a toolchain in a new folder, once a session. A failure is kept and raised each time."""
        if toolchain.goroot not in self._checked:
            with self.own_time():
                self._check(toolchain)
        failed = self._checked[toolchain.goroot]
        if failed is not None:
            raise failed.with_traceback(None)

    def _check(self, toolchain: GoToolchain) -> None:
        scratch = self.make_folder("go-self-check")
        try:
            machine = Machine.create(scratch / "machine", toolchain, self.ambient, warm=False)
            sources = scratch / "module"
            sources.mkdir()
            check_toolchain(self.module(machine, sources, Steps(scratch / "steps")))
            self._checked[toolchain.goroot] = None
        except GoCacheError as error:
            self._checked[toolchain.goroot] = error
        finally:
            remove_tree(scratch)

    def module(  # noqa: PLR0913 - a module, where it is, and who hears of its commands
        self,
        machine: Machine,
        folder: Path,
        steps: Steps,
        *,
        within: Path = Path(),
        on_result: Callable[[Result], None] = lambda _: None,
        on_cold: Callable[[str], None] = lambda _: None,
    ) -> GoModule:
        """The `GoModule` in the checkout ``folder`` on ``machine``. Only this method puts an observer together.

        ``within`` is the folder of the module, relative to the checkout.
        """
        observer = Observer(
            machine=machine,
            steps=steps,
            store=self.store,
            scan=self.scan,
            listing=self.listing,
            cwd=folder / within,
            tree=folder,
            explain=explain,
            cache_key=cache_key,
            find_toolchain=self.toolchain,
            on_result=on_result,
            on_cold=on_cold,
            own_time=self.own_time,
        )
        return GoModule(folder / within, observer, self.settings.timeout)

    def proxy_of(self, folder: Path) -> ModuleProxy:
        """A proxy for one test that serves the archives of a folder. They are packed once a session."""
        if folder not in self._packed:
            with self.own_time():
                packed = ModuleProxy(self.make_folder("go-modules").resolve())
                packed.load(folder)
            self._packed[folder] = packed
        return self._packed[folder].sibling()

    def say_once(self, line: str) -> None:
        """Print a line, unless this process has printed it before, or it is empty."""
        if line and line not in self._said:
            self._said.add(line)
            self.say(line)

    def close(self) -> None:
        """Delete the clones and copies that are kept for later tests, and the folders of `listing`."""
        self.listing.clear()
        if self._store is not None:
            self._store.clear()

    def final_totals(self) -> Totals:
        """The totals of this process, including the store's counts."""
        if self._store is not None:
            self.totals.store_hits, self.totals.store_misses = self._store.counts.hits, self._store.counts.misses
        return self.totals


_SESSION: pytest.StashKey[GoSession] = pytest.StashKey()
_COMMANDS: pytest.StashKey[TestCommands] = pytest.StashKey()


@dataclass(slots=True)
class TestCommands:
    """What the go commands of one test did."""

    __test__ = False

    results: list[Result] = field(default_factory=list)
    """The commands that its report lists."""
    failed: bool = False
    """Whether the test failed, so that its folder may have to stay."""


def session_of(config: pytest.Config) -> GoSession:
    """The `GoSession` of this pytest process; the first call makes it."""
    if _SESSION not in config.stash:
        config.stash[_SESSION] = GoSession(read_settings(config), _Speaker(config), own_time=own_time_of(config))
        if is_worker(config):
            threading.Thread(target=_end_with_controller, args=(os.getppid(),), daemon=True).start()
    return config.stash[_SESSION]


def _end_with_controller(controller: int) -> None:
    """End this xdist worker, and with it its go commands, when the controller dies: xdist takes ten seconds for it."""
    while os.getppid() == controller:
        time.sleep(_PAUSE_SECONDS)
    os._exit(1)


def commands_of(item: pytest.Item) -> TestCommands:
    """The go commands of a test so far."""
    return item.stash.setdefault(_COMMANDS, TestCommands())


def begin_attempt(item: pytest.Item) -> None:
    """Forget what an earlier attempt of a test did: plugins like pytest-rerunfailures run the same item again."""
    item.stash[_COMMANDS] = TestCommands()


def forget_commands(item: pytest.Item) -> None:
    """Free the results of a test that has ended, and the logs that explanations have read: pytest keeps the items."""
    if _COMMANDS in item.stash:
        # Whether the test failed stays: a folder that several tests share is kept or deleted at the session's end.
        item.stash[_COMMANDS].results.clear()


def record_result(item: pytest.Item, result: Result, root: Path) -> None:
    """Add a command to its test's report and to the totals, and call the hook; ``root`` is the test's folder."""
    commands_of(item).results.append(result)
    session_of(item.config).totals.count(result)
    item.ihook.pytest_gocache_command(item=item, result=result, root=root)


def keep_folder(item: pytest.Item) -> bool:
    """Whether a test's folder stays after the test."""
    keep = session_of(item.config).settings.keep
    return keep == "all" or (keep == "failed" and commands_of(item).failed)


class _Speaker:
    """Prints lines to standard error while tests run, past pytest's capture, in xdist's workers too."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._test = ""

    def __call__(self, line: str) -> None:
        host = host_of_process(self._config)
        line = f"{host}: {line}" if host else line
        capture = self._config.pluginmanager.getplugin("capturemanager")
        if capture is None:
            print(line, file=sys.stderr, flush=True)  # noqa: T201 - the user sees it
            return
        # In the test of the last line, the cursor is at the start of a line. In a new test, pytest's own output may
        # end within one.
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
        start = "" if test and test == self._test else "\n"
        self._test = test
        with capture.global_and_fixture_disabled():
            print(f"{start}{line}", file=sys.stderr, flush=True)  # noqa: T201 - the user sees it
