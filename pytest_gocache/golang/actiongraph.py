"""Reads the ``-debug-actiongraph`` JSON of any Go since 1.21 into actions. Only this module knows its shape."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import chain
from operator import attrgetter
from typing import Any

from pytest_gocache.errors import ActionGraphError
from pytest_gocache.golang.action import Action, Kind, Status

__all__ = ["action_ids", "has_ended", "parse_action_graph"]

_ACTION_ID = re.compile(rb'"ActionID": "([^"\n]+)"')
_MOVES_BINARY = ("link-install", "test build")
_NO_END = b'"TimeDone": "0001-01-01T00:00:00Z"'
# A mode that no kind has becomes OTHER. One of them is "link-install", which only moves the output of a "link".
_KINDS = {mode: kind for kind in Kind for mode in kind.modes}

_TEXTS = attrgetter("mode", "package", "action_id", "build_id", "target")


def parse_action_graph(
    text: str | bytes,
    test_variants: Mapping[str, bool] | None = None,
    *,
    compiles: bool = True,
    since: float | None = None,
) -> tuple[Action, ...]:
    """Read an action graph.

    ``test_variants`` comes from `golang.hashlog.test_variants`: the graph gives a package and its test variant the same
    name. ``compiles`` is False for a ``go list`` without ``-export``, which runs cgo and no compiler. ``since``
    (epoch seconds) is what times count from; by default, when the first action became ready. Raises `ActionGraphError`
    for text that is not an action graph, truncated text included.
    """
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ActionGraphError(f"not JSON ({error}); was the go command killed while writing it?") from error
    if not isinstance(raw, list) or not all(isinstance(node, dict) for node in raw):
        raise ActionGraphError("not an action graph: a list of objects was expected")
    try:
        seconds = _Clock().read
        nodes = [_Node.read(node, seconds) for node in raw]
        _check_types(nodes)
        origin = _first_ready(nodes) if since is None else since
        names, targets = _Names(nodes, test_variants or {}), _targets(nodes)
        return tuple(_action(node, origin, names, targets, compiles=compiles) for node in nodes)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ActionGraphError(f"unexpected shape of an action: {type(error).__name__}: {error}") from error


def _first_ready(nodes: Iterable[_Node]) -> float:
    return min((node.ready for node in nodes if node.ready is not None), default=0.0)


def _targets(nodes: Sequence[_Node]) -> dict[int, str]:
    """Where the binary of each link goes."""
    movers = [node for node in nodes if node.mode in _MOVES_BINARY]
    links = {node.id for node in nodes if node.kind is Kind.LINK}
    return {link: node.target for node in movers for link in links.intersection(node.deps)}


def _check_types(nodes: Sequence[_Node]) -> None:
    # One check for all of them: a check of each field as it is read would take a good part of the reading time.
    ids = [node.id for node in nodes]
    numbers = set(map(type, chain(ids, *[node.deps for node in nodes])))
    texts = set(map(type, chain(*map(_TEXTS, nodes), *[node.commands for node in nodes])))
    if not (numbers <= {int} and texts <= {str}):
        raise TypeError("a field has a value of the wrong type")
    if len(set(ids)) < len(ids):
        raise ValueError("two actions have the same number")


def _list(value: object) -> tuple[Any, ...]:
    if value is None:  # Go's empty list
        return ()
    if type(value) is not list:
        raise TypeError(f"a list was expected, not {value!r:.50}")
    return tuple(value)


def has_ended(text: bytes) -> bool:
    """Whether the root of an action graph, its first action, has an end.

    Go writes the graph before the first action, without times, and once more after the last.
    """
    return _NO_END not in text.partition(b"\n\t}")[0]


def action_ids(text: bytes) -> set[str]:
    """The action IDs in an action graph, which may be cut off."""
    return {found.decode("ascii", "replace") for found in _ACTION_ID.findall(text)}


@dataclass(slots=True)  # not frozen: a graph has thousands of nodes, and freezing costs time
class _Node:
    """One object of the JSON list, with absent fields filled in."""

    id: int
    mode: str
    kind: Kind
    package: str
    deps: tuple[int, ...]
    action_id: str
    build_id: str
    commands: tuple[str, ...]
    needed: bool
    """Something asked for its output; true on hits, too."""
    facts_only: bool
    target: str
    ready: float | None
    started: float | None
    ended: float | None

    @classmethod
    def read(cls, raw: dict[str, Any], seconds: Callable[[str], float | None]) -> _Node:
        get = raw.get
        mode = raw["Mode"]
        # Positional arguments: keywords would take a tenth of the reading time.
        return cls(
            raw["ID"],
            mode,
            _KINDS.get(mode, Kind.OTHER),
            get("Package", ""),
            _list(get("Deps")),
            get("ActionID", ""),
            get("BuildID", ""),
            _list(get("Cmd")),
            bool(get("NeedBuild")),
            bool(get("VetxOnly")),
            get("Target", ""),
            seconds(get("TimeReady", "")),
            seconds(get("TimeStart", "")),
            seconds(get("TimeDone", "")),
        )


class _Clock:
    """Reads Go's times, and parses each second once: the actions of a command share few seconds."""

    def __init__(self) -> None:
        self._seconds: dict[tuple[str, str], float | None] = {}

    def read(self, timestamp: str) -> float | None:
        """An RFC 3339 time with up to nine decimals, as epoch seconds; None for an absent or zero time."""
        end = -1 if timestamp[-1:] == "Z" else -6 if timestamp[-6:-5] in ("+", "-") else len(timestamp)
        whole, fraction, zone = timestamp[:19], timestamp[19:end], timestamp[end:]
        try:
            seconds = self._seconds[whole, zone]
        except KeyError:
            seconds = self._seconds[whole, zone] = _seconds(whole, zone)
        if not fraction or seconds is None:
            return seconds
        if not fraction[1:].isdigit():
            raise ValueError(f"not a time: {timestamp!r:.50}")
        return seconds + float(fraction)


def _seconds(whole: str, zone: str) -> float | None:
    if not whole or whole.startswith("0001-"):
        return None
    # In Python 3.10, datetime.fromisoformat takes neither "Z" nor nine decimals.
    moment = datetime.fromisoformat(whole + ("+00:00" if zone in ("Z", "") else zone))
    return moment.astimezone(timezone.utc).timestamp()


class _Names:
    """The package names of a graph as `go list` prints them, with test variants: ``lib [lib.test]``."""

    def __init__(self, nodes: Sequence[_Node], variants: Mapping[str, bool]) -> None:
        compiles = [node for node in nodes if node.kind is Kind.COMPILE]
        self._compiled = {node.id: node for node in compiles}
        self._imports: dict[int, list[_Node]] = {}
        self._variants = variants
        self._mains = {node.id for node in compiles if self._is_test_main(node)}
        self._tested = {d for main in self._mains for d in self._compiled[main].deps}
        # Compile → the test (``lib.test``) that it was made for.
        self._made_for: dict[int, str] = {}
        for node in self._in_order(compiles):
            test = self._test_of(node)
            if test is not None:
                self._made_for[node.id] = test

    def _imports_of(self, node: _Node) -> list[_Node]:
        found = self._imports.get(node.id)
        if found is None:
            found = self._imports[node.id] = [self._compiled[d] for d in node.deps if d in self._compiled]
        return found

    def _in_order(self, nodes: Iterable[_Node]) -> Iterable[_Node]:
        """Imports before importers. The stack is explicit: import chains may exceed Python's recursion limit."""
        started: set[int] = set()
        for root in nodes:
            stack = [(root, False)]
            while stack:
                node, done = stack.pop()
                if done:
                    yield node
                elif node.id not in started:
                    started.add(node.id)
                    stack.append((node, True))
                    stack += [(other, False) for other in self._imports_of(node) if other.id not in started]

    def _is_test_main(self, node: _Node) -> bool:
        """Whether the node compiles a generated main package ``lib.test``, which depends on ``lib`` or ``lib_test``."""
        tested = node.package.removesuffix(".test")
        return tested != node.package and any(
            other.package in (tested, tested + "_test") for other in self._imports_of(node)
        )

    def _test_of(self, node: _Node) -> str | None:
        """The test that the node is compiled for; None for a plain package and for the generated main package."""
        if node.id in self._mains:
            return None
        if node.id in self._tested and node.package.endswith("_test"):
            return node.package.removesuffix("_test") + ".test"
        if node.action_id and node.action_id not in self._variants:
            return None
        imports = self._imports_of(node)
        # An importer of a variant belongs to the same test. A variant without such an import is the package under test.
        inherited = next((self._made_for[other.id] for other in imports if other.id in self._made_for), None)
        if inherited is not None:
            return inherited
        if node.action_id:
            # Without a test binary that needs it and without test files, Go only vets or covers the plain package.
            tested = self._variants[node.action_id] or node.id in self._tested
            return node.package.removesuffix("_test") + ".test" if tested else None
        # It did not run, so it has no key. A package under test depends on its plain form.
        return node.package + ".test" if any(other.package == node.package for other in imports) else None

    def of(self, node: _Node) -> tuple[str, str, bool]:
        """The full name, the import path that patterns match, and whether the package exists only for a test."""
        kind = node.kind
        # A vet action depends on the compile of its package, which has the variant's name.
        test = self._made_for.get(node.deps[0] if kind is Kind.VET and node.deps else node.id)
        if test is None:
            is_main = node.id in self._mains or (kind is Kind.LINK and not self._mains.isdisjoint(node.deps))
            return node.package, node.package.removesuffix(".test") if is_main else node.package, is_main
        tested = test.removesuffix(".test")
        scaffold = node.package == tested + "_test"
        return f"{node.package} [{test}]", tested if scaffold else node.package, scaffold


def _status(node: _Node, *, compiles: bool) -> Status:
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


def _action(node: _Node, origin: float, names: _Names, targets: Mapping[int, str], *, compiles: bool) -> Action:
    package, import_path, scaffold = names.of(node)
    started = origin if node.started is None else node.started
    ended = started if node.ended is None else node.ended
    return Action(  # positional, as above
        node.id,
        node.mode,
        node.kind,
        package,
        import_path,
        scaffold,
        _status(node, compiles=compiles),
        node.action_id,
        node.build_id,
        node.deps,
        started - origin,
        ended - origin,
        node.commands,
        node.facts_only,
        targets.get(node.id, ""),
    )
