"""Builds of one module under chosen conditions."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from pytest_gocache.assertions.reproducible.conditions import Setup, Variations
from pytest_gocache.errors import GoCommandError
from pytest_gocache.host.files import remove_tree
from pytest_gocache.results.packages import sha256_of
from pytest_gocache.results.result import Result
from pytest_gocache.run.observer import Observer
from pytest_gocache.run.running import Running

__all__ = ["Build", "Builder", "Recipe", "differing_outputs", "hashes_of", "sizes_of"]


def hashes_of(folder: Path) -> dict[str, str]:
    """File in a folder → hash of its content."""
    return {
        file.relative_to(folder).as_posix(): sha256_of(file) for file in sorted(folder.rglob("*")) if file.is_file()
    }


def sizes_of(files: tuple[Path, Path]) -> str:
    """The sizes of two files, for people: ``12 bytes each``."""
    before, after = (file.stat().st_size for file in files)
    return f"{before:,} bytes each" if before == after else f"{before:,} bytes and {after:,} bytes"


@dataclass(frozen=True, slots=True)
class Build:
    """One build and what it made."""

    result: Result
    folder: Path
    """The build's own folder: the files that it made are in ``out``."""
    setup: Setup
    outputs: Mapping[str, str]
    """Output → hash of its content. An output is a file in ``out``, or ``package PATH``."""
    filled_by: Build | None = None
    """The build that filled the build cache first, when the cache varies."""

    @property
    def out(self) -> Path:
        """The folder with the files that the build made."""
        return self.folder / "out"


def differing_outputs(one: Build, two: Build) -> list[str]:
    """The names of the outputs that differ between two builds."""
    return [name for name in {**one.outputs, **two.outputs} if one.outputs.get(name) != two.outputs.get(name)]


class Recipe(Protocol):
    """How to build a module."""

    @property
    def title(self) -> str:
        """The command as the user would type it, in backquotes."""

    def build(self, observer: Observer, setup: Setup, running: Running, out: Path) -> Result:
        """Build the checkout of ``setup``; the binaries go to the folder ``out``."""

    def outputs(self, result: Result, out: Path) -> dict[str, str]:
        """The hash of each output of a build that succeeded; ``out`` has its binaries."""

    def require_outputs(self, build: Build) -> None:
        """Raise `UsageError` when there is nothing to compare."""


@dataclass(slots=True)
class Builder:
    """Builds one module with one command line, under conditions that its caller chooses."""

    variations: Variations
    observer: Observer
    recipe: Recipe
    env: Mapping[str, str | None]
    timeout: float | None
    _builds: dict[frozenset[str], Build] = field(default_factory=dict, init=False)
    """What `build` returns again: varied conditions → build."""
    _count: int = field(default=0, init=False)
    """How many builds began."""
    _ended: float = field(default=0.0, init=False)
    """When the latest build ended, in epoch seconds."""

    def build(self, varied: frozenset[str]) -> Build:
        """The build in which the conditions ``varied`` have their varied value; the second call builds nothing."""
        if varied not in self._builds:
            self._builds[varied] = self.build_again(varied, fill="cache" in varied)
        return self._builds[varied]

    def build_again(self, varied: frozenset[str], *, fill: bool = False, wait: bool = True) -> Build:
        """Build in a new cache; with ``fill``, build twice in it and return the second build.

        With ``wait``, the build starts in a later second than the last one ended, so that a time stamp differs.
        """
        if wait:
            time.sleep(max(0.0, int(self._ended) + 1 - time.time()))
        setup = self.variations.setup(varied)
        build = self._build(setup)
        if fill:
            build = replace(self._build(setup), filled_by=build)
        self._ended = time.time()
        return build

    def _build(self, setup: Setup) -> Build:
        self._count += 1
        folder = self.variations.root / f"build-{self._count}"
        result = self._run(setup, folder)
        outputs = {} if result.returncode else self.recipe.outputs(result, folder / "out")
        return Build(result, folder, setup, outputs)

    def _run(self, setup: Setup, folder: Path) -> Result:
        # The command line is the same in all builds: each writes to one place, and its files move to `folder`.
        out, log = self.variations.root / "out", self.variations.root / "log"
        folder.mkdir(parents=True)
        for path in (out, log):
            remove_tree(path)
            path.mkdir()
        observer = self.observer.apart(setup.machine, setup.folder, log, tree=setup.checkout)
        # Each build uses its own cache, even when the test uses a shared one.
        env = {**self.env, "GOCACHE": str(setup.machine.build_cache.path), "GOCACHEPROG": ""}

        result = self.recipe.build(observer, setup, Running(env, timeout=self.timeout), out)
        if result.returncode and self._count == 1:
            # A later build that fails differs from the first one, which is a verdict.
            raise GoCommandError(result.command, str(result.cwd), result.returncode, result.stdout, result.stderr)
        out.rename(folder / "out")
        log.rename(folder / "log")
        return _moved(result, log, folder / "log")


def _moved(result: Result, log: Path, to: Path) -> Result:
    """The result with its evidence, and that of its go commands, in a different folder."""
    evidence = to / result.evidence.relative_to(log) if result.evidence else None
    return replace(result, evidence=evidence, commands=tuple(_moved(one, log, to) for one in result.commands))
