"""A build cache that machines share through GOCACHEPROG, with a record of their requests."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.caches import cacheprog
from pytest_gocache.caches.build_cache import BuildCache

__all__ = ["SharedCache", "Traffic"]


@dataclass(frozen=True, slots=True)
class Traffic:
    """The requests of one machine to a shared cache, counted."""

    hits: int
    misses: int
    puts: int


class SharedCache:
    """One folder that the go commands of every machine of a test use instead of their GOCACHE.

    Go starts a cache program for it with each command (GOCACHEPROG, Go 1.24 and newer).
    """

    def __init__(self, folder: Path, *, warm: bool) -> None:
        folder.mkdir(parents=True)
        self.cache = BuildCache(folder / "cache", warm=warm)
        """The shared content: `BuildCache.evict`, `BuildCache.clear` and the like change it for all machines."""
        self.cache.create()
        self._record = folder / "record"
        self._record.touch()

    def __repr__(self) -> str:
        return f"SharedCache({str(self.cache.path)!r})"

    @property
    def program(self) -> str:
        """The value of GOCACHEPROG."""
        # Isolated and without site-packages: the user's settings do not change it, and it starts faster.
        command = [sys.executable, "-I", "-S", str(Path(cacheprog.__file__)), str(self.cache.path), str(self._record)]
        return shlex.join(command)

    def traffic(self, home: Path) -> Traffic:
        """The requests of the machine with this home directory."""
        lines = (line.split("\t") for line in self._record.read_text(encoding="utf-8").splitlines())
        counts = Counter(outcome for machine, _, outcome in lines if machine == str(home))
        return Traffic(counts["hit"], counts["miss"], counts["put"])
