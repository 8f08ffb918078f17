"""The objects of the ``-debug-actiongraph`` JSON of any Go since 1.21. Only this module knows their shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import chain
from operator import attrgetter
from typing import Any

from pytest_gocache.errors import ActionGraphError
from pytest_gocache.golang.action import Kind

__all__ = ["GraphReferences", "Node", "read_nodes"]

# A mode that no kind has becomes OTHER. One of them is "link-install", which only moves the output of a "link".
_KINDS = {mode: kind for kind in Kind for mode in kind.modes}
_PROFILE = "preprocess PGO profile"
_TEXTS = attrgetter("mode", "package", "action_id", "build_id", "target")


def read_nodes(text: str | bytes) -> list[Node]:
    """The nodes of an action graph. Raises `ActionGraphError` for any other text, truncated text included."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ActionGraphError(f"not JSON ({error}); was the go command killed while writing it?") from error
    if not isinstance(raw, list) or not all(isinstance(node, dict) for node in raw):
        raise ActionGraphError("not an action graph: a list of objects was expected")
    try:
        seconds = _Clock().read
        nodes = [Node.read(node, seconds) for node in raw]
        _check_types(nodes)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ActionGraphError(f"unexpected shape of an action: {type(error).__name__}: {error}") from error
    return nodes


def _check_types(nodes: Sequence[Node]) -> None:
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


@dataclass(slots=True)  # not frozen: a graph has thousands of nodes, and freezing costs time
class Node:
    """One object of the JSON list, with absent fields filled in."""

    id: int
    mode: str
    kind: Kind
    package: str
    """The import path. A package and its test variants have the same."""
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
    def read(cls, raw: dict[str, Any], seconds: Callable[[str], float | None]) -> Node:
        """Read a JSON object; ``seconds`` reads a time."""
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


class GraphReferences:
    """The lines that Go hashes for the dependencies of an action, in the order of the graph."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = {node.id: node for node in nodes}
        self._named: dict[str, list[Node]] | None = None

    def __call__(self, block: str) -> list[tuple[str, ...]]:
        """Those of each action whose hash block has this name: ``build example.com/lib``.

        A line without a newline at its end is the beginning of one: the graph does not have the rest.
        """
        if self._named is None:
            self._named = {}
            for node in self._nodes.values():
                if node.kind.hashed_as:
                    self._named.setdefault(f"{node.kind.hashed_as} {node.package}", []).append(node)
        return [tuple(self._lines(node)) for node in self._named.get(block, ())]

    def _lines(self, node: Node) -> Iterator[str]:
        for number in node.deps:
            other = self._nodes.get(number)
            if other is None:
                continue
            content = other.build_id.rpartition("/")[2]
            if node.kind is Kind.VET:
                if other.kind is Kind.VET:
                    yield f'vetout "{other.package}" '
            elif other.mode == _PROFILE:
                yield "pgofile "
            elif other.package and node.kind is Kind.COMPILE:
                yield f"import {other.package} {content}\n" if content else f"import {other.package} "
            elif other.package:
                yield f"packagefile {other.package}={content}\n"
                yield f"packagemain {other.build_id}\n"
