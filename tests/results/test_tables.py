"""Two-column rows."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from pytest_gocache.results.tables import difference, rows


def test_rows_stand_in_two_columns() -> None:
    assert rows([("m/lib", ["one", "  two"]), ("m/cmd/app", []), ("m", ["three"])]) == snapshot("""\
  m/lib      one
               two
  m/cmd/app
  m          three\
""")


@pytest.mark.parametrize(("number", "total", "more"), [(12, 0, 0), (17, 0, 5), (3, 0, 0), (3, 10, 7), (17, 30, 18)])
def test_a_long_list_is_cut_and_the_rest_counted(number: int, total: int, more: int) -> None:
    lines = rows([(f"m/p{n}", ["why"]) for n in range(number)], total=total).splitlines()
    shown = [f"  m/p{n}  why" for n in range(min(number, 12))]
    assert [" ".join(line.split()) for line in lines] == [
        " ".join(line.split()) for line in shown + [f"and {more} more"] * bool(more)
    ]


def test_a_table_ends_with_the_row_that_fills_it() -> None:
    lines = rows([(f"m/p{n}", ["why", "- old", "+ new"]) for n in range(6)]).splitlines()
    assert len(lines) == 4 * 3 + 1
    assert lines[-1] == "  and 2 more"


def test_a_long_row_is_cut_and_the_rest_counted() -> None:
    lines = rows([("m", [f"line {n}" for n in range(17)])]).splitlines()
    assert len(lines) == 15
    assert lines[-1].split() == ["and", "3", "more", "lines"]


def test_no_rows_are_no_text() -> None:
    assert rows([]) == ""


STAMP = '"-X github.com/acme/billing/internal/version.Version=50108ef-2026-11-25T22:{}Z"'
FOLDER = "/builds/pytest-of-root/pytest-0/checks-go0/{}/app/internal/api/{}"
LONG = "-D A_RATHER_LONG_DEFINITION_OF_A_MACRO={} -D ANOTHER_RATHER_LONG_DEFINITION={}"


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        (STAMP.format("28:01"), STAMP.format("33:09"), "…/version.Version=50108ef-2026-11-25T22:[28:01→33:09]Z"),
        (
            FOLDER.format("machine", "v1"),
            FOLDER.format("elsewhere/src", "v1"),
            "…/[machine→elsewhere/src]/app/internal/api/v1",
        ),
        # Words, numbers and folders stay whole.
        (FOLDER.format("machine", "json1"), FOLDER.format("machine", "json2"), "…/[json1→json2]"),
        (
            LONG.format("1000", 1),
            LONG.format("1100", 1),
            "-D A_RATHER_LONG_DEFINITION_OF_A_MACRO=[1000→1100] -D ANOTHER_RATHER_L…",
        ),
        (
            LONG.format("red", 1),
            LONG.format("reed", 1),
            "-D A_RATHER_LONG_DEFINITION_OF_A_MACRO=[red→reed] -D ANOTHER_RATHER_L…",
        ),
        # One adds to the other, the difference is most of the value, or the value is short.
        (LONG.format(1, 1), LONG.format(1, 1) + " -N", ""),
        (LONG.format(1, 1), LONG.format(2, 2), ""),
        (LONG.format(1, 1), LONG.format(1, 1), ""),
        ("/home/a/app", "/home/b/app", ""),
        ("", STAMP.format("28:01"), ""),
    ],
)
def test_two_long_values_are_shown_as_what_differs(old: str, new: str, shown: str) -> None:
    assert difference(old, new) == shown
