"""What is kept of go commands for reports: plain values that travel between processes."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

from pytest_gocache.errors import printable
from pytest_gocache.results.result import Result

__all__ = ["Totals", "lines_of"]

_MOST_NAMED = 4


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


def lines_of(result: Result) -> list[str]:
    """A command and what it did, in one line of a failing test's section; of a program, each go command in its own."""
    count = len(result.commands)
    called = f"{count} go command{'s' if count > 1 else ''}"
    first = f"{result.step:3}. {_line(result, [called] if result.commands else _did(result))}"
    return [first, *(f"       {_line(command, _did(command))}" for command in result.commands)]


def _line(result: Result, did: list[str]) -> str:
    if result.returncode:
        did.append(f"exit status {result.returncode}" if result.returncode > 0 else f"killed by {-result.returncode}")
    what = "; ".join(did) or "no action graph"
    return f"{printable(shlex.join(result.command))}  [{result.seconds:.2f} s]  {what}"


def _did(result: Result) -> list[str]:
    did = []
    if result.actions:
        did.append(_named("compiled", result.compiled))
        if result.linked:
            did.append(_named("linked", result.linked))
        did.append(f"{len(result.cached)} cached")
    ran = sorted(name for name, outcome in result.tests.items() if outcome.ran)
    replayed = sorted(name for name, outcome in result.tests.items() if outcome.cached)
    if ran:
        did.append(_named("tests ran", ran))
    if replayed:
        did.append(_named("tests cached", replayed))
    if result.downloads:
        did.append(_named("downloaded", result.downloads))
    return did


def _named(what: str, names: Iterable[str]) -> str:
    listed = sorted(names)
    if not listed:
        return f"{what} nothing"
    more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    return f"{what} {', '.join(listed[:_MOST_NAMED])}{more}"
