"""How the cost of a result and of an explanation grows with the number of packages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.measure import Row, Target, ratios
from bench.scratch import Outcome, Scratch

PART = "scale"
_FILE = "test_scale.py"
_SHARE = Target(0.05)
"""Target for the largest module: the cost of a result, as a share of its go command."""
_GROWTH = Target(1.5)
"""Target: the cost per package in the largest module, as a multiple of that in the next smaller one. 1 is linear."""


def measure(scratch: Scratch) -> Iterator[Row]:
    """The rows of this part. Each module is built cold once; each round reads its record again."""
    tests = scratch.inside(_FILE)
    outcomes: dict[int, Outcome] = {}
    for size in scratch.sizes:
        scratch.say(f"{PART}: {size:,} packages, minutes if they are thousands")
        ask = {"rounds": scratch.rounds, "sizes": size}
        outcomes[size] = scratch.pytest(tests, _FILE, store=scratch.store, ask=ask)
    for case in dict.fromkeys(outcomes[scratch.sizes[0]].all("case")):
        own = {size: _of(outcomes[size], case, "own") for size in scratch.sizes}
        for size in scratch.sizes:
            go = _of(outcomes[size], case, "go")
            limited = size == scratch.sizes[-1] and case.startswith("result")
            share = ratios(own[size], go)
            name = f"{size:,} packages: {case}"
            against = f"go command ({sorted(go)[len(go) // 2]:.2f} s)"
            yield Row(PART, name, own[size], against=against, ratios=share, target=_SHARE if limited else None)
        for size in scratch.sizes:
            peaks = [a["peak"] for a in outcomes[size].answers if a.get("of") == case]
            if peaks:
                yield Row(PART, f"{size:,} packages: {case}, peak memory", peaks, "MB")
        if len(scratch.sizes) > 1:
            smaller, larger = scratch.sizes[-2:]
            each, each_smaller = [[seconds / n for seconds in own[n]] for n in (larger, smaller)]
            name, against = f"{case}: a package of {larger:,}", f"a package of {smaller:,}"
            yield Row(PART, name, each, against=against, ratios=ratios(each, each_smaller), target=_GROWTH)


def _of(outcome: Outcome, case: str, name: str) -> Sequence[float]:
    return [answer[name] for answer in outcome.answers if answer.get("case") == case]
