"""The ``-debug-actiongraph`` JSON of any Go since 1.21, read into actions. All that knows its shape is here."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from pytest_gocache.errors import ActionGraphError
from pytest_gocache.result import Action, Kind, Status

__all__ = ["parse_action_graph"]

# Modes come and go between versions; the ones not named here are kept as OTHER: "link-install", too, which only moves
# into place what a "link" has made.
_KINDS = {
    "build": Kind.COMPILE,
    "link": Kind.LINK,
    "vet": Kind.VET,
    "test run": Kind.TEST,
}


def parse_action_graph(text: str | bytes, test_variants: Collection[str] = ()) -> tuple[Action, ...]:
    """Read an action graph.

    ``test_variants`` holds the action IDs of packages that were compiled anew for a test (their hash inputs say so,
    see `pytest_gocache.hashlog.test_variants`): the graph gives a package and its test variant the same name.
    Raises `ActionGraphError` for text that is not an action graph, truncated text included.
    """
    try:
        raw = json.loads(text)
    except ValueError as error:
        raise ActionGraphError(f"not JSON ({error}); was the go command killed while writing it?") from error
    if not isinstance(raw, list) or not all(isinstance(node, dict) for node in raw):
        raise ActionGraphError("not an action graph: a list of objects was expected")
    try:
        nodes = [_Node.read(node) for node in raw]
        origin = min((node.ready for node in nodes if node.ready is not None), default=0.0)
        names = _Names(nodes, frozenset(test_variants))
        return tuple(_action(node, origin, names) for node in nodes)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ActionGraphError(f"unexpected shape of an action: {type(error).__name__}: {error}") from error


@dataclass(frozen=True, slots=True)
class _Node:
    """One object of the JSON list, its absent fields filled in."""

    id: int
    mode: str
    package: str
    deps: tuple[int, ...]
    action_id: str
    build_id: str
    commands: tuple[str, ...]
    facts_only: bool
    ready: float | None
    started: float | None
    ended: float | None

    @classmethod
    def read(cls, raw: dict[str, Any]) -> _Node:
        return cls(
            id=int(raw["ID"]),
            mode=str(raw["Mode"]),
            package=str(raw.get("Package") or ""),
            deps=tuple(map(int, raw.get("Deps") or ())),
            action_id=str(raw.get("ActionID") or ""),
            build_id=str(raw.get("BuildID") or ""),
            commands=tuple(map(str, raw.get("Cmd") or ())),
            facts_only=bool(raw.get("VetxOnly")),
            ready=_seconds(raw.get("TimeReady")),
            started=_seconds(raw.get("TimeStart")),
            ended=_seconds(raw.get("TimeDone")),
        )


def _seconds(timestamp: str | None) -> float | None:
    """Seconds since the epoch of Go's RFC 3339 time with up to nine decimals; None for an absent or zero time."""
    if not timestamp or timestamp.startswith("0001-"):
        return None
    whole, zone = timestamp[:19], timestamp[19:]
    digits = ""
    if zone.startswith("."):
        digits = "".join(_leading_digits(zone[1:]))
        zone = zone[1 + len(digits) :]
    # datetime.fromisoformat of Python 3.10 takes neither "Z" nor nine decimals.
    moment = datetime.fromisoformat(whole + ("+00:00" if zone in ("Z", "") else zone))
    return moment.astimezone(timezone.utc).timestamp() + (float("0." + digits) if digits else 0.0)


def _leading_digits(text: str) -> Iterable[str]:
    for char in text:
        if not char.isdigit():
            return
        yield char


class _Names:
    """The names that Go's own listings would give the packages of a graph, test variants told apart."""

    def __init__(self, nodes: Sequence[_Node], variants: frozenset[str]) -> None:
        self._by_id = {node.id: node for node in nodes}
        self._variants = variants
        self._tested_by: dict[int, str] = {}
        self._under_test: dict[int, str] = {}
        for node in nodes:
            if _kind(node) is Kind.COMPILE and self._is_test_main(node):
                self._mark(node)
        # vet looks at the package through its compile: the variant's name is taken from there.
        for node in nodes:
            if _kind(node) is Kind.VET and node.deps and node.deps[0] in self._tested_by:
                self._tested_by[node.id] = self._tested_by[node.deps[0]]

    def _is_test_main(self, node: _Node) -> bool:
        """Whether a compile is of ``lib.test``: it depends on ``lib`` or ``lib_test``."""
        if not node.package.endswith(".test"):
            return False
        tested = node.package.removesuffix(".test")
        return any(self._by_id[d].package in (tested, tested + "_test") for d in node.deps if d in self._by_id)

    def _mark(self, main: _Node) -> None:
        """Name what was compiled for one test: everything below its main package that depends on the variant."""
        tested = main.package.removesuffix(".test")
        for dep in main.deps:
            node = self._by_id.get(dep)
            if node is not None and _kind(node) is Kind.COMPILE and node.package in (tested, tested + "_test"):
                self._under_test[node.id] = tested
        self._descend(main, main.package, {})
        self._tested_by.pop(main.id, None)

    def _descend(self, node: _Node, test: str, seen: dict[int, bool]) -> bool:
        """Mark the compiles below ``node`` that belong to ``test``; True when ``node`` is, or imports, one of them."""
        # A stack of our own: import chains are as long as the user's module makes them.
        stack: list[tuple[_Node, bool]] = [(node, False)]
        while stack:
            current, done = stack.pop()
            if current.id in seen and not done:
                continue
            below = [self._by_id[d] for d in current.deps if d in self._by_id]
            compiles = [n for n in below if _kind(n) is Kind.COMPILE]
            if not done:
                seen[current.id] = False
                stack.append((current, True))
                stack.extend((n, False) for n in compiles if n.id not in seen)
                continue
            if self._is_variant(current, test, compiles, seen):
                seen[current.id] = True
                self._tested_by[current.id] = test
        return seen[node.id]

    def _is_variant(self, node: _Node, test: str, below: Sequence[_Node], seen: dict[int, bool]) -> bool:
        tested = test.removesuffix(".test")
        if node.package == tested + "_test" and node.id in self._under_test:
            return True
        if node.action_id:
            return node.action_id in self._variants and (
                node.package == tested or any(seen.get(n.id, False) for n in below)
            )
        # Not run, so without a key: the package under test comes after its plain form, when both are in the graph.
        if node.package == tested:
            return node.id in self._under_test and any(n.package == tested for n in below)
        return any(seen.get(n.id, False) and n.package == tested for n in below)

    def of(self, node: _Node) -> tuple[str, str, bool]:
        """The full name, the import path that it belongs to, and whether it exists only for a test."""
        test = self._tested_by.get(node.id)
        if test is None:
            if _kind(node) in (Kind.COMPILE, Kind.LINK) and self._names_a_test(node):
                return node.package, node.package.removesuffix(".test"), True
            return node.package, node.package, False
        full = f"{node.package} [{test}]"
        if node.package == test.removesuffix(".test") + "_test":
            return full, test.removesuffix(".test"), True
        return full, node.package, False

    def _names_a_test(self, node: _Node) -> bool:
        if _kind(node) is Kind.COMPILE:
            return self._is_test_main(node)
        return any(
            self._is_test_main(self._by_id[d])
            for d in node.deps
            if d in self._by_id and self._by_id[d].package == node.package
        )


def _kind(node: _Node) -> Kind:
    return _KINDS.get(node.mode, Kind.OTHER)


def _status(node: _Node) -> Status:
    """Measured on Go 1.21 to 1.27: an action ran if and only if it has commands; a build ID says it has an output."""
    if node.commands:
        # vet never has a build ID; what it reports is in its output, not in the graph.
        failed = not node.build_id and _kind(node) in (Kind.COMPILE, Kind.LINK)
        return Status.FAILED if failed else Status.RAN
    return Status.CACHED if node.build_id else Status.NOT_RUN


def _action(node: _Node, origin: float, names: _Names) -> Action:
    package, import_path, scaffold = names.of(node)
    started = origin if node.started is None else node.started
    ended = started if node.ended is None else node.ended
    return Action(
        id=node.id,
        mode=node.mode,
        kind=_kind(node),
        package=package,
        import_path=import_path,
        scaffold=scaffold,
        status=_status(node),
        action_id=node.action_id,
        build_id=node.build_id,
        deps=node.deps,
        started=started - origin,
        ended=ended - origin,
        commands=node.commands,
        facts_only=node.facts_only,
    )
