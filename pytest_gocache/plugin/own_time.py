"""The library's own work during a test (warming, the self-check, clones): no time limit and no duration counts it."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

__all__ = ["OwnTime", "limits_by_thread", "own_time_of"]


class OwnTime:
    """Stops the clocks of a test while the library works, and adds up how long that took.

    A limit by SIGALRM (pytest-timeout's method ``signal``) pauses for any plugin: the system's timer stops. A limit of
    pytest-timeout's method ``thread`` is cancelled, and set again with the seconds that were left.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._depth = 0
        self._since = 0.0
        self._alarm = (0.0, 0.0)
        self._taken = 0.0
        self._ends = 0.0
        self._cancel: Callable[[], object] = lambda: None
        self._set: Callable[[float], object] | None = None

    def limited(self, seconds: float, cancel: Callable[[], object], again: Callable[[float], object]) -> None:
        """A limit of ``seconds`` that a thread watches begins: ``cancel()`` ends it, ``again(seconds)`` sets it."""
        self._ends, self._cancel, self._set = time.monotonic() + seconds, cancel, again

    def unlimited(self) -> None:
        """The limit that a thread watches is over."""
        self._set = None

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        """Work of the library. Several threads, and one call within another, may be in it."""
        with self._lock:
            if self._depth == 0:
                self._pause()
            self._depth += 1
        try:
            yield
        finally:
            with self._lock:
                self._depth -= 1
                if self._depth == 0:
                    self._resume()

    def take(self) -> float:
        """The seconds of own work since the last call."""
        taken, self._taken = self._taken, 0.0
        return taken

    def _pause(self) -> None:
        self._since = time.monotonic()
        self._alarm = signal.setitimer(signal.ITIMER_REAL, 0)
        if self._set is not None:
            again, left = self._set, self._ends - self._since
            self._cancel()
            self._set, self._ends = again, left

    def _resume(self) -> None:
        took = time.monotonic() - self._since
        self._taken += took
        if self._alarm[0]:
            signal.setitimer(signal.ITIMER_REAL, *self._alarm)
        if self._set is not None:
            self._set(max(self._ends, 0.001))


def limits_by_thread(settings: Any) -> bool:
    """Whether pytest-timeout watches a limit with a thread: it does so for ``signal`` outside the main thread too."""
    return settings.method == "thread" or threading.current_thread() is not threading.main_thread()


_OWN_TIME: pytest.StashKey[OwnTime] = pytest.StashKey()


def own_time_of(config: pytest.Config) -> OwnTime:
    """The `OwnTime` of this pytest process."""
    return config.stash.setdefault(_OWN_TIME, OwnTime())
