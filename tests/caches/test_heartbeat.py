"""Lines while long work goes on."""

from __future__ import annotations

import threading
from itertools import islice

import pytest

from pytest_gocache.caches.heartbeat import _pauses, heartbeat


def test_a_line_tells_the_time_and_the_size_so_far() -> None:
    said: list[str] = []
    twice = threading.Event()

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 2:
            twice.set()

    sizes = iter([1_000_000, 61_400_000, *[70_000_000] * 1000])
    with heartbeat(say, "warming go1.27.3", lambda: next(sizes), seconds=0.01):
        assert twice.wait(10)
    assert said[:2] == ["warming go1.27.3: 0 s, 1 MB in the entry", "warming go1.27.3: 0 s, 61 MB in the entry"]


def test_the_pauses_grow_to_a_minute() -> None:
    assert list(islice(_pauses(10), 8)) == [10, 20, 30, 40, 50, 60, 60, 60]


def test_short_work_has_no_line_and_leaves_no_thread_behind() -> None:
    said: list[str] = []
    before = threading.enumerate()
    with pytest.raises(KeyError), heartbeat(said.append, "warming", lambda: 0):
        raise KeyError
    assert said == []
    assert threading.enumerate() == before
