"""Reads the ``-debug-actiongraph`` JSON of any Go since 1.21 into actions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pytest_gocache.golang.action import Action, Kind, Status
from pytest_gocache.golang.graph_node import GraphReferences, Node, read_nodes
from pytest_gocache.golang.hashlog import CompileBlocks
from pytest_gocache.golang.test_variants import PackageNames

__all__ = ["action_ids", "parse_action_graph"]

_ACTION_ID = re.compile(rb'"ActionID": "([^"\n]+)"')


def parse_action_graph(text: str | bytes, stderr: bytes = b"") -> tuple[Action, ...]:
    """Read an action graph.

    ``stderr`` has what Go logged of its hashes. It is read only when the graph does not tell by itself whether a
    package is compiled for its test. Raises `ActionGraphError` for text that is not an action graph, truncated text
    included, and for a package of which neither the graph nor the log tells what it is compiled for.
    """
    nodes = read_nodes(text)
    origin = min((node.ready for node in nodes if node.ready is not None), default=0.0)
    names = PackageNames(nodes, CompileBlocks(stderr, GraphReferences(nodes)))
    targets = {link: node.target for node in nodes if node.mode == "link-install" for link in node.deps}
    return tuple(_action(node, origin, names, targets) for node in nodes)


def action_ids(text: bytes) -> set[str]:
    """The action IDs in an action graph, which may be cut off."""
    return {found.decode("ascii", "replace") for found in _ACTION_ID.findall(text)}


def _status(node: Node) -> Status:
    """Measured on Go 1.21 to 1.27: an action ran if and only if it has commands; with a build ID it has an output."""
    if node.commands:
        # vet never has a build ID. Its findings are in its output, not in the graph.
        failed = not node.build_id and node.kind in (Kind.COMPILE, Kind.LINK)
        return Status.FAILED if failed else Status.RAN
    return Status.CACHED if node.build_id else Status.NOT_RUN


def _action(node: Node, origin: float, names: PackageNames, targets: Mapping[int, str]) -> Action:
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
        _status(node),
        node.action_id,
        node.build_id,
        node.deps,
        started - origin,
        ended - origin,
        node.commands,
        node.facts_only,
        targets.get(node.id, ""),
    )
