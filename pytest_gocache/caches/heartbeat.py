"""Lines that tell, while long work goes on, that it goes on."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

__all__ = ["heartbeat"]

_SECONDS = 10.0


@contextlib.contextmanager
def heartbeat(
    say: Callable[[str], None], what: str, size: Callable[[], int], seconds: float = _SECONDS
) -> Iterator[None]:
    """Call ``say`` every ``seconds`` with a line: ``what``, the time so far, and ``size()``, which is in bytes."""
    begun = time.monotonic()
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(seconds):
            say(f"{what}: {time.monotonic() - begun:.0f} s, {size() / 1e6:.0f} MB in the entry")

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
