"""What a test with its own cache costs: with the library, and in three ways without it."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.measure import Row, Target, ratios, take_turns
from bench.scratch import Outcome, Scratch

PART = "isolation"
_KINDS = {"fmt": 1.20, "net/http": 1.10}
"""Kind of module → target: the cost of a test with the library, as a multiple of the floor."""
_FILE = "test_isolation.py"
_LIBRARY = "test_library"


def measure(scratch: Scratch) -> Iterator[Row]:
    """The rows of this part: per test, the wall time of a whole pytest process and of deleting its folders."""
    kinds = [_Kind(scratch, name, Target(limit)) for name, limit in _KINDS.items()]
    # The steps that make and delete tens of thousands of files come last: for minutes afterwards, some file systems are
    # slow, which would distort the next measurement.
    for step in (_Kind.beside_the_floor, _Kind.beside_a_copy, _Kind.beside_an_empty_cache):
        for kind in kinds:
            yield from step(kind)


class _Kind:
    """The tests of one kind of module, in each of the ways."""

    def __init__(self, scratch: Scratch, name: str, target: Target) -> None:
        self.name, self.title, self.target = name, f"{name}: a test", target
        self.scratch = scratch
        self.tests = scratch.inside(_FILE)
        self.number = itertools.count()
        self.whole: list[float] = []
        """Seconds of each test of the library."""

    def run(self, test: str, count: int, cache: Path | None = None) -> Outcome:
        # The number of the process is part of each test's sources: no process finds the packages of a different one.
        ask = {"kind": self.name, "count": count, "cache": cache, "round": f"r{next(self.number)}"}
        store = self.scratch.store if test == _LIBRARY else None
        return self.scratch.pytest(self.tests, f"{_FILE}::{test}", store=store, ask=ask)

    def say(self, line: str) -> None:
        self.scratch.say(f"{PART}, {self.name}: {line}")

    def a_test(
        self, test: str, cache: Path | None = None, outcomes: list[Outcome] | None = None
    ) -> Callable[[int], float]:
        """A function that runs all tests in one process and returns seconds per test; it appends to ``outcomes``."""

        def measured(_: int) -> float:
            outcome = self.run(test, self.scratch.tests, cache)
            if outcomes is not None:
                outcomes.append(outcome)
            return outcome.seconds / self.scratch.tests

        return measured

    def warmed(self, name: str) -> Path:
        self.say(f"warming the {name} cache")
        cache = self.scratch.folder(name) / "cache"
        self.run("test_shared", 1, cache)
        return cache

    def beside_the_floor(self) -> Iterator[Row]:
        shared = self.warmed("shared")
        self.run(_LIBRARY, 1)
        library: list[Outcome] = []
        ways = {
            "an empty pytest run": lambda _: self.run("test_nothing", 1).seconds,
            "one shared cache": self.a_test("test_shared", shared),
            "the library": self.a_test(_LIBRARY, outcomes=library),
        }
        start, floor, self.whole = take_turns(self.scratch.rounds, ways, self.say).values()
        parts = {
            name: [v for outcome in library for v in outcome.all(name)] for name in ("setup", "call", "teardown", "go")
        }
        own = [call - go for call, go in zip(parts["call"], parts["go"], strict=True)]
        against = ratios(self.whole, floor)
        what = f"{self.title} of the library"
        yield Row(PART, what, self.whole, against="one shared cache", ratios=against, target=self.target)
        yield Row(PART, f"{self.title} with one shared cache, nothing observed", floor)
        yield Row(PART, f"{self.name}: interpreter and pytest start, once in each process", start)
        yield Row(PART, f"{what}: set-up", parts["setup"])
        yield Row(PART, f"{what}: go commands", parts["go"])
        yield Row(PART, f"{what}: its own part", own)
        yield Row(PART, f"{what}: tear-down", parts["teardown"])

    def beside_a_copy(self) -> Iterator[Row]:
        ways = {"a copied cache": self.a_test("test_copied", self.warmed("warm")), "the library": self.a_test(_LIBRARY)}
        copied, whole = take_turns(self.scratch.rounds, ways, self.say).values()
        what = f"{self.title} of the library"
        yield Row(PART, what, whole, against="a copied cache", ratios=ratios(whole, copied), target=Target(1))
        yield Row(PART, f"{self.title} with a copied cache", copied)

    def beside_an_empty_cache(self) -> Iterator[Row]:
        self.say(f"{self.scratch.rounds} tests with an empty cache each")
        cold = _tests(self.run("test_empty", self.scratch.rounds))
        # One process runs all cold tests: each is compared with the median of the library.
        slower = [seconds / statistics.median(self.whole) for seconds in cold]
        target = Target(30, at_least=True)
        yield Row(PART, f"{self.title} with an empty cache", cold, against="the library", ratios=slower, target=target)


def _tests(outcome: Outcome) -> list[float]:
    phases = zip(outcome.all("setup"), outcome.all("call"), outcome.all("teardown"), strict=True)
    return [sum(phase) for phase in phases]
