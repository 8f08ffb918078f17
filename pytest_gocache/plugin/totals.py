"""The counts of a session: go commands, what they compiled, and what the store gave."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from pytest_gocache.results.result import Result

__all__ = ["Totals"]


@dataclass(slots=True)
class Totals:
    """Counts over a session; those of xdist's workers are added up."""

    commands: int = 0
    seconds: float = 0.0
    compiled: int = 0
    cached: int = 0
    linked: int = 0
    store_hits: int = 0
    store_misses: int = 0

    def count(self, result: Result) -> None:
        """Add one go command, or those that a program has called."""
        for command in result.go_commands:
            self.commands += 1
            self.seconds += command.seconds
            self.compiled += len(command.compiled)
            self.cached += len(command.cached)
            self.linked += len(command.linked)

    def add(self, other: dict[str, float]) -> None:
        """Add the totals of another process, as `plain` gave them."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + other.get(field.name, 0))

    def plain(self) -> dict[str, float]:
        """The counts by name."""
        return asdict(self)
