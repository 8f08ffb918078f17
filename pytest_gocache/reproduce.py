"""``assert_reproducible``: two builds under different conditions give the same bytes."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_gocache.assertions import fail
from pytest_gocache.conditions import ALL, Place, Stage, chosen
from pytest_gocache.difference import Build, differing, explain_difference
from pytest_gocache.errors import GoCommandError, UsageError
from pytest_gocache.golang.command_line import GoArguments, without_flag
from pytest_gocache.host.files import remove_tree
from pytest_gocache.host.toolchain import GoToolchain
from pytest_gocache.results.packages import sha256_of
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import below
from pytest_gocache.results.tables import counted, rows
from pytest_gocache.run.go_module import GoModule, observer_of
from pytest_gocache.run.observer import Observer

__all__ = ["assert_reproducible"]

_SAME = frozenset[str]()
_MOST_TOLD = 4  # conditions
_NEEDS_NONE = "no condition is needed for it: built again under the same ones, it differs as well"


def assert_reproducible(
    module: GoModule, *build_args: str, vary: Iterable[str] = ALL, toolchain: GoToolchain | str | None = None
) -> None:
    """Two builds of the module under different conditions give the same bytes.

    ``build_args`` are those of `GoModule.build`. What is compared: every binary, byte by byte, and of packages that are
    in none of them what they were compiled to. Both builds are of copies of the sources, on machines of their own: the
    module's folder, caches and steps stay as they are.

    ``vary`` names the conditions that differ, `ALL` of these unless it says otherwise:

    - ``folder`` of the checkout; ``home``, with the module cache and the build cache; ``tmp``, the temporary folder;
    - ``env``, the user's environment (name, shell, terminal, locale); ``umask``; ``tz``, the time zone;
    - ``p``, how many steps run at a time; ``cache``: one build compiles everything, the standard library too, which
      takes its time, and the other one finds everything in its cache;
    - on request ``goroot``, the same toolchain in another place, and ``toolchain``, which is the one that the keyword
      ``toolchain`` names: a `GoToolchain`, or what ``--go-toolchain`` takes.

    The builds never happen in the same second. What the module's own environment sets is a part of the build, and does
    not vary. When the bytes differ, the module is built some times more to find out which condition makes the
    difference. Raises `UsageError` for a name that is no condition and for a build that makes nothing to compare, and
    `GoCommandError` when the build fails.
    """
    conditions = chosen(vary, toolchain)
    observer, timeout = observer_of(module)
    if observer.machine.replaced:
        raise UsageError(f"assert_reproducible: {module.path}: this machine is gone, another one was put in its place")
    other = observer.find_toolchain(toolchain) if isinstance(toolchain, str) and observer.find_toolchain else None
    other = toolchain if isinstance(toolchain, GoToolchain) else other
    if other is not None and other.goroot == observer.machine.toolchain.goroot:
        raise UsageError(f"assert_reproducible: toolchain={toolchain!s} is the one that the module is built with")
    parent = observer.trail.folder.parent
    root = parent / f"reproduce-{sum(1 for _ in parent.glob('reproduce-*')) + 1}"
    root.mkdir(parents=True)
    stage = Stage(root, module.path, observer.machine, conditions, other)
    builds = _Builds(stage, observer, build_args, module.env, timeout)
    try:
        one = builds.of(_SAME)
        _require_something(one, builds.title)
        two = builds.of(conditions) if conditions else builds.again(_SAME)
        if one.outputs != two.outputs:
            _refuse(builds, one, two)
    finally:
        # The checkouts and caches are large; of the builds, those stay that a failure is about.
        for entry in root.iterdir():
            if entry not in builds.kept:
                remove_tree(entry)


def _require_something(build: Build, title: str) -> None:
    if not build.outputs:
        raise UsageError(f"assert_reproducible: {title} makes nothing to compare: no binary, and no compiled package")
    if not build.result.compiled:
        raise UsageError(
            f"assert_reproducible: {title} compiles nothing: the standard library is warm, and nothing else is in it; "
            "vary the cache, and it is compiled"
        )


@dataclass(slots=True)
class _Builds:
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
    linked = below(result, result.links())
    if made and not linked:
        return made  # one package, as an archive
    rest = [action for action in result.compiles() if action.id not in linked and action.content_id]
    # The standard library is no more than what it takes, unless it is all that is built.
    own = [action for action in rest if action.package not in result.std]
    return made | {f"package {action.package}": action.content_id for action in own or ([] if made else rest)}


def _refuse(builds: _Builds, one: Build, two: Build) -> None:
    """Find out which condition makes the difference, and fail."""
    stage = builds.stage
    found = list(_guilty(builds, one))
    told: list[tuple[str, str, Build, Build]] = []
    for name, pair in found[:_MOST_TOLD]:
        only = "only " if len(found) == 1 and len(stage.vary) > 1 else ""
        sentence = f"{only}{name} makes a difference: {' | '.join(stage.values(name))}" if name else _NEEDS_NONE
        told.append((sentence, name, *pair))
    if not found:
        together = f"no condition makes a difference alone, but together they do: {', '.join(sorted(stage.vary))}"
        told.append((together, "these conditions", one, two))
    if len(told) == 1:
        # Two builds that differ in nothing else.
        one, two = told[0][2:]
    builds.kept |= {one.out.parent, two.out.parent}
    names = differing(one, two)
    head = f"assert_reproducible: {builds.title} fails for some, and not for others"
    if not two.result.returncode and not one.result.returncode:
        of = f" of {len(one.outputs)}" if len(names) < len(one.outputs) else ""
        what = f"{counted(names, 'output', 'outputs')}{of} of {builds.title}"
        head = f"assert_reproducible: {what} would not be the same for everybody"
        head += f"\n{rows((name, [_sizes(name, one, two)]) for name in names)}"
    fail(head, *explain_difference(told, one, two))


def _sizes(name: str, one: Build, two: Build) -> str:
    files = [build.out / name for build in (one, two)]
    if not all(file.is_file() for file in files):
        return ""
    sizes = [file.stat().st_size for file in files]
    return (
        f"{sizes[0]:,} bytes, not all of them the same"
        if sizes[0] == sizes[1]
        else " and ".join(f"{size:,} bytes" for size in sizes)
    )


def _guilty(builds: _Builds, one: Build) -> Iterator[tuple[str, tuple[Build, Build]]]:
    """The conditions that make a difference alone, each with two builds that show it; "" for none at all."""
    usual = frozenset({"cache"}) & builds.stage.vary
    filled = builds.of(usual)
    # From here on with a warm standard library, and one run each: little time.
    plain = filled.first or filled
    again = builds.again(usual)
    if plain.outputs != again.outputs:
        yield "", (plain, again)
        return
    if usual and one.outputs != filled.outputs:
        yield "cache", (one, filled)
    for name in sorted(builds.stage.vary - usual):
        # Alone it may be the build that was done first of all.
        alone = not usual and builds.stage.vary == {name}
        varied = builds.of(builds.stage.vary) if alone else builds.again(usual | {name}, wait=False)
        if varied.outputs != plain.outputs:
            yield name, (plain, varied)
