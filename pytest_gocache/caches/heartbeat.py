"""Lines that tell, while long work goes on, that it goes on."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator

__all__ = ["heartbeat"]

_SECONDS = 10.0
_LONGEST = 6  # times as long as the first pause: a minute


@contextlib.contextmanager
def heartbeat(
    say: Callable[[str], None], what: str, size: Callable[[], int], seconds: float = _SECONDS
) -> Iterator[None]:
    """Call ``say`` after ``seconds``, and again after pauses that grow by ``seconds``, up to six times as long.

    The line has ``what``, the time so far, and ``size()``, which is in bytes.
    """
    begun = time.monotonic()
    ended = threading.Event()

    def beat() -> None:
        for pause in _pauses(seconds):
            if ended.wait(pause):
                return
            say(f"{what}: {time.monotonic() - begun:.0f} s, {size() / 1e6:.0f} MB in the entry")

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _pauses(seconds: float) -> Iterator[float]:
    yield from (seconds * times for times in range(1, _LONGEST))
    yield from itertools.repeat(seconds * _LONGEST)
