"""What a test costs when its cache is its own: with the library, and in the three ways without it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.measure import Row, Target, ratios, take_turns
from bench.scratch import Outcome, Scratch

PART = "isolation"
_KINDS = {"fmt": 1.20, "net/http": 1.10}
"""Each kind of module, and what a test of the library may cost of the floor."""
_FILE = "test_isolation.py"


def measure(scratch: Scratch) -> Iterator[Row]:
    """The rows of this part: wall time of a whole pytest process and of deleting its folders, per test."""
    tests = scratch.inside(_FILE)
    for kind, limit in _KINDS.items():
        yield from _measure(scratch, tests, kind, limit)


def _measure(scratch: Scratch, tests: Path, kind: str, limit: float) -> Iterator[Row]:
    count = scratch.tests
    number = itertools.count()
    warm, shared = scratch.folder("warm") / "cache", scratch.folder("shared") / "cache"

    def run(test: str, count: int = count, cache: Path | None = None, store: Path | None = None) -> Outcome:
        # Every process has a number of its own, and each test's texts have it: nothing is compiled twice.
        ask = {"kind": kind, "count": count, "cache": cache, "round": f"r{next(number)}"}
        return scratch.pytest(tests, f"{_FILE}::{test}", store=store, ask=ask)

    scratch.say(f"{PART}, {kind}: warming the caches")
    for cache in (warm, shared):
        run("test_shared", 1, cache)
    run("test_library", 1, store=scratch.store)
    library: list[Outcome] = []

    def with_library(_: int) -> float:
        library.append(run("test_library", store=scratch.store))
        return library[-1].seconds / count

    ways: dict[str, Callable[[int], float]] = {
        "an empty pytest run": lambda _: run("test_nothing").seconds,
        "a copied cache": lambda _: run("test_copied", cache=warm).seconds / count,
        "one shared cache": lambda _: run("test_shared", cache=shared).seconds / count,
        "the library": with_library,
    }
    taken = take_turns(scratch.rounds, ways, lambda line: scratch.say(f"{PART}, {kind}: {line} s a test"))
    start, copied, floor, whole = taken.values()
    scratch.say(f"{PART}, {kind}: {count} tests with an empty cache each")
    cold = _tests(run("test_empty"))
    parts = {
        name: [v for outcome in library for v in outcome.all(name)] for name in ("setup", "call", "teardown", "go")
    }
    own = [call - go for call, go in zip(parts["call"], parts["go"], strict=True)]

    def row(what: str, *args: object, **more: object) -> Row:
        return Row(PART, f"{kind}: {what}", *args, **more)  # type: ignore[arg-type]

    yield row(
        "a test of the library", whole, against="one shared cache", ratios=ratios(whole, floor), target=Target(limit)
    )
    yield row("the same", whole, against="a copied cache", ratios=ratios(whole, copied), target=Target(1.0))
    # The cold tests are runs of one process, and slow: each is held against the median of the library.
    median = sorted(whole)[len(whole) // 2]
    yield row(
        "with an empty cache", cold, against="the library", ratios=[c / median for c in cold], target=Target(30, True)
    )
    yield row("with a copied cache", copied)
    yield row("with one shared cache, nothing observed", floor)
    yield row("interpreter and pytest start, in each process once", start)
    yield row("library: set-up of the fixtures", parts["setup"])
    yield row("library: go commands", parts["go"])
    yield row("library: its own part of the test", own)
    yield row("library: tear-down", parts["teardown"])


def _tests(outcome: Outcome) -> list[float]:
    phases = zip(outcome.all("setup"), outcome.all("call"), outcome.all("teardown"), strict=True)
    return [sum(phase) for phase in phases]
