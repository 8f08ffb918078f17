"""What flags for all packages cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_gocache import Result
from pytest_gocache.plugin.totals import Totals
from pytest_gocache.results.std_rebuild import rebuilt_std, std_rebuild_line
from tests.made_results import action, command

STD = [f"std{number}" for number in range(12)]


def compiling(line: str, *, goflags: str = "", warm: bool = True, packages: int = 12) -> Result:
    bare = command(line, goflags)
    around = replace(bare.circumstances, warm=warm)
    actions = tuple(action(number, name) for number, name in enumerate(["example.com/app", *STD[:packages]]))
    return replace(bare, actions=actions, std=frozenset(STD), circumstances=around)


def test_the_line_says_what_it_cost_and_the_remedy() -> None:
    result = compiling("build -gcflags=all=-N ./...")
    assert std_rebuild_line(result) == (
        "-gcflags=all=-N compiled 12 packages of the standard library, and the command took 0.1 s: "
        '@pytest.mark.gocache(warm="all") compiles them once and keeps them'
    )
    totals = Totals()
    totals.count(result)
    totals.count(compiling("build ./..."))
    assert (totals.std_rebuilds, totals.std_rebuild_seconds) == (1, 0.1)


def test_goflags_count() -> None:
    assert rebuilt_std(compiling("build", goflags="-gcflags=std=-l")) == 12


@pytest.mark.parametrize(
    "other",
    [
        compiling("build -gcflags=-N"),
        compiling("build -gcflags=all=-N", warm=False),
        compiling("build -gcflags=all=-N", packages=2),
    ],
)
def test_other_commands(other: Result) -> None:
    assert (rebuilt_std(other), std_rebuild_line(other)) == (0, "")
