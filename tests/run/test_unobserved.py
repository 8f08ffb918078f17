"""What go commands that nobody observed leave in a build cache."""

from __future__ import annotations

import os
import time
from pathlib import Path

from pytest_gocache.run.unobserved import index_files, written_unobserved


def test_index_files_written_while_no_observed_command_ran(tmp_path: Path) -> None:
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / "old-a").write_text("")
    os.utime(tmp_path / "ab" / "old-a", (1, 1))
    before = index_files(tmp_path)
    assert before == {"ab/old-a"}
    for name in ("new-a", "data-d"):
        (tmp_path / "ab" / name).write_text("")
    (tmp_path / "trim.txt").write_text("")
    now = time.time()
    assert written_unobserved(tmp_path, before, now - 10, []) == ("ab/new-a",)
    assert written_unobserved(tmp_path, before, now - 10, [(now - 9, now - 5), (now + 1, now + 2)]) == ("ab/new-a",)
    assert written_unobserved(tmp_path, before, now - 10, [(now - 5, now + 1)]) == ()
    # A clone that was made before the program started, and renamed into place.
    assert written_unobserved(tmp_path, before, now + 1, []) == ()
    # An action that ran again: Go writes its entry once more.
    os.utime(tmp_path / "ab" / "old-a", (now, now))
    assert written_unobserved(tmp_path, before | {"ab/new-a"}, now - 1, []) == ("ab/new-a", "ab/old-a")
    assert written_unobserved(tmp_path, before | {"ab/new-a"}, now - 1, [(now - 1, now + 1)]) == ()
    assert index_files(tmp_path / "none") == frozenset()
