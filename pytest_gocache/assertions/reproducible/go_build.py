"""A ``go build`` as a recipe of `assert_reproducible`."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.assertions.reproducible.builds import Build, hashes_of
from pytest_gocache.assertions.reproducible.conditions import Setup
from pytest_gocache.errors import UsageError
from pytest_gocache.golang.command_line import GoArguments, without_flag
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import dependencies_of
from pytest_gocache.run.observer import Observer
from pytest_gocache.run.running import Running

__all__ = ["GoBuild"]


@dataclass(frozen=True, slots=True)
class GoBuild:
    """A ``go build`` with these arguments."""

    args: Sequence[str]

    @property
    def title(self) -> str:
        """The command as the user would type it, in backquotes."""
        return f"`{shlex.join(['go', 'build', *self.args])}`"

    def build(self, observer: Observer, setup: Setup, running: Running, out: Path) -> Result:
        """Build the checkout of ``setup``; the binaries go to the folder ``out``."""

        def go(target: str) -> Result:
            return observer.go(_arguments(self.args, setup, target), running)

        result = go(_target(self.args, setup, out) or os.devnull)
        if not result.returncode and not any(out.iterdir()) and any(result.links()):
            # Not earlier: `go build -o FOLDER` builds only main packages.
            binaries = go(f"{out}{os.sep}")
            programs = [link.target for link in binaries.links()]
            if binaries.returncode:
                return binaries
            if len(set(programs)) < len(programs):
                raise UsageError(
                    f"assert_reproducible: {self.title} builds several programs of the same name, and one would "
                    "overwrite the other: build one at a time, with -o"
                )
        return result

    def outputs(self, result: Result, out: Path) -> dict[str, str]:
        """The hash of each binary, and of each package that no binary contains."""
        made = hashes_of(out)
        linked = dependencies_of(result, result.links())
        if made and not linked:
            return made  # the archive of one package
        rest = [action for action in result.compiles() if action.id not in linked and action.content_id]
        # The standard library counts only when nothing else is built.
        own = [action for action in rest if action.package not in result.std]
        packages = own or ([] if made else rest)
        return made | {f"package {result.short_name(action.package)}": action.content_id for action in packages}

    def require_outputs(self, build: Build) -> None:
        """Raise `UsageError` when there is nothing to compare."""
        if not build.outputs:
            raise UsageError(
                f"assert_reproducible: {self.title} makes nothing to compare: no binary and no compiled package"
            )
        if not build.result.compiled:
            raise UsageError(
                f"assert_reproducible: {self.title} compiles nothing, because all its packages are in the warm "
                'standard library: add "cache" to vary, and one build starts from an empty cache'
            )


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
