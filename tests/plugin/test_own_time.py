"""Limits of a test pause while the library works."""

from __future__ import annotations

import signal
import threading
import time
from types import SimpleNamespace

import pytest

from pytest_gocache.plugin.own_time import OwnTime, limits_by_thread


def test_an_alarm_pauses_and_keeps_the_seconds_that_were_left() -> None:
    own_time = OwnTime()
    before = signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 100)
    try:
        with own_time(), own_time():
            assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
            time.sleep(0.05)
        left = signal.setitimer(signal.ITIMER_REAL, 0)[0]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert 90 < left <= 100
    taken = own_time.take()
    assert 0.05 <= taken < 10
    assert own_time.take() == 0


def test_a_limit_of_a_thread_is_set_again_with_the_seconds_that_were_left() -> None:
    own_time = OwnTime()
    seen: list[float] = []

    def again(seconds: float) -> None:
        seen.append(seconds)
        own_time.limited(seconds, own_time.unlimited, again)

    again(50.0)
    for _ in range(2):
        with own_time():
            time.sleep(0.05)
    assert len(seen) == 3
    assert 40 < seen[2] <= seen[1] <= seen[0]
    own_time.unlimited()
    with own_time():
        pass
    assert len(seen) == 3


def test_an_error_in_own_work_lets_limits_go_on() -> None:
    own_time = OwnTime()
    seen: list[float] = []
    own_time.limited(50.0, lambda: None, seen.append)
    with pytest.raises(ZeroDivisionError), own_time():
        _ = 1 / 0
    assert len(seen) == 1


@pytest.mark.parametrize("method", ["signal", "thread"])
def test_outside_the_main_thread_a_thread_watches_every_limit(method: str) -> None:
    settings = SimpleNamespace(method=method)
    found: list[bool] = [limits_by_thread(settings)]
    thread = threading.Thread(target=lambda: found.append(limits_by_thread(settings)))
    thread.start()
    thread.join()
    assert found == [method == "thread", True]
