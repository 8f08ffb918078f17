"""An imagined machine: a toolchain, a user's folders, two caches, and the environment made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.caches.module_cache import ModuleCache
from pytest_gocache.caches.shared import SharedCache
from pytest_gocache.host.environment import Home, hermetic_environment
from pytest_gocache.host.process import UMASK
from pytest_gocache.host.toolchain import GoToolchain

__all__ = ["Machine"]


@dataclass(slots=True)
class Machine:
    """What the go commands of a test run on. All its folders are below one."""

    toolchain: GoToolchain
    home: Home
    build_cache: BuildCache
    module_cache: ModuleCache
    env: dict[str, str]
    ambient: Mapping[str, str]
    """The environment around pytest, of which only PATH reaches the machine."""
    warm: bool
    """Whether its build cache began with a warm standard library."""
    served: list[Path] = field(default_factory=list)
    """Folders with the sources of modules that commands may download: what they import is warm, too."""
    shared: SharedCache | None = None
    """The cache that it uses instead of its own."""
    warmed_by: GoToolchain | None = None
    """The toolchain whose warm caches it gets, when its own is a copy of it that the store must not know."""
    pinned: frozenset[str] = frozenset()
    """The variables that the test's mark sets, maybe to what they are anyway."""
    umask: int = UMASK
    """The file mode creation mask of its processes."""
    replaced: bool = False
    """Another machine has taken its place: no command runs on it any more."""

    @classmethod
    def create(cls, root: Path, toolchain: GoToolchain, ambient: Mapping[str, str], *, warm: bool = True) -> Machine:
        """Make the folders of a machine below ``root``."""
        home = Home(root)
        home.create()
        cache = BuildCache(home.gocache, warm=warm)
        cache.create()
        env = _environment(home, toolchain, ambient)
        return cls(toolchain, home, cache, ModuleCache(home.gomodcache), env, ambient, warm)

    @property
    def settings(self) -> dict[str, str]:
        """What the test's mark and fixtures put into its environment."""
        plain = _environment(self.home, self.toolchain, self.ambient)
        return {name: value for name, value in self.env.items() if plain.get(name) != value or name in self.pinned}

    def successor(self, root: Path, toolchain: GoToolchain | None) -> Machine:
        """A new machine below ``root``, with the same settings, and with nothing in its caches.

        When ``root`` is this machine's own, what is there is moved away first, and this machine ends: the new one has
        all the same paths, as the next job on a CI runner has.
        """
        if root == self.home.root:
            self._move_away()
        new = Machine.create(root, toolchain or self.toolchain, self.ambient, warm=self.warm)
        new.env |= self.settings
        new.served, new.shared = list(self.served), self.shared
        new.pinned, new.umask = self.pinned, self.umask
        new.build_cache.begin_anew()
        return new

    def _move_away(self) -> None:
        self.replaced = True
        root = self.home.root
        number = sum(1 for _ in root.glob("gone-*")) + 1
        gone = root / f"gone-{number}"
        gone.mkdir()
        for folder in (self.home.home, self.home.tmp, self.home.gocache, self.home.gomodcache):
            folder.rename(gone / folder.name)
        # Whoever holds these still means what was in them.
        self.build_cache.path = gone / self.build_cache.path.name
        self.module_cache.path = gone / self.module_cache.path.name


def _environment(home: Home, toolchain: GoToolchain, ambient: Mapping[str, str]) -> dict[str, str]:
    return hermetic_environment(home, toolchain.goroot, ambient) | dict(toolchain.extra_env)
