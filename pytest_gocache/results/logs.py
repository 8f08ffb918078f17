"""The debug output of go commands, parsed: the inputs of hashes, and the lookups in the test cache."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pytest_gocache.errors import ActionGraphError
from pytest_gocache.golang.action import Kind
from pytest_gocache.golang.graph_node import GraphReferences, read_nodes
from pytest_gocache.golang.hashlog import HashBlock, References, parse_hash_log
from pytest_gocache.golang.testcache_log import Lookups, parse_lookups

__all__ = ["Log", "LogIndex", "Logs"]

_MOST = 32  # logs in memory: one may have 15,000 lines


@dataclass(frozen=True, slots=True)
class LogIndex:
    """The small part of a log, which stays in memory: explanations search it in all commands of a test."""

    ids: frozenset[str] = frozenset()
    """The action IDs whose inputs are in the log."""
    vets: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Import path and action ID of a compile → the SHA-256 of the inputs of its vet."""
    lookups: Lookups = field(default_factory=lambda: Lookups({}))
    """The lookups in the test cache."""


@dataclass(frozen=True, slots=True)
class Log:
    """The debug output of one command."""

    by_id: Mapping[str, HashBlock] = field(default_factory=dict)
    """Action ID → the inputs of the action's key."""
    vets: Mapping[tuple[str, str], HashBlock] = field(default_factory=dict)
    """Import path and action ID of a compile → the inputs of its vet. The action graph has no action ID for a vet."""
    by_sum: Mapping[str, HashBlock] = field(default_factory=dict)
    """SHA-256 → the hashed inputs of a test result."""
    index: LogIndex = field(default_factory=LogIndex)

    @classmethod
    def parse(cls, text: bytes, references: References = lambda _: ()) -> Log:
        """Parse the stderr of a command; ``references`` and errors as for `parse_hash_log`."""
        return cls.of(parse_hash_log(text, references), parse_lookups(text))

    @classmethod
    def of(cls, blocks: Iterable[HashBlock], lookups: Lookups) -> Log:
        """The log that has these blocks and lookups."""
        by_id, vets, by_sum = {}, {}, {}
        for block in blocks:
            if block.kind is Kind.VET:
                vets[block.package, block.vetted_id] = block
            elif block.kind is not None:
                by_id[block.action_id] = block
            else:
                by_sum[block.sum] = block
        sums = {key: block.sum for key, block in vets.items()}
        return cls(by_id, vets, by_sum, LogIndex(frozenset(by_id), sums, lookups))


class Logs:
    """The logs of a test's commands, parsed on first use. The most recently used ones stay in memory."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Path, Log] = OrderedDict()
        self._indexes: dict[Path, LogIndex] = {}
        self._references: dict[str, dict[tuple[str, ...], None]] = {}
        self._given: dict[Path, Log] = {}

    def learn(self, block: str, hashed: tuple[str, ...]) -> None:
        """Keep what a hash block of this name may consist of, for logs in which such blocks interleave."""
        self._references.setdefault(block, {})[hashed] = None

    def keep(self, folder: Path, log: Log) -> None:
        """Keep a log that is no file of an evidence folder: `read` and `index` return it for ``folder``."""
        self._given[folder] = log
        self._indexes[folder] = log.index

    def read(self, folder: Path) -> Log:
        """The log in the evidence folder of a command; an empty log when the file is gone."""
        if folder in self._given:
            return self._given[folder]
        if folder not in self._kept:
            try:
                text = (folder / "stderr").read_bytes()
            except OSError:
                return Log()
            self._kept[folder] = log = Log.parse(text, _References(folder, self._references))
            self._indexes[folder] = log.index
            if len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        self._kept.move_to_end(folder)
        return self._kept[folder]

    def index(self, folder: Path) -> LogIndex:
        """The index of `read`. Each log is parsed once for it, however many a test has."""
        found = self._indexes.get(folder)
        return self.read(folder).index if found is None else found


class _References:
    """What the blocks of a command's log may consist of, by its graph and by what is learned."""

    def __init__(self, folder: Path, learned: Mapping[str, Iterable[tuple[str, ...]]]) -> None:
        self._folder = folder
        self._learned = learned
        self._graph: GraphReferences | None = None

    def __call__(self, block: str) -> list[tuple[str, ...]]:
        if self._graph is None:
            # Read on demand: most logs have no blocks that interleave.
            try:
                self._graph = GraphReferences(read_nodes((self._folder / "graph.json").read_bytes()))
            except (OSError, ActionGraphError):
                self._graph = GraphReferences(())
        return [*self._graph(block), *self._learned.get(block, ())]
