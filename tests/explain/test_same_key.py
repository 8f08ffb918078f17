"""Why an action runs although its key is an old one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_gocache.explain.same_key import reason_with_same_key
from pytest_gocache.results.reasons import ReasonCode
from tests.made_results import action, command


@pytest.mark.parametrize(
    ("line", "goflags", "flag"),
    [
        ("build .", "", None),
        ("build -a .", "", "-a"),
        ("build .", "-a", "-a in GOFLAGS"),
        ("build -a=false .", "-a", None),
    ],
)
def test_a_rebuild_that_is_forced(line: str, goflags: str, flag: str | None) -> None:
    then = command("build .")
    result = replace(command(line, goflags), step=2, previous=then)
    reason = reason_with_same_key(result, action(1, "lib"), then, action(1, "lib"))
    assert reason.code is (ReasonCode.FORCED if flag else ReasonCode.OUTPUT_GONE)
    assert reason.details.flag == (flag or "")
