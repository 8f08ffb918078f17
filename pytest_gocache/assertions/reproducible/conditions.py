"""The conditions that a reproducible build does not depend on, and the machines that vary them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from pytest_gocache.caches.module_cache import ModuleCache
from pytest_gocache.errors import UsageError
from pytest_gocache.host.environment import Home
from pytest_gocache.host.files import link_or_copy, remove_tree
from pytest_gocache.host.process import UMASK
from pytest_gocache.host.toolchain import GoToolchain, from_path
from pytest_gocache.run.checkout import copy_repository
from pytest_gocache.run.machine import Machine

__all__ = ["ALL", "PathKind", "Setup", "Variations", "conditions_to_vary"]

ALL = frozenset({"cache", "env", "folder", "home", "p", "tmp", "tz", "umask"})
"""What `assert_reproducible` varies: ``vary=ALL - {"cache"}`` leaves one out, ``vary=ALL | {"goroot"}`` adds one."""

_ON_REQUEST = frozenset({"goroot", "toolchain"})
# The two values of a condition: the baseline, and the varied one.
_UMASKS = (UMASK, 0o077)
_PARALLEL = ("-p=4", "-p=1")
_ENVIRONMENTS = {
    # 26 hours apart: even the date differs. POSIX time zones need no zoneinfo files.
    "tz": ({"TZ": "GMT+12"}, {"TZ": "GMT-14"}),
    "env": (
        {"USER": "ann", "LOGNAME": "ann", "SHELL": "/bin/sh", "TERM": "dumb", "LANG": "C", "LC_ALL": "C"},
        {
            "USER": "bob",
            "LOGNAME": "bob",
            "SHELL": "/bin/bash",
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "EDITOR": "vi",
        },
    ),
}


def _assignments(env: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in env.items())


# The values as messages show them.
_FIXED_VALUES = {
    "cache": ("empty, without the standard library", "filled by an earlier build"),
    "p": _PARALLEL,
    "umask": (f"{_UMASKS[0]:03o}", f"{_UMASKS[1]:03o}"),
} | {name: (_assignments(one), _assignments(two)) for name, (one, two) in _ENVIRONMENTS.items()}


def conditions_to_vary(vary: Iterable[str], toolchain: object) -> frozenset[str]:
    """The names of the conditions to vary; raises `UsageError` for an unknown name."""
    names = {vary} if isinstance(vary, str) else set(vary)
    unknown = sorted(map(repr, names - ALL - _ON_REQUEST))
    if unknown:
        raise UsageError(
            f"assert_reproducible: unknown condition in vary: {', '.join(unknown)}; the conditions are "
            f"{', '.join(sorted(ALL))}, and on request {', '.join(sorted(_ON_REQUEST))}"
        )
    if "toolchain" in names and toolchain is None:
        raise UsageError(
            "assert_reproducible: vary='toolchain' needs toolchain=…: a version such as '1.26.6', a path, or a "
            "GoToolchain"
        )
    return frozenset(names | ({"toolchain"} if toolchain is not None else set()))


class PathKind(Enum):
    """A folder whose path a build can leave in its output. The value is its name in messages."""

    FOLDER = "folder"
    MODULE_CACHE = "module cache"
    BUILD_CACHE = "build cache"
    HOME = "home"
    TMP = "tmp"
    GOROOT = "GOROOT"


@dataclass(frozen=True, slots=True)
class Setup:
    """The machine, the checkout and the flags of one build."""

    machine: Machine
    checkout: Path
    flags: tuple[str, ...]
    """What is added to the command line."""
    paths: Mapping[PathKind, str]
    """The folders whose paths the build can leave in its output."""
    within: Path = Path()
    """The folder of the module, relative to the checkout."""

    @property
    def folder(self) -> Path:
        """The folder of the module."""
        return self.checkout / self.within


@dataclass(slots=True)
class Variations:
    """The two values of each condition, the baseline and the varied one, for builds of one module.

    Each set of names below says which conditions have their varied value. All folders are under ``root``.
    """

    root: Path
    source: Path
    """The checkout with the module, which is only read."""
    machine: Machine
    """The module's own machine, which runs nothing here."""
    vary: frozenset[str]
    toolchain: GoToolchain | None = None
    """The varied toolchain."""
    within: Path = Path()
    """The folder of the module, relative to the checkout."""
    _copies: dict[Path, GoToolchain] = field(default_factory=dict, init=False)
    """GOROOT → the same toolchain in a different folder, made when a build first needs it."""

    def setup(self, varied: frozenset[str]) -> Setup:
        """Create the machine and the checkout of a build.

        The build cache has a warm standard library and nothing else. When the cache varies, its baseline is empty.
        What the module's own environment sets is part of the build and never varies.
        """
        home = self._home(varied, "home")
        remove_tree(home.gocache)
        machine = self.machine.successor(home.root, self._toolchain(varied))
        machine.shared = None
        machine.warmed_by = self._toolchain(varied - {"goroot"})
        self._restore_modules(machine.module_cache)
        tmp = str(self._home(varied, "tmp").tmp)
        Path(tmp).mkdir(parents=True, exist_ok=True)
        # C compilers read all three.
        env = {"TMPDIR": tmp, "TMP": tmp, "TEMP": tmp}
        for name in sorted(self.vary & _ENVIRONMENTS.keys()):
            env |= _ENVIRONMENTS[name][name in varied]
        own = self.machine.settings
        machine.settings |= {name: value for name, value in env.items() if name not in own}
        if "umask" in self.vary:
            machine.umask = _UMASKS["umask" in varied]
        if "cache" in self.vary - varied:
            machine.warm = machine.build_cache.warm = False
        checkout = self._checkout(varied)
        if not checkout.exists():
            copy_repository(self.source, checkout)
        flags = (_PARALLEL["p" in varied],) if "p" in self.vary else ()
        return Setup(machine, checkout, flags, self._paths(varied), self.within)

    def values(self, name: str) -> tuple[str, str]:
        """The two values of a condition, as messages show them."""
        if name in _FIXED_VALUES:
            return _FIXED_VALUES[name]
        one, two = frozenset[str](), frozenset({name})
        if name == "folder":
            return str(self._checkout(one)), str(self._checkout(two))
        if name in _ON_REQUEST:
            before, after = self._toolchain(one), self._toolchain(two)
            # A copy, or a patched toolchain, has the version of the original.
            if before.version == after.version:
                return str(before.goroot), str(after.goroot)
            return str(before.version), str(after.version)
        homes = self._home(one, name), self._home(two, name)
        if name == "tmp":
            return str(homes[0].tmp), str(homes[1].tmp)
        return str(homes[0].home), str(homes[1].home)

    def _paths(self, varied: frozenset[str]) -> dict[PathKind, str]:
        home = self._home(varied, "home")
        return {
            PathKind.FOLDER: str(self._checkout(varied)),
            PathKind.MODULE_CACHE: str(home.gomodcache),
            PathKind.BUILD_CACHE: str(home.gocache),
            PathKind.HOME: str(home.home),
            PathKind.TMP: str(self._home(varied, "tmp").tmp),
            PathKind.GOROOT: str(self._toolchain(varied).goroot),
        }

    def _checkout(self, varied: frozenset[str]) -> Path:
        if "folder" in varied:
            return self.root / "two" / "checkouts" / f"{self.source.name}-2"
        return self.root / "one" / "src" / self.source.name

    def _home(self, varied: frozenset[str], condition: str) -> Home:
        return Home(self.root / ("two" if condition in varied else "one"))

    def _restore_modules(self, cache: ModuleCache) -> None:
        source = self.machine.module_cache
        if source.path.is_dir() and any(source.path.iterdir()) and not any(cache.path.iterdir()):
            cache.restore(source.path)

    def _toolchain(self, varied: frozenset[str]) -> GoToolchain:
        toolchain = self.toolchain if "toolchain" in varied and self.toolchain else self.machine.toolchain
        return self._copy(toolchain) if "goroot" in varied else toolchain

    def _copy(self, toolchain: GoToolchain) -> GoToolchain:
        """The same toolchain in a different folder."""
        if toolchain.goroot not in self._copies:
            goroot = self.root / "goroot" / str(len(self._copies) + 1)
            # Links are safe, because nothing writes to a GOROOT.
            shutil.copytree(toolchain.goroot, goroot, symlinks=True, copy_function=link_or_copy)
            copy = replace(from_path(goroot, self.machine.ambient), extra_env=toolchain.extra_env)
            self._copies[toolchain.goroot] = copy
        return self._copies[toolchain.goroot]
