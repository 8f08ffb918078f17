"""A timeline in characters."""

from __future__ import annotations

from inline_snapshot import snapshot

from pytest_gocache.plugin.report.text_timeline import text_timeline
from pytest_gocache.plugin.report.timeline import Span


def span(kind: str, started: float, ended: float, status: str = "ran") -> Span:
    return Span(kind, 0, status, started, ended, [])


def test_a_lane_is_a_line_and_a_kind_is_a_letter() -> None:
    spans = [
        span("compile", 0, 4),
        span("compile", 0.5, 1, "cached"),
        span("vet", 2, 3),
        span("link", 4, 8),
        span("test", 9, 10),
        span("cgo", 5, 6),
    ]
    assert text_timeline(spans, 20) == snapshot(
        [
            "CCCCCCCCLLLLLLLL  TT",
            " .  VV    oo",
            "0.00 s to 10.00 s: C compile, L link, V vet, T test, o other, . cached",
        ]
    )


def test_work_is_shown_over_what_is_cached() -> None:
    assert (
        text_timeline([span("compile", 0, 0.1), span("compile", 0.1, 0.2, "cached"), span("vet", 5, 10)], 5)[0]
        == "C VVV"
    )


def test_many_lanes_are_cut() -> None:
    lines = text_timeline([span("compile", 0, 1)] * 12, 3)
    assert lines == [*["CCC"] * 8, "and 4 more lanes", "0.00 s to 1.00 s: C compile"]


def test_a_command_that_ran_nothing_has_none() -> None:
    assert text_timeline([span("compile", 0, 0, "cached")], 20) == []
    assert text_timeline([], 20) == []


def test_an_action_without_a_length_has_a_letter() -> None:
    assert text_timeline([span("compile", 1, 1)], 3) == ["C", "1.00 s to 1.00 s: C compile"]
