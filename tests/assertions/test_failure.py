"""How an assertion fails."""

from __future__ import annotations

from pytest_gocache.assertions.failure import fail
from tests.messages import failure


def test_parts_are_lines_and_empty_ones_are_left_out() -> None:
    assert failure(fail, "what", "", "why", "") == "what\nwhy"
