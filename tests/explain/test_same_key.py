"""Why an action runs although its key is an old one."""

from __future__ import annotations

import pytest

from pytest_gocache.explain.same_key import forced
from tests.made_results import command


@pytest.mark.parametrize(
    ("line", "goflags", "text"),
    [
        ("build .", "", ""),
        ("build -a .", "", "forced by -a"),
        ("build .", "-a", "forced by -a in GOFLAGS"),
        ("build -a=false .", "-a", ""),
    ],
)
def test_a_rebuild_that_is_forced(line: str, goflags: str, text: str) -> None:
    assert forced(command(line, goflags)) == text
