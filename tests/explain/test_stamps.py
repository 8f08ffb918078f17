"""``-X`` flags that set nothing, by a recorded command and a recorded package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pytest_gocache.explain.stamps import StampFault, empty_stamps
from pytest_gocache.golang.action import Status
from pytest_gocache.results.result import Result
from tests.recorded_results import VERSIONS, compiled_variables

Recorded = Callable[[str], list[Result]]


def with_packages(result: Result, archive: bytes | None) -> Result:
    return replace(result, circumstances=replace(result.circumstances, compiled_package=lambda _: archive))


def test_the_package_does_not_have_the_variable(recorded: Recorded) -> None:
    stamped = with_packages(recorded("stamped")[1], compiled_variables(VERSIONS[-1]))
    (empty,) = empty_stamps(stamped, list(stamped.links()))
    assert (empty.variable, empty.fault) == ("main.version", StampFault.NO_VARIABLE)
    assert str(empty).startswith("-X main.version stamps nothing: main has no string variable version; nearest: ")


def test_nothing_is_claimed_without_evidence(recorded: Recorded) -> None:
    for archive in (None, b"", b"!<arch>\n"):
        stamped = with_packages(recorded("stamped")[1], archive)
        assert empty_stamps(stamped, list(stamped.links())) == []
    stamped = with_packages(recorded("stamped")[1], compiled_variables(VERSIONS[-1]))
    assert empty_stamps(stamped, [replace(link, status=Status.FAILED) for link in stamped.links()]) == []
    assert empty_stamps(replace(stamped, evidence=None, previous=None), list(stamped.links())) == []
