"""The difference between two builds, as the lines of a failure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_gocache.assertions.reproducible.advice import advice_for
from pytest_gocache.assertions.reproducible.builds import Build, differing_outputs
from pytest_gocache.assertions.reproducible.contents import difference_of_file
from pytest_gocache.assertions.reproducible.first_difference import first_difference

__all__ = ["Culprit", "explain_difference"]


@dataclass(frozen=True, slots=True)
class Culprit:
    """Conditions that change the output of a build, with two builds that show it."""

    conditions: frozenset[str]
    """One condition; several that matter only together; none for a build that is not repeatable."""
    sentence: str
    """What the conditions do, for the failure."""
    one: Build
    two: Build


def explain_difference(culprits: Sequence[Culprit], one: Build, two: Build) -> Iterator[str]:
    """The lines of a failure: each culprit with the first difference, what differs in a file, and what to do.

    ``one`` and ``two`` are the builds whose files are compared and kept.
    """
    firsts = [
        first_difference(
            culprit.one.result, culprit.two.result, culprit.conditions, differing_outputs(culprit.one, culprit.two)
        )
        for culprit in culprits
    ]
    for culprit, first in zip(culprits, firsts, strict=True):
        yield culprit.sentence
        yield str(first)
    names = (name for name in differing_outputs(one, two) if all((build.out / name).is_file() for build in (one, two)))
    name = next(names, None)
    file = difference_of_file(name, one, two) if name else None
    if file is not None:
        yield from file.lines()
    before, after = (build.setup.machine.toolchain.version for build in (one, two))
    yield from advice_for(firsts, file, one.result, (before, after))
    yield f"kept: {one.out} and {two.out}"
