"""The conditions that a reproducible build does not depend on, and the imagined machines that have them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_gocache.caches.module_cache import ModuleCache
from pytest_gocache.errors import UsageError
from pytest_gocache.host.environment import Home
from pytest_gocache.host.files import link_or_copy, remove_tree
from pytest_gocache.host.process import UMASK
from pytest_gocache.host.toolchain import GoToolchain, from_path
from pytest_gocache.run.checkout import copy_repository
from pytest_gocache.run.machine import Machine

__all__ = ["ALL", "Place", "Stage", "chosen"]

ALL = frozenset({"cache", "env", "folder", "home", "p", "tmp", "tz", "umask"})
"""What `assert_reproducible` varies: ``vary=ALL - {"cache"}`` leaves one out, ``vary=ALL | {"goroot"}`` adds one."""

_ON_REQUEST = frozenset({"goroot", "toolchain"})
# Two sides of each: the values of one build and of the other.
_UMASKS = (UMASK, 0o077)
_PARALLEL = ("-p=4", "-p=1")
# 26 hours apart: not even the date is the same. The C library, which knows what these mean without any file, is what
# the programs that a build runs ask for the time.
_ENVIRONMENTS = {
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


def chosen(vary: Iterable[str], toolchain: object) -> frozenset[str]:
    """The names of the conditions to vary; a `UsageError` that has the right ones for a wrong name."""
    names = {vary} if isinstance(vary, str) else set(vary)
    wrong = sorted(map(repr, names - ALL - _ON_REQUEST))
    if wrong:
        raise UsageError(
            f"assert_reproducible: vary={', '.join(wrong)}: there is no such condition; there are "
            f"{', '.join(sorted(ALL))}, and on request {', '.join(sorted(_ON_REQUEST))}"
        )
    if "toolchain" in names and toolchain is None:
        raise UsageError(
            "assert_reproducible: to vary the toolchain takes the other one: toolchain='1.26.6', a path, or a "
            "GoToolchain"
        )
    return frozenset(names | ({"toolchain"} if toolchain is not None else set()))


@dataclass(frozen=True, slots=True)
class Place:
    """Where one build happens."""

    machine: Machine
    folder: Path
    """The checkout."""
    flags: tuple[str, ...]
    """What is added to the command line."""


@dataclass(slots=True)
class Stage:
    """Two checkouts, two homes and so on of one module, below one folder: a build has either of each pair."""

    root: Path
    source: Path
    """The module's own folder, which is only read."""
    machine: Machine
    """The module's own machine, which runs nothing here."""
    vary: frozenset[str]
    toolchain: GoToolchain | None = None
    """The other toolchain."""
    _toolchains: dict[tuple[bool, bool], GoToolchain] = field(default_factory=dict)

    def place(self, varied: frozenset[str]) -> Place:
        """Make the place of a build: in what ``varied`` names it has the other side.

        Its build cache has a warm standard library and nothing else; when the cache is among what varies, that of the
        first side has nothing at all. What the module's own environment sets is a part of the build, and never varies.
        """
        home = self._home(varied, "home")
        remove_tree(home.gocache)
        machine = self.machine.successor(home.root, self._toolchain(varied))
        machine.shared = None
        machine.warmed_by = self._toolchain(varied - {"goroot"})
        self._bring_modules(machine.module_cache)
        tmp = str(self._home(varied, "tmp").tmp)
        Path(tmp).mkdir(parents=True, exist_ok=True)
        env = {"TMPDIR": tmp, "TMP": tmp, "TEMP": tmp}
        for name in sorted(self.vary & _ENVIRONMENTS.keys()):
            env |= _ENVIRONMENTS[name][name in varied]
        own = self.machine.settings
        machine.settings |= {name: value for name, value in env.items() if name not in own}
        if "umask" in self.vary:
            machine.umask = _UMASKS["umask" in varied]
        if "cache" in self.vary - varied:
            machine.warm = machine.build_cache.warm = False
        folder = self._folder(varied)
        if not folder.exists():
            copy_repository(self.source, folder)
        flags = (_PARALLEL["p" in varied],) if "p" in self.vary else ()
        return Place(machine, folder, flags)

    def values(self, name: str) -> tuple[str, str]:
        """What a condition is on either side, as a person would say it."""
        one, other = frozenset[str](), frozenset({name})
        texts = {
            "cache": ("empty, the standard library compiled too", "filled by a build before"),
            "folder": (str(self._folder(one)), str(self._folder(other))),
            "home": (str(self._home(one, name).home), str(self._home(other, name).home)),
            "tmp": (str(self._home(one, name).tmp), str(self._home(other, name).tmp)),
            "umask": (f"{_UMASKS[0]:03o}", f"{_UMASKS[1]:03o}"),
            "p": _PARALLEL,
        }
        if name in _ENVIRONMENTS:
            sides = [" ".join(f"{n}={v}" for n, v in env.items()) for env in _ENVIRONMENTS[name]]
            return sides[0], sides[1]
        if name in _ON_REQUEST:
            both = self._toolchain(one), self._toolchain(other)
            alike = name == "goroot" or both[0].version == both[1].version
            return str(both[0].goroot if alike else both[0].version), str(both[1].goroot if alike else both[1].version)
        return texts[name]

    def paths(self, varied: frozenset[str]) -> dict[str, str]:
        """The paths that a build could have put into its output, by what they are; longer ones first."""
        home = self._home(varied, "home")
        return {
            "folder": str(self._folder(varied)),
            "module cache": str(home.gomodcache),
            "build cache": str(home.gocache),
            "home": str(home.home),
            "tmp": str(self._home(varied, "tmp").tmp),
            "GOROOT": str(self._toolchain(varied).goroot),
        }

    def _folder(self, varied: frozenset[str]) -> Path:
        if "folder" in varied:
            return self.root / "another" / "checkouts" / f"{self.source.name}-2"
        return self.root / "one" / "src" / self.source.name

    def _home(self, varied: frozenset[str], what: str) -> Home:
        return Home(self.root / ("another" if what in varied else "one"))

    def _bring_modules(self, cache: ModuleCache) -> None:
        source = self.machine.module_cache
        if source.path.is_dir() and any(source.path.iterdir()) and not any(cache.path.iterdir()):
            cache.restore(source.path)

    def _toolchain(self, varied: frozenset[str]) -> GoToolchain:
        key = "toolchain" in varied, "goroot" in varied
        if key not in self._toolchains:
            found = self.toolchain if key[0] and self.toolchain else self.machine.toolchain
            if key[1]:
                copy = self.root / "goroot" / found.version.number
                shutil.copytree(found.goroot, copy, symlinks=True, copy_function=link_or_copy)
                found = replace(from_path(copy, self.machine.ambient), extra_env=found.extra_env)
            self._toolchains[key] = found
        return self._toolchains[key]
