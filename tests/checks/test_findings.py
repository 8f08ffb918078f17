"""What the ready-made checks find in results."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_gocache.checks.findings import could_overlap
from tests.made_results import action, result


@pytest.mark.parametrize("package", ["lib", "fmt"])
def test_a_compile_that_waits_for_another_one_cannot_overlap_with_it(package: str) -> None:
    lower, upper = action(0, package), action(1, "app", span="1-2")
    assert could_overlap(replace(result(lower, upper), std=frozenset({"fmt"})))
    assert not could_overlap(replace(result(lower, replace(upper, deps=(0,))), std=frozenset({"fmt"})))
