"""Tracebacks that name a line of a script."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from pytest_gocache.scripts.place import at_line


@pytest.mark.parametrize(("line", "first"), [(1, 1), (7, 3), (7, 7), (2000, 1)])
def test_the_frame_is_at_the_line(tmp_path: Path, line: int, first: int) -> None:
    def fail() -> None:
        raise AssertionError("no")

    with pytest.raises(AssertionError) as caught:
        at_line(tmp_path / "test_x.txtar", line, 10, first, fail)
    [frame] = [f for f in traceback.walk_tb(caught.value.__traceback__) if f[0].f_code.co_filename.endswith(".txtar")]
    assert frame[1] == line
    assert frame[0].f_code.co_firstlineno == first
    assert frame[0].f_code.co_name == "test_x"
