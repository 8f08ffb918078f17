"""The benchmark's own arithmetic: medians, ratios of pairs, targets, the table."""

from __future__ import annotations

import json

import pytest

from bench.measure import Row, Target, as_markdown, as_text, differences, ratios, take_turns


def test_ways_take_turns_and_another_is_first_each_round() -> None:
    order: list[str] = []

    def way(name: str, value: float) -> float:
        order.append(name)
        return value

    taken = take_turns(3, {"a": lambda n: way("a", n), "b": lambda n: way("b", 10.0 * n)})

    assert order == ["a", "b", "b", "a", "a", "b"]
    assert taken == {"a": [0, 1, 2], "b": [0, 10, 20]}


def test_pairs_are_compared_one_by_one() -> None:
    assert ratios([2, 9], [1, 3]) == [2, 3]
    assert differences([2, 9], [1, 3]) == [1, 6]
    with pytest.raises(ValueError, match="longer"):
        ratios([1], [1, 2])


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (Row("part", "ratio", [9.0], ratios=[1.0, 1.1, 7.0], target=Target(1.1)), True),
        (Row("part", "ratio", [0.0], ratios=[1.0, 1.2, 7.0], target=Target(1.1)), False),
        (Row("part", "milliseconds", [0.010], target=Target(10)), True),
        (Row("part", "milliseconds", [0.011], target=Target(10)), False),
        (Row("part", "at least", [1.0], ratios=[31.0], target=Target(30, at_least=True)), True),
        (Row("part", "at least", [1.0], ratios=[29.0], target=Target(30, at_least=True)), False),
        (Row("part", "no target", [1.0]), None),
        (Row("part", "not measured", target=Target(1)), None),
    ],
)
def test_the_median_meets_the_target(row: Row, met: bool | None) -> None:  # noqa: FBT001
    assert row.met is met
    told = {True: "yes", False: "NO", None: "NOT MEASURED" if row.target else ""}[met]
    assert row.cells()[-1] == told


def test_the_table_has_medians_spreads_and_notes() -> None:
    rows = [
        Row("isolation", "a test", [0.5, 0.1, 0.2], against="the floor", ratios=[1.5, 1.0, 1.25], target=Target(1.2)),
        Row("store", "size", [64.25], "MB", note="all of it"),
        Row("store", "elsewhere", note="NOT MEASURED: nowhere"),
    ]

    lines = [line.split("  ") for line in as_text(rows).splitlines()]
    words = [[cell.strip() for cell in line if cell.strip()] for line in lines]

    assert words[2:] == [
        ["isolation"],
        ["a test", "200.0 ms", "100.0..500.0", "the floor", "1.25 (1.00..1.50)", "<= 1.2", "NO"],
        [],
        ["store"],
        ["size", "64.2 MB"],
        ["all of it"],
        ["elsewhere", "not measured"],
        ["NOT MEASURED: nowhere"],
    ]
    assert as_markdown(rows).splitlines()[3] == "| store | size (all of it) | 64.2 MB |  |  |  |  |  |"
    plain = json.loads(json.dumps(rows[0].plain()))
    assert (plain["median"], plain["ratio median"], plain["met"]) == (200.0, 1.25, False)
