"""The debug output of one go command that ran without this library, as a result."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from pytest_gocache.errors import ActionGraphError, HashLogError, RecordingError
from pytest_gocache.golang.action import Action, Kind, Status
from pytest_gocache.golang.actiongraph import has_ended, parse_action_graph
from pytest_gocache.golang.graph_node import GraphReferences, read_nodes
from pytest_gocache.golang.hashlog import HashBlock, cut_off_block
from pytest_gocache.recordings.command_text import UNKNOWN_COMMAND
from pytest_gocache.results.logs import Log
from pytest_gocache.results.result import Circumstances, Result

__all__ = ["GRAPH", "LOG", "is_plain_log", "read_plain_log"]

GRAPH = "graph.json"
"""The file of ``-debug-actiongraph`` in a folder with a plain log."""
LOG = "stderr"
"""The log in such a folder: what the go command printed to its standard error."""

_HOW = "GODEBUG=gocachehash=1 go build -debug-actiongraph=DIR/graph.json ./... 2> DIR/stderr"


def is_plain_log(place: Path) -> bool:
    """Whether a path is a log, or a folder with a log or a graph, and no recording."""
    # os.path answers for a name that is too long, too.
    return os.path.isfile(place) or any(os.path.exists(place / name) for name in (GRAPH, LOG))  # noqa: PTH110, PTH113


def read_plain_log(place: Path, around: Circumstances, *, ran: bool) -> Result:
    """Read a log alone, or a folder with ``stderr`` and ``graph.json``. ``ran``: whether it must show what ran.

    ``around`` has the functions and the logs of the result's circumstances. Raises `RecordingError` with the file when
    it has no hash log, when it is cut off, and when it is not enough to say what is asked for.
    """
    file = place if place.is_file() else place / LOG
    text = _read(file)
    graph = None if place.is_file() else _read(place / GRAPH)
    if graph is None and ran:
        raise RecordingError(
            f"{file} is a log alone, which does not show what ran: NEW needs the action graph, too. Make both with\n  "
            f"{_HOW}\nand name the folder DIR"
        )
    log = _parsed(file, text, graph)
    if graph is None:
        actions = tuple(_actions_of(file, log.by_id.values()))
    else:
        actions = _actions_in(place / GRAPH, graph, text)
        _require_keys(file, log, actions)
    around.logs.keep(file, log)
    std = {block.package for block in log.by_id.values() if block.kind is Kind.COMPILE and block.standard}
    return Result(
        command=UNKNOWN_COMMAND,
        step=1,
        cwd=place if graph else place.parent,
        returncode=int(any(action.status is Status.FAILED for action in actions)),
        stdout="",
        stderr="",
        seconds=max((action.ended for action in actions), default=0.0),
        actions=actions,
        std=frozenset(a.package for a in actions if a.kind is Kind.COMPILE and a.plain in std),
        circumstances=replace(around, cwd=Path(os.sep)),
        evidence=file,
    )


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise RecordingError(f"{file} cannot be read: {error.strerror}. Make it with\n  {_HOW}") from error


def _parsed(file: Path, text: bytes, graph: bytes | None) -> Log:
    try:
        references = GraphReferences(read_nodes(graph)) if graph else GraphReferences(())
        log = Log.parse(text, references)
    except ActionGraphError as error:
        raise RecordingError(f"{file.parent / GRAPH} is no complete action graph: {error}; build again") from error
    except HashLogError as error:
        raise RecordingError(f"{file} is damaged: {error}; build again") from error
    if cut := cut_off_block(text):
        raise RecordingError(f"{file} is cut off: the inputs of {cut} have no end; build again")
    if not log.by_id:
        raise RecordingError(f"{file} has no inputs of cache keys (lines that begin with HASH). Make it with\n  {_HOW}")
    return log


def _actions_in(file: Path, graph: bytes, text: bytes) -> tuple[Action, ...]:
    if not has_ended(graph):
        raise RecordingError(f"{file} has no end: the go command was interrupted; build again")
    try:
        return parse_action_graph(graph, text)
    except ActionGraphError as error:
        raise RecordingError(f"{file} cannot be read: {error}; build again") from error


def _require_keys(file: Path, log: Log, actions: Iterable[Action]) -> None:
    """Raise `RecordingError` when the log does not have the inputs of the compiles and links in the graph."""
    keyed = [action for action in actions if action.kind in (Kind.COMPILE, Kind.LINK) and action.action_id]
    missing = [action for action in keyed if action.action_id not in log.by_id]
    if missing:
        example = missing[0].kind.of(missing[0].package)
        raise RecordingError(
            f"{file} lacks the inputs of {len(missing)} of {len(keyed)} keys in {GRAPH}, such as {example}: it is cut "
            "off, or the two files are of different commands; build again"
        )


def _actions_of(file: Path, blocks: Iterable[HashBlock]) -> Iterator[Action]:
    """The compiles and links of a log alone. What they did is not known: the result is only compared with."""
    for number, block in enumerate(blocks):
        if block.for_test:
            raise RecordingError(
                f"{file} is the log of a go test or a go vet, and such a log alone does not name all variants of "
                f"{block.package}: it needs the action graph, too. Make both with\n  {_HOW}\nand name the folder DIR"
            )
        if block.kind in (Kind.COMPILE, Kind.LINK):
            yield Action(
                id=number,
                mode=block.kind.modes[0],
                kind=block.kind,
                package=block.package,
                import_path=block.package,
                scaffold=False,
                status=Status.RAN,
                action_id=block.action_id,
                build_id="",
                deps=(),
                started=0.0,
                ended=0.0,
                commands=(),
            )
