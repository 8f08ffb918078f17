"""The counts of a session for the terminal summary."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from pytest_gocache.results.result import Result
from pytest_gocache.results.std_rebuild import rebuilt_std

__all__ = ["Totals"]


@dataclass(slots=True)
class Totals:
    """The counts of a session. The controller adds up those of xdist's workers."""

    commands: int = 0
    seconds: float = 0.0
    compiled: int = 0
    cached: int = 0
    linked: int = 0
    std_rebuilds: int = 0
    """Go commands that compiled the standard library for a flag such as ``-gcflags=all=-N``."""
    std_rebuild_seconds: float = 0.0
    """How long these commands took."""
    store_hits: int = 0
    store_misses: int = 0

    def count(self, result: Result) -> None:
        """Add a go command, or the go commands of a program."""
        for command in result.go_commands:
            self.commands += 1
            self.seconds += command.seconds
            self.compiled += len(command.compiled)
            self.cached += len(command.cached)
            self.linked += len(command.linked)
            if rebuilt_std(command):
                self.std_rebuilds += 1
                self.std_rebuild_seconds += command.seconds

    def add(self, other: dict[str, float]) -> None:
        """Add the totals of a worker, as `plain` returns them."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + other.get(field.name, 0))

    def plain(self) -> dict[str, float]:
        """The counts by name."""
        return asdict(self)
