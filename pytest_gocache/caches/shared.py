"""A build cache that machines share through GOCACHEPROG, with a record of who asked it for what."""

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
    """What a machine has asked of a shared cache."""

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
        """What is in it: `BuildCache.evict`, `BuildCache.clear` and the like work on it."""
        self.cache.create()
        self._record = folder / "record"
        self._record.touch()

    def __repr__(self) -> str:
        return f"SharedCache({str(self.cache.path)!r})"

    @property
    def program(self) -> str:
        """The value of GOCACHEPROG."""
        # Isolated and without site-packages: nothing of the user's changes what it does, and it starts a little sooner.
        command = [sys.executable, "-I", "-S", str(Path(cacheprog.__file__)), str(self.cache.path), str(self._record)]
        return shlex.join(command)

    def traffic(self, home: Path) -> Traffic:
        """What the machine with this home directory has asked for."""
        lines = (line.split("\t") for line in self._record.read_text(encoding="utf-8").splitlines())
        counts = Counter(how for asking, _, how in lines if asking == str(home))
        return Traffic(counts["hit"], counts["miss"], counts["put"])
