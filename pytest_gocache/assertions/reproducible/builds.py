"""Builds of one module under chosen conditions."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_gocache.assertions.reproducible.conditions import Setup, Variations
from pytest_gocache.errors import GoCommandError, UsageError
from pytest_gocache.golang.command_line import GoArguments, without_flag
from pytest_gocache.host.files import remove_tree
from pytest_gocache.results.packages import sha256_of
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import dependencies_of
from pytest_gocache.run.observer import Observer, Running

__all__ = ["Build", "Builder", "differing_outputs"]


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


@dataclass(slots=True)
class Builder:
    """Builds one module with one command line, under conditions that its caller chooses."""

    variations: Variations
    observer: Observer
    args: Sequence[str]
    env: Mapping[str, str | None]
    timeout: float | None
    _builds: dict[frozenset[str], Build] = field(default_factory=dict, init=False)
    """What `build` returns again: varied conditions → build."""
    _count: int = field(default=0, init=False)
    """How many builds began."""
    _ended: float = field(default=0.0, init=False)
    """When the latest build ended, in epoch seconds."""

    @property
    def title(self) -> str:
        """The command as the user would type it."""
        return f"`{shlex.join(['go', 'build', *self.args])}`"

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
        return Build(result, folder, setup, _outputs(result, folder / "out"))

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

        def go(target: str) -> Result:
            args = _arguments(self.args, setup, target)
            result = observer.go(args, Running(env, timeout=self.timeout))
            if result.returncode and self._count == 1:
                # A later build that fails differs from the first one, which is a verdict.
                raise GoCommandError(result.command, str(result.cwd), result.returncode, result.stdout, result.stderr)
            return result

        result = go(_target(self.args, setup, out) or os.devnull)
        if not result.returncode and not any(out.iterdir()) and any(result.links()):
            # Not earlier: `go build -o FOLDER` builds only main packages.
            programs = [link.target for link in go(f"{out}{os.sep}").links()]
            if len(set(programs)) < len(programs):
                raise UsageError(
                    f"assert_reproducible: {self.title} builds several programs of the same name, and one would "
                    "overwrite the other: build one at a time, with -o"
                )
        out.rename(folder / "out")
        log.rename(folder / "log")
        return replace(result, evidence=folder / "log" / result.evidence.name if result.evidence else None)


def _arguments(build_args: Sequence[str], setup: Setup, target: str) -> list[str]:
    """The command line with the flags of the setup, and ``target`` as its ``-o``."""
    args = ["build", *build_args]
    at = GoArguments.read(args, "").insert_at
    for flag in (*setup.flags, f"-o={target}"):
        args = without_flag(args, flag.lstrip("-").partition("=")[0])
        args.insert(at, flag)
    return args


def _target(build_args: Sequence[str], setup: Setup, out: Path) -> str:
    """The file or folder in ``out`` that stands for the user's ``-o``; empty when the user gives none."""
    arguments = GoArguments.read(["build", *build_args], "")
    given = next((value for name, value in reversed(arguments.flags) if name == "o"), "")
    if not given or given == os.devnull:
        return ""
    named = Path(os.path.normpath(given))
    # Only the last part of a path outside of the module can be kept.
    named = Path(named.name) if named.is_absolute() or ".." in named.parts else named
    folder = given.endswith("/") or (setup.folder / (arguments.chdir or "") / named).is_dir()
    (out / (named if folder else named.parent)).mkdir(parents=True, exist_ok=True)
    return f"{out / named}{os.sep if folder else ''}"


def _outputs(result: Result, out: Path) -> dict[str, str]:
    """The hash of each output: the files in ``out``, and the packages that no file contains."""
    if result.returncode:
        return {}
    made = {file.relative_to(out).as_posix(): sha256_of(file) for file in sorted(out.rglob("*")) if file.is_file()}
    linked = dependencies_of(result, result.links())
    if made and not linked:
        return made  # the archive of one package
    rest = [action for action in result.compiles() if action.id not in linked and action.content_id]
    # The standard library counts only when nothing else is built.
    own = [action for action in rest if action.package not in result.std]
    return made | {
        f"package {result.short_name(action.package)}": action.content_id for action in own or ([] if made else rest)
    }
