"""The text of the section "gocache": what the go commands of a run did, and what the store of each host served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pytest_gocache.plugin.totals import Totals

__all__ = ["HostUse", "summary_lines"]


@dataclass(slots=True)
class HostUse:
    """What the go commands on one host did."""

    host: str
    """Empty for the computer of the controller."""
    store: str
    """The folder of its store."""
    bytes: int = 0
    """The size of its store."""
    totals: Totals = field(default_factory=Totals)


def summary_lines(uses: Sequence[HostUse]) -> list[str]:
    """The lines of the section; none without a go command. Each host has its own store."""
    totals = Totals()
    for use in uses:
        totals.add(use.totals.plain())
    if not totals.commands:
        return []
    counts = f"{_number(totals.compiled, 'package')} compiled, {totals.cached} cached, {_number(totals.linked, 'link')}"
    lines = [f"{_number(totals.commands, 'go command')} in {totals.seconds:.1f} s: {counts}"]
    if totals.std_rebuilds:
        lines.append(
            f"{totals.std_rebuilds} of them compiled the standard library for flags of all packages, and took "
            f'{totals.std_rebuild_seconds:.1f} s: in your own tests, @pytest.mark.gocache(warm="all") compiles it once'
        )
    return lines + [_store_line(use) for use in uses if use.totals.commands]


def _store_line(use: HostUse) -> str:
    where = f" on {use.host}" if use.host else ""
    served = f"{_number(use.totals.store_hits, 'hit')}, {use.totals.store_misses} made"
    return f"store {use.store}{where}: {served}, {use.bytes / 1024**2:.0f} MB"


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
