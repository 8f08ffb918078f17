"""The debug output of go commands, parsed: the inputs of hashes, and the lookups in the test cache."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pytest_gocache.golang.action import Kind
from pytest_gocache.golang.hashlog import HashBlock, parse_hash_log
from pytest_gocache.golang.testcache_log import Lookups, parse_lookups

__all__ = ["Log", "Logs"]

_MOST = 32  # logs in memory: one may have 15,000 lines


@dataclass(frozen=True, slots=True)
class Log:
    """The debug output of one command."""

    by_id: Mapping[str, HashBlock] = field(default_factory=dict)
    """Action ID → the inputs of the action's key."""
    vets: Mapping[tuple[str, str], HashBlock] = field(default_factory=dict)
    """Import path and action ID of a compile → the inputs of its vet. The action graph has no action ID for a vet."""
    by_sum: Mapping[str, HashBlock] = field(default_factory=dict)
    """SHA-256 → the hashed inputs of a test result."""
    lookups: Lookups = field(default_factory=lambda: Lookups({}))
    """The lookups in the test cache."""

    @classmethod
    def parse(cls, text: bytes) -> Log:
        """Parse the stderr of a command. Raises `HashLogError` for an input that is not a Go string literal."""
        by_id, vets, by_sum = {}, {}, {}
        for block in parse_hash_log(text):
            if block.kind is Kind.VET:
                vets[block.package, block.vetted_id] = block
            elif block.kind is not None:
                by_id[block.action_id] = block
            else:
                by_sum[block.sum] = block
        return cls(by_id, vets, by_sum, parse_lookups(text))


class Logs:
    """The logs of a test's commands, parsed on first use. The most recently used ones stay in memory."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Path, Log] = OrderedDict()

    def read(self, folder: Path) -> Log:
        """The log in the evidence folder of a command; an empty log when the file is gone."""
        if folder not in self._kept:
            try:
                text = (folder / "stderr").read_bytes()
            except OSError:
                return Log()
            self._kept[folder] = Log.parse(text)
            if len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        self._kept.move_to_end(folder)
        return self._kept[folder]
