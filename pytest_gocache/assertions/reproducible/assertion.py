"""The assertion that two builds give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytest_gocache.assertions.failure import fail
from pytest_gocache.assertions.reproducible.builds import Builds
from pytest_gocache.assertions.reproducible.conditions import ALL, Stage, chosen
from pytest_gocache.assertions.reproducible.difference import Build, differing, explain_difference
from pytest_gocache.errors import UsageError
from pytest_gocache.host.files import remove_tree
from pytest_gocache.host.toolchain import GoToolchain
from pytest_gocache.results.tables import counted, rows
from pytest_gocache.run.go_module import GoModule, observer_of

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
    observer.machine.refuse_if_replaced(f"assert_reproducible: {module.path}")
    other = observer.find_toolchain(toolchain) if isinstance(toolchain, str) and observer.find_toolchain else None
    other = toolchain if isinstance(toolchain, GoToolchain) else other
    if other is not None and other.goroot == observer.machine.toolchain.goroot:
        raise UsageError(f"assert_reproducible: toolchain={toolchain!s} is the one that the module is built with")
    parent = observer.steps.folder.parent
    root = parent / f"reproduce-{sum(1 for _ in parent.glob('reproduce-*')) + 1}"
    root.mkdir(parents=True)
    stage = Stage(root, module.path, observer.machine, conditions, other)
    builds = Builds(stage, observer, build_args, module.env, timeout)
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


def _refuse(builds: Builds, one: Build, two: Build) -> None:
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


def _guilty(builds: Builds, one: Build) -> Iterator[tuple[str, tuple[Build, Build]]]:
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
