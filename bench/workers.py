"""What pytest-xdist saves, and whether workers that need one store entry at the same time make it once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.measure import Row, Target, ratios, take_turns
from bench.scratch import Outcome, Scratch

PART = "workers"
SUITE = ("cache_tests", "bugs")
_EXAMPLE = Path(__file__).parents[1] / "example_project"
_FILE = "test_warm.py"
_STARTS = 4
"""Number of workers that need the same entries of an empty store at the same time."""


def measure(scratch: Scratch) -> Iterator[Row]:
    """The rows of this part."""
    yield from _suite(scratch)
    yield from _cold_store(scratch)


def _suite(scratch: Scratch) -> Iterator[Row]:
    example = scratch.folder("example") / "example_project"
    ignored = shutil.ignore_patterns("__pycache__", ".pytest_cache")
    shutil.copytree(_EXAMPLE, example, ignore=ignored)

    def run(*options: str) -> Callable[[int], float]:
        return lambda _: scratch.pytest(example, *SUITE, *options, store=scratch.store).seconds

    scratch.say(f"{PART}: the example project's tests, once to warm the store")
    run()(0)
    first = "without xdist"
    ways = {first: run(), "-n 1": run("-n", "1"), "-n 2": run("-n", "2")}
    taken = take_turns(scratch.rounds, ways, lambda line: scratch.say(f"{PART}: {line}"))
    yield Row(PART, f"the example project's tests, {first}", taken[first])
    for name in list(taken)[1:]:
        ratio = ratios(taken[name], taken[first])
        yield Row(PART, f"the example project's tests, {name}", taken[name], against=first, ratios=ratio)


def _cold_store(scratch: Scratch) -> Iterator[Row]:
    """One process and several workers, each on an empty store: both must make the same number of entries."""
    tests = scratch.inside(_FILE)
    made: dict[str, list[int]] = {"one process": [], f"-n {_STARTS}": []}

    def run(name: str, *options: str) -> Callable[[int], float]:
        def measured(_: int) -> float:
            store = scratch.folder("cold") / "store"
            ask = {"count": _STARTS}
            outcome = scratch.pytest(tests, f"{_FILE}::test_variants", *options, store=store, ask=ask)
            made[name].append(entries_made(outcome))
            shutil.rmtree(store.parent)
            return outcome.seconds

        return measured

    names = list(made)
    ways = {names[0]: run(names[0]), names[1]: run(names[1], "-n", str(_STARTS))}
    taken = take_turns(scratch.rounds, ways, lambda line: scratch.say(f"{PART}, an empty store: {line}"))
    one, several = names
    yield Row(
        PART,
        f"entries made in an empty store, {several}",
        made[several],
        "",
        against=f"{one}: {made[one][0]}, one for each variant",
        ratios=ratios(made[several], made[one]),
        target=Target(1.0),
    )
    yield Row(
        PART,
        f"tests on an empty store, {several}",
        taken[several],
        against=one,
        ratios=ratios(taken[several], taken[one]),
    )


def entries_made(outcome: Outcome) -> int:
    """The number of store entries that a pytest process and its workers report as made."""
    found = re.search(r"(\d+) hits?, (\d+) made", outcome.stdout)
    if found is None:
        raise ValueError(f"no line about the store in:\n{outcome.stdout}")
    # Each new entry prints a line. The shim is not an entry.
    begun = outcome.stderr.count("warming ")
    return max(int(found[2]), begun)
