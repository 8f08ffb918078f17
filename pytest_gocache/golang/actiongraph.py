"""Reads the ``-debug-actiongraph`` JSON of any Go since 1.21 into actions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pytest_gocache.golang.action import Action, Kind, Status
from pytest_gocache.golang.graph_node import GraphReferences, Node, read_nodes
from pytest_gocache.golang.hashlog import CompileBlocks
from pytest_gocache.golang.test_variants import PackageNames

__all__ = ["action_ids", "has_ended", "parse_action_graph"]

_ACTION_ID = re.compile(rb'"ActionID": "([^"\n]+)"')
_MOVES_BINARY = ("link-install", "test build")
_NO_END = b'"TimeDone": "0001-01-01T00:00:00Z"'


def parse_action_graph(
    text: str | bytes, stderr: bytes = b"", *, compiles: bool = True, since: float | None = None
) -> tuple[Action, ...]:
    """Read an action graph.

    ``stderr`` has Go's log of its hashes. It is read only when the graph alone does not show whether a package is
    compiled for its test. ``compiles`` is False for a ``go list`` without ``-export``, which runs cgo and no compiler.
    ``since`` (epoch seconds) is what times count from; by default, when the first action became ready. Raises
    `ActionGraphError` for text that is not an action graph, truncated text included, and for a package of which neither
    the graph nor the log shows what it is compiled for.
    """
    nodes = read_nodes(text)
    origin = _first_ready(nodes) if since is None else since
    names, targets = PackageNames(nodes, CompileBlocks(stderr, GraphReferences(nodes))), _targets(nodes)
    stopped = _stopped_before_compile(nodes) if compiles else set()
    return tuple(
        _action(node, origin, names, targets, Status.FAILED if node.id in stopped else _status(node, compiles=compiles))
        for node in nodes
    )


def _first_ready(nodes: Sequence[Node]) -> float:
    return min((node.ready for node in nodes if node.ready is not None), default=0.0)


def _targets(nodes: Sequence[Node]) -> dict[int, str]:
    """Where the binary of each link goes."""
    movers = [node for node in nodes if node.mode in _MOVES_BINARY]
    links = {node.id for node in nodes if node.kind is Kind.LINK}
    return {link: node.target for node in movers for link in links.intersection(node.deps)}


def has_ended(text: bytes) -> bool:
    """Whether the root of an action graph, its first action, has an end.

    Go writes the graph before the first action, without times, and once more after the last.
    """
    return _NO_END not in text.partition(b"\n\t}")[0]


def action_ids(text: bytes) -> set[str]:
    """The action IDs in an action graph, which may be cut off."""
    return {found.decode("ascii", "replace") for found in _ACTION_ID.findall(text)}


def _stopped_before_compile(nodes: Sequence[Node]) -> set[int]:
    """The compiles that did not start, because cgo, cover or the C compiler failed in its own action (Go 1.26)."""
    by_id = {node.id: node for node in nodes}
    # Without an action ID, an import failed, and nothing of the package was started.
    waiting = (
        n for n in nodes if n.kind is Kind.COMPILE and n.needed and n.action_id and not (n.commands or n.build_id)
    )
    return {node.id for node in waiting if _has_begun(node, by_id)}


def _has_begun(node: Node, by_id: Mapping[int, Node]) -> bool:
    """Whether an action that prepares this compile ran commands."""
    waiting = list(node.deps)
    while waiting:
        other = by_id.get(waiting.pop())
        # An action that only collects the files of cgo has no package.
        if other is None or other.kind is not Kind.OTHER or other.package not in ("", node.package):
            continue
        if other.commands and other.package:
            return True
        waiting += other.deps
    return False


def _status(node: Node, *, compiles: bool) -> Status:
    """Measured on Go 1.21 to 1.27: an action ran if and only if it has commands; with a build ID it has an output."""
    if not node.commands:
        return Status.CACHED if node.build_id else Status.NOT_RUN
    # vet never has a build ID. Its findings are in its output, not in the graph.
    if node.build_id or node.kind not in (Kind.COMPILE, Kind.LINK):
        return Status.RAN
    if node.kind is Kind.COMPILE and not (node.needed and compiles):
        # vet and go list need the files that cgo generates, and not the package: only cgo ran, and no compiler.
        return Status.NOT_RUN
    return Status.FAILED


def _action(node: Node, origin: float, names: PackageNames, targets: Mapping[int, str], status: Status) -> Action:
    package, import_path, scaffold = names.of(node)
    started = origin if node.started is None else node.started
    ended = started if node.ended is None else node.ended
    return Action(  # positional: keywords would take a tenth of the reading time
        node.id,
        node.mode,
        node.kind,
        package,
        import_path,
        scaffold,
        status,
        node.action_id,
        node.build_id,
        node.deps,
        started - origin,
        ended - origin,
        node.commands,
        node.facts_only,
        targets.get(node.id, ""),
    )
