"""What a test costs when its cache is its own: with the library, and in the three ways without it."""

from __future__ import annotations

import itertools
import statistics
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

    copied_way, shared_way = "a copied cache", "one shared cache"
    ways: dict[str, Callable[[int], float]] = {
        "an empty pytest run": lambda _: run("test_nothing").seconds,
        copied_way: lambda _: run("test_copied", cache=warm).seconds / count,
        shared_way: lambda _: run("test_shared", cache=shared).seconds / count,
        "the library": with_library,
    }
    taken = take_turns(scratch.rounds, ways, lambda line: scratch.say(f"{PART}, {kind}: {line} s a test"))
    start, copied, floor, whole = taken.values()
    scratch.say(f"{PART}, {kind}: {scratch.rounds} tests with an empty cache each")
    cold = _tests(run("test_empty", scratch.rounds))
    parts = {
        name: [v for outcome in library for v in outcome.all(name)] for name in ("setup", "call", "teardown", "go")
    }
    own = [call - go for call, go in zip(parts["call"], parts["go"], strict=True)]

    typical = statistics.median(whole)
    # The cold tests are all of one process: each is held against the median of the library.
    slower = [seconds / typical for seconds in cold]
    title = f"{kind}: a test"
    yield Row(
        PART, f"{title} of the library", whole, against=shared_way, ratios=ratios(whole, floor), target=Target(limit)
    )
    yield Row(
        PART, f"{title} of the library", whole, against=copied_way, ratios=ratios(whole, copied), target=Target(1)
    )
    yield Row(
        PART,
        f"{title} with an empty cache",
        cold,
        against="the library",
        ratios=slower,
        target=Target(30, at_least=True),
    )
    yield Row(PART, f"{title} with {copied_way}", copied)
    yield Row(PART, f"{title} with {shared_way}, nothing observed", floor)
    yield Row(PART, f"{kind}: interpreter and pytest start, once in each process", start)
    yield Row(PART, f"{title} of the library: set-up", parts["setup"])
    yield Row(PART, f"{title} of the library: go commands", parts["go"])
    yield Row(PART, f"{title} of the library: its own part", own)
    yield Row(PART, f"{title} of the library: tear-down", parts["teardown"])


def _tests(outcome: Outcome) -> list[float]:
    phases = zip(outcome.all("setup"), outcome.all("call"), outcome.all("teardown"), strict=True)
    return [sum(phase) for phase in phases]
