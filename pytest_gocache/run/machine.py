"""An imagined machine: a toolchain, a user's folders, two caches, and the environment made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.caches.module_cache import ModuleCache
from pytest_gocache.caches.shared import SharedCache
from pytest_gocache.errors import UsageError
from pytest_gocache.host.environment import Home, hermetic_environment
from pytest_gocache.host.process import UMASK
from pytest_gocache.host.toolchain import GoToolchain

__all__ = ["Machine"]


@dataclass(slots=True)
class Machine:
    """What the go commands of a test run on. All its folders are in one root folder."""

    toolchain: GoToolchain
    home: Home
    build_cache: BuildCache
    module_cache: ModuleCache
    ambient: Mapping[str, str]
    """The environment of pytest, of which only PATH reaches the machine."""
    warm: bool
    """Whether the build cache starts with a warm standard library."""
    settings: dict[str, str | None]
    """The variables that the test's mark and fixtures set in the environment, or with None remove. A successor has them
    too."""
    served: tuple[Path, ...] = ()
    """Folders with the sources of modules that commands may download: the standard packages they import are warm."""
    shared: SharedCache | None = None
    """The cache that commands use instead of the machine's own."""
    warmed_by: GoToolchain | None = None
    """The toolchain whose warm caches are used, when `toolchain` is a copy of it that the store must ignore."""
    umask: int = UMASK
    """The file mode creation mask of its processes."""
    warm_all: bool = False
    """Whether the variants that flags for ``all=`` packages select are warm too."""
    replaced: bool = False
    """Whether a successor has taken over its folders: no more commands run on this machine."""

    @classmethod
    def create(
        cls,
        root: Path,
        toolchain: GoToolchain,
        ambient: Mapping[str, str],
        *,
        settings: Mapping[str, str | None] | None = None,
        warm: bool = True,
    ) -> Machine:
        """Make the folders of a machine in ``root``."""
        home = Home(root)
        home.create()
        cache = BuildCache(home.gocache, warm=warm)
        cache.create()
        return cls(toolchain, home, cache, ModuleCache(home.gomodcache), ambient, warm, dict(settings or {}))

    @property
    def env(self) -> dict[str, str]:
        """The environment of its commands: hermetic, then the toolchain's variables, then `settings`."""
        base = hermetic_environment(self.home, self.toolchain.goroot, self.ambient)
        env = {**base, **self.toolchain.extra_env, **self.settings}
        return {name: value for name, value in env.items() if value is not None}

    @property
    def cache(self) -> BuildCache:
        """The cache that serves its commands: the shared one, else its own."""
        return self.shared.cache if self.shared else self.build_cache

    def refuse_if_replaced(self, caller: str) -> None:
        """Raise `UsageError` when a successor has taken over this machine's folders."""
        if self.replaced:
            raise UsageError(f"{caller}: this machine is gone: on_new_machine has put a new one in its place")

    def use_proxy(self, url: str, sources: Path) -> None:
        """Download modules only from the proxy at ``url``; the folder ``sources`` has what it serves."""
        self.settings["GOPROXY"] = url
        self.served = (*self.served, sources)

    def use_shared_cache(self, shared: SharedCache) -> None:
        """Use a cache that all machines of the test share."""
        self.settings["GOCACHEPROG"] = shared.program
        self.shared = shared

    def successor(self, root: Path, toolchain: GoToolchain | None) -> Machine:
        """A new machine in ``root``, with the same settings and empty caches.

        With the ``root`` of this machine, the new one has the same paths, as the next job of a CI runner does. The
        folders of this machine must be moved away first.
        """
        new = Machine.create(root, toolchain or self.toolchain, self.ambient, settings=self.settings, warm=self.warm)
        new.served, new.shared, new.umask, new.warm_all = self.served, self.shared, self.umask, self.warm_all
        new.build_cache.copies = self.build_cache.copies
        new.build_cache.begin_on_new_machine()
        return new

    def move_away(self) -> Path:
        """Move its folders into a new one, which is returned: a different machine gets their places."""
        self.replaced = True
        root = self.home.root
        number = sum(1 for _ in root.glob("gone-*")) + 1
        gone = root / f"gone-{number}"
        gone.mkdir()
        for folder in (self.home.home, self.home.tmp, self.home.gocache, self.home.gomodcache):
            folder.rename(gone / folder.name)
        # The fixtures gocache and gomodcache are these objects: a test must not take them for those of the new machine.
        self.build_cache.replaced_at(gone / self.home.gocache.name)
        self.module_cache.replaced_at(gone / self.home.gomodcache.name)
        return gone
