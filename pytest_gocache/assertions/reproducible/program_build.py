"""A program such as ``make`` as a recipe of `assert_reproducible`."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_gocache.assertions.idle import printed_by
from pytest_gocache.assertions.reproducible.builds import Build, hashes_of
from pytest_gocache.assertions.reproducible.conditions import Setup
from pytest_gocache.errors import UsageError
from pytest_gocache.host.files import remove_tree
from pytest_gocache.results.left_binaries import left_binaries
from pytest_gocache.results.result import Result
from pytest_gocache.run.checkout import copy_repository
from pytest_gocache.run.observer import Observer
from pytest_gocache.run.running import Running

__all__ = ["ProgramBuild"]

_MOST_FILES = 8


@dataclass(frozen=True, slots=True)
class ProgramBuild:
    """A program, and the files of the module that it builds.

    Raises `UsageError` for a file outside of the module.
    """

    argv: tuple[str, ...]
    binaries: tuple[str, ...]
    """Relative to the module's root; without them, the Go binaries that the program writes."""
    source: Path
    """The checkout that has the module. It is only read."""

    def __post_init__(self) -> None:
        for name in self.binaries:
            if Path(name).is_absolute() or os.path.normpath(name).startswith(("..", "./..")) or name in ("", "."):
                raise UsageError(
                    f"assert_reproducible: binaries: {name!r} is no file of the module: use a relative path"
                )

    @property
    def title(self) -> str:
        """The command as the user would type it, in backquotes."""
        return f"`{shlex.join(self.argv)}`"

    def build(self, observer: Observer, setup: Setup, running: Running, out: Path) -> Result:
        """Run the program in a new checkout of ``setup``; the binaries that it leaves are copied to ``out``."""
        # Not in the checkout of an earlier build: there, make finds everything up to date.
        remove_tree(setup.checkout)
        copy_repository(self.source, setup.checkout)
        if setup.flags:
            # The flags of the conditions: the command lines are those of the program.
            given = running.env["GOFLAGS"] if "GOFLAGS" in running.env else setup.machine.env.get("GOFLAGS")
            flags = " ".join(filter(None, (given, *setup.flags)))
            running = replace(running, env={**running.env, "GOFLAGS": flags})
        result = observer.exec(self.argv, running)
        for name in self._left(result):
            if (setup.folder / name).is_file():
                (out / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(setup.folder / name, out / name)
        return result

    def _left(self, result: Result) -> Iterator[str]:
        written = set(result.written)
        if self.binaries:
            yield from (name for name in map(os.path.normpath, self.binaries) if name in written)
        else:
            yield from (binary.path.relative_to(result.cwd).as_posix() for binary in left_binaries(result))

    def outputs(self, result: Result, out: Path) -> dict[str, str]:  # noqa: ARG002 - of a Recipe
        """The hash of each binary."""
        return hashes_of(out)

    def require_outputs(self, build: Build) -> None:
        """Raise `UsageError` when the program left no binary, or not all that are named."""
        result = build.result
        missing = [name for name in map(os.path.normpath, self.binaries) if name not in build.outputs]
        if build.outputs and not missing:
            return
        if missing:
            there = [name for name in missing if (build.setup.folder / name).exists()]
            fact = f"{self.title} did not write {', '.join(missing)}"
            remedy = f"{', '.join(there)} was there before: remove it first" if there else ""
        else:
            fact = f"{self.title} wrote no Go binary in the module"
            remedy = "name what it builds with binaries=…, and remove what earlier commands built: the copy has it too"
        wrote = ", ".join(result.written[:_MOST_FILES]) or "no file"
        more = len(result.written) - _MOST_FILES
        raise UsageError(
            "\n".join(
                filter(
                    None,
                    [
                        f"assert_reproducible: {fact}; it wrote {wrote}{f' and {more} more' if more > 0 else ''}",
                        *printed_by(result),
                        remedy,
                    ],
                )
            )
        )
