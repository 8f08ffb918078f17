"""The assertion that two builds give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pytest_gocache.assertions.failure import fail
from pytest_gocache.assertions.reproducible.builds import Build, Builder, Recipe, differing_outputs, sizes_of
from pytest_gocache.assertions.reproducible.conditions import ALL, Variations, conditions_to_vary
from pytest_gocache.assertions.reproducible.difference import Culprit, explain_difference
from pytest_gocache.assertions.reproducible.go_build import GoBuild
from pytest_gocache.assertions.reproducible.program_build import ProgramBuild
from pytest_gocache.errors import UsageError
from pytest_gocache.host.files import remove_tree
from pytest_gocache.host.toolchain import GoToolchain
from pytest_gocache.results.tables import counted, rows
from pytest_gocache.run.go_module import GoModule, observer_of
from pytest_gocache.run.observer import Observer

__all__ = ["assert_reproducible"]

_BASELINE = frozenset[str]()
_MOST_CULPRITS = 4


def assert_reproducible(
    module: GoModule,
    *build_args: str,
    vary: Iterable[str] = ALL,
    toolchain: GoToolchain | str | None = None,
    exec: Sequence[str] = (),  # noqa: A002 - as GoModule.exec
    binaries: Iterable[str] = (),
) -> None:
    """Two builds of the module under different conditions give the same bytes.

    ``build_args`` are the arguments of `GoModule.build`. The assertion compares every binary, byte by byte, and the
    compiled form of every package that no binary contains. It builds copies of the sources on machines of their own:
    the module's folder, caches and steps stay as they are.

    ``vary`` is the name of a condition, or several names; the default is `ALL`:

    - ``folder``: the checkout; ``home``: HOME, the module cache and the build cache; ``tmp``: the temporary folder;
    - ``env``: the user's environment (name, shell, terminal, locale); ``umask``; ``tz``: the time zone;
    - ``p``: how many actions run at a time;
    - ``cache``: one build compiles everything, the standard library included, which takes seconds; the other build
      finds everything in its cache;
    - on request ``goroot``, the same toolchain in a different folder, and ``toolchain``, a different toolchain.

    ``toolchain`` is that different toolchain: a `GoToolchain`, or a version or path as ``--go-toolchain`` takes it. It
    adds ``toolchain`` to ``vary``.

    ``exec`` is a program that builds, with its arguments, in place of ``go build``: ``exec=("make", "release")``. It
    runs in new copies of the sources. The assertion compares the Go binaries that it creates or changes in the module;
    with ``binaries``, exactly these files, which may be of any kind: ``binaries=("dist/app.tar.gz",)``.

    The two builds never run in the same second. What the module's own environment sets is part of the build and does
    not vary. When the bytes differ, more builds find out which condition makes the difference.

    Raises `AssertionError` when the bytes differ or only one of the builds fails, `UsageError` for an unknown condition
    and for a build that makes nothing to compare, `ToolchainError` when ``toolchain`` is not found, and
    `GoCommandError` when the first build fails.
    """
    recipe = _recipe(module, build_args, exec, binaries)
    conditions = conditions_to_vary(vary, toolchain)
    observer, timeout = observer_of(module)
    observer.machine.refuse_if_replaced(f"assert_reproducible: {module.path}")
    varied_toolchain = _find_toolchain(observer, toolchain)
    parent = observer.steps.folder.parent
    root = parent / f"reproduce-{sum(1 for _ in parent.glob('reproduce-*')) + 1}"
    root.mkdir(parents=True)
    within = module.path.relative_to(observer.tree)
    variations = Variations(root, observer.tree, observer.machine, conditions, varied_toolchain, within)
    builder = Builder(variations, observer, recipe, module.env, timeout)
    kept: set[str] = set()
    try:
        one = builder.build(_BASELINE)
        recipe.require_outputs(one)
        two = builder.build(conditions) if conditions else builder.build_again(_BASELINE)
        if one.outputs != two.outputs:
            culprits = _culprits(builder, one, two)
            if len(culprits) == 1:
                # These builds differ in nothing else.
                one, two = culprits[0].one, culprits[0].two
            kept = {one.folder.name, two.folder.name}
            fail("assert_reproducible", *_headline(recipe.title, one, two), *explain_difference(culprits, one, two))
    finally:
        # The checkouts and caches are large.
        for entry in root.iterdir():
            if entry.name not in kept:
                remove_tree(entry)


def _recipe(module: GoModule, build_args: Sequence[str], argv: Sequence[str], binaries: Iterable[str]) -> Recipe:
    named = (binaries,) if isinstance(binaries, str) else tuple(binaries)
    if not argv:
        if named:
            raise UsageError("assert_reproducible: binaries=… names files of a program: give the program with exec=…")
        return GoBuild(build_args)
    if build_args:
        raise UsageError(
            f"assert_reproducible: {build_args[0]!r} is an argument of go build, which exec=… replaces: give one of "
            "the two"
        )
    if isinstance(argv, str):
        raise UsageError(
            f"assert_reproducible: exec={argv!r} is one string: give the program and its arguments, as in "
            'exec=("make", "release")'
        )
    return ProgramBuild(tuple(argv), named, observer_of(module)[0].tree)


def _find_toolchain(observer: Observer, toolchain: GoToolchain | str | None) -> GoToolchain | None:
    """The toolchain that the user names."""
    found = toolchain if isinstance(toolchain, GoToolchain) else None
    if isinstance(toolchain, str) and observer.find_toolchain:
        found = observer.find_toolchain(toolchain)
    if found is not None and found.goroot == observer.machine.toolchain.goroot:
        raise UsageError(
            f"assert_reproducible: toolchain={toolchain!s} is the toolchain that builds the module already: name a "
            "different one"
        )
    return found


def _headline(title: str, one: Build, two: Build) -> list[str]:
    if one.result.returncode or two.result.returncode:
        return [f"{title} succeeds under some conditions and fails under others"]
    names = differing_outputs(one, two)
    number = f"{len(names)} of {len(one.outputs)} outputs" if len(names) < len(one.outputs) else ""
    verb = "differs" if len(names) == 1 else "differ"
    return [
        f"{number or counted(names, 'output', 'outputs')} of {title} {verb} between two builds",
        rows((name, [_sizes(name, one, two)]) for name in names),
    ]


def _sizes(name: str, one: Build, two: Build) -> str:
    files = one.out / name, two.out / name
    return sizes_of(files) if all(file.is_file() for file in files) else ""


def _culprits(builder: Builder, one: Build, two: Build) -> list[Culprit]:
    """What makes the two builds differ, found with more builds."""
    variations = builder.variations
    pairs = list(_differing_pairs(builder, one))
    culprits = []
    for name, before, after in pairs[:_MOST_CULPRITS]:
        conditions, sentence = _BASELINE, "the build is not repeatable: under the same conditions it differs as well"
        if name:
            conditions = frozenset({name})
            only = "only " if len(pairs) == 1 and len(variations.vary) > 1 else ""
            sentence = f"{only}{name} makes a difference: {' | '.join(variations.values(name))}"
        culprits.append(Culprit(conditions, sentence, before, after))
    if not culprits:
        names = ", ".join(sorted(variations.vary))
        sentence = f"no condition makes a difference alone, but together they do: {names}"
        culprits.append(Culprit(variations.vary, sentence, one, two))
    return culprits


def _differing_pairs(builder: Builder, one: Build) -> Iterator[tuple[str, Build, Build]]:
    """Each condition that makes a difference alone, with two builds that differ only in it.

    A build that is not repeatable gives one pair without a condition, and nothing else.
    """
    vary = builder.variations.vary
    # The varied cache has a warm standard library. With it, each of these builds takes seconds less.
    cache = frozenset({"cache"}) & vary
    filled = builder.build(cache)
    plain = filled.filled_by or filled
    again = builder.build_again(cache)
    if plain.outputs != again.outputs:
        yield "", plain, again
        return
    if cache and one.outputs != filled.outputs:
        yield "cache", one, filled
    for name in sorted(vary - cache):
        # The varied build of a single condition exists already.
        varied = builder.build(vary) if vary == {name} else builder.build_again(cache | {name}, wait=False)
        if varied.outputs != plain.outputs:
            yield name, plain, varied
