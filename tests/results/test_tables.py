"""Two-column rows."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from pytest_gocache.results.tables import rows


def test_rows_stand_in_two_columns() -> None:
    assert rows([("m/lib", ["one", "  two"]), ("m/cmd/app", []), ("m", ["three"])]) == snapshot("""\
  m/lib      one
               two
  m/cmd/app
  m          three\
""")


@pytest.mark.parametrize(("number", "total", "more"), [(20, 0, 0), (25, 0, 5), (3, 0, 0), (3, 10, 7), (25, 30, 10)])
def test_a_long_list_is_cut_and_the_rest_counted(number: int, total: int, more: int) -> None:
    lines = rows([(f"m/p{n}", ["why"]) for n in range(number)], total=total).splitlines()
    shown = [f"  m/p{n}  why" for n in range(min(number, 20))]
    assert [" ".join(line.split()) for line in lines] == [
        " ".join(line.split()) for line in shown + [f"and {more} more"] * bool(more)
    ]


def test_no_rows_are_no_text() -> None:
    assert rows([]) == ""
