"""Two builds of one module under different conditions."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_gocache.assertions.reproducible.conditions import Place, Stage
from pytest_gocache.assertions.reproducible.difference import Build
from pytest_gocache.errors import GoCommandError, UsageError
from pytest_gocache.golang.command_line import GoArguments, without_flag
from pytest_gocache.host.files import remove_tree
from pytest_gocache.results.packages import sha256_of
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import dependencies_of
from pytest_gocache.run.observer import Observer

__all__ = ["Builds"]


@dataclass(slots=True)
class Builds:
    """The builds of one module under conditions, each done once unless it is asked for again."""

    stage: Stage
    observer: Observer
    args: Sequence[str]
    env: dict[str, str]
    timeout: float | None
    kept: set[Path] = field(default_factory=set)
    """The folders of the builds that a failure shows."""
    _made: dict[frozenset[str], Build] = field(default_factory=dict)
    _count: int = 0
    _ended: float = 0.0

    @property
    def title(self) -> str:
        """The command as the user would type it."""
        return f"`{shlex.join(['go', 'build', *self.args])}`"

    def of(self, varied: frozenset[str]) -> Build:
        """The build with the other side of the conditions in ``varied``."""
        if varied not in self._made:
            self._made[varied] = self.again(varied, fill="cache" in varied)
        return self._made[varied]

    def again(self, varied: frozenset[str], *, fill: bool = False, wait: bool = True) -> Build:
        """One more such build, in a new cache; to ``fill`` the cache before the build that counts, it runs twice.

        To ``wait`` for another second makes sure that a time with seconds in it is not the same.
        """
        if wait:
            time.sleep(max(0.0, int(self._ended) + 1 - time.time()))
        place = self.stage.place(varied)
        first = build = self._build(place, varied)
        if fill:
            build = replace(self._build(place, varied), first=first)
        self._ended = time.time()
        return build

    def _build(self, place: Place, varied: frozenset[str]) -> Build:
        self._count += 1
        folder = self.stage.root / f"build-{self._count}"
        result = self._run(place, folder)
        out = folder / "out"
        return Build(result, out, place, self.stage.paths(varied), _outputs(result, out))

    def _run(self, place: Place, folder: Path) -> Result:
        """Build; the binaries and the evidence are moved to ``folder`` from where they are in every build."""
        out, log = self.stage.root / "out", self.stage.root / "log"
        folder.mkdir(parents=True)
        for path in (out, log):
            remove_tree(path)
            path.mkdir()
        observer = self.observer.apart(place.machine, place.folder, log)
        # The cache is this build's own, whatever the test uses.
        env = {**self.env, "GOCACHE": str(place.machine.build_cache.path), "GOCACHEPROG": ""}

        def go(target: str) -> Result:
            args = _arguments(self.args, place, target)
            result = observer.go(args, env, check=False, timeout=self.timeout)
            if result.returncode and self._count == 1:
                # Nothing is to be compared with it.
                raise GoCommandError(result.command, str(result.cwd), result.returncode, result.stdout, result.stderr)
            return result

        result = go(_target(self.args, place, out) or os.devnull)
        if not result.returncode and not any(out.iterdir()) and any(result.links()):
            # With a folder to put binaries into, Go would have left out all that makes none.
            programs = [link.target for link in go(f"{out}{os.sep}").links()]
            if len(set(programs)) < len(programs):
                raise UsageError(
                    f"assert_reproducible: {self.title} makes programs of the same name: use -o, one at a time"
                )
        out.rename(folder / "out")
        log.rename(folder / "log")
        return replace(result, evidence=folder / "log" / result.evidence.name if result.evidence else None)


def _arguments(build_args: Sequence[str], place: Place, target: str) -> list[str]:
    """The command line with our own flags, and with ``target`` for what it makes."""
    args = ["build", *build_args]
    at = GoArguments.read(args).insert_at
    for flag in (*place.flags, f"-o={target}"):
        args = without_flag(args, flag.lstrip("-").partition("=")[0])
        args.insert(at, flag)
    return args


def _target(build_args: Sequence[str], place: Place, out: Path) -> str:
    """What the user's ``-o`` says, below ``out``; empty when there is none."""
    arguments = GoArguments.read(["build", *build_args])
    given = next((value for name, value in reversed(arguments.flags) if name == "o"), "")
    if not given or given == os.devnull:
        return ""
    named = Path(os.path.normpath(given))
    # A name that leaves the module, or a whole path, keeps its last part.
    named = Path(named.name) if named.is_absolute() or ".." in named.parts else named
    folder = given.endswith("/") or (place.folder / (arguments.chdir or "") / named).is_dir()
    (out / (named if folder else named.parent)).mkdir(parents=True, exist_ok=True)
    return f"{out / named}{os.sep if folder else ''}"


def _outputs(result: Result, out: Path) -> dict[str, str]:
    """What a build made, by name, each with a hash: files, and the packages that are in none of them."""
    if result.returncode:
        return {}
    made = {file.relative_to(out).as_posix(): sha256_of(file) for file in sorted(out.rglob("*")) if file.is_file()}
    linked = dependencies_of(result, result.links())
    if made and not linked:
        return made  # one package, as an archive
    rest = [action for action in result.compiles() if action.id not in linked and action.content_id]
    # The standard library is no more than what it takes, unless it is all that is built.
    own = [action for action in rest if action.package not in result.std]
    return made | {f"package {action.package}": action.content_id for action in own or ([] if made else rest)}
