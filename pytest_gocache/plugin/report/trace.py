"""A run as trace events, which Perfetto opens: a process for each test, and a thread for each lane."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from pytest_gocache.plugin.report.causes import rows_by_name
from pytest_gocache.plugin.report.timeline import Span, lanes, spans_of

__all__ = ["trace_bytes", "trace_of"]

_MICROSECONDS = 1_000_000
_COMMANDS = "go commands"


def trace_bytes(run: Mapping[str, Any], name: str) -> bytes:
    """The trace of a run as a file of this name: JSON, compressed when the name ends in ``.gz``."""
    text = json.dumps(trace_of(run), separators=(",", ":")).encode() + b"\n"
    return gzip.compress(text, compresslevel=5, mtime=0) if name.endswith(".gz") else text


def trace_of(run: Mapping[str, Any]) -> dict[str, Any]:
    """The trace of a run, as the Trace Event Format has it, in JSON types.

    Times are in microseconds after the start of the first command. The first threads of a process have its go commands,
    the others their actions. A flow goes from each cause to what followed it.
    """
    flows = count(1)
    starts = [command["started"] for test in run["tests"] for command in test["commands"]]
    origin = min(starts, default=0.0)
    events: list[dict[str, Any]] = []
    for number, test in enumerate(run["tests"], 1):
        events += _events_of(test, number, origin, run["packages"], flows)
    facts = {"schema": run["schema"], **{name: value for name, value in run["run"].items() if value}}
    return {"traceEvents": events, "displayTimeUnit": "ms", "otherData": facts}


def _events_of(
    test: Mapping[str, Any], pid: int, origin: float, packages: Sequence[Mapping[str, Any]], flows: Iterator[int]
) -> Iterator[dict[str, Any]]:
    name = test["test"] if test["toolchain"] == "default" else f"{test['test']} on {test['toolchain']}"
    yield _named("process_name", pid, 0, f"{name} ({test['outcome'] or 'not ended'})")
    yield {"ph": "M", "name": "process_sort_index", "pid": pid, "tid": 0, "args": {"sort_index": pid}}
    commands = test["commands"]
    spans = [spans_of(command) for command in commands]
    starts = [_whole(command["started"] - origin) for command in commands]
    # Times are rounded before they get lanes: otherwise two in one lane could overlap by a microsecond.
    whole = [_command_span(command, start, own) for command, start, own in zip(commands, starts, spans, strict=True)]
    command_lanes = lanes(whole)
    first = max(command_lanes, default=-1) + 2
    times = [_times(span, start) for own, start in zip(spans, starts, strict=True) for span in own]
    found = iter(lanes(times))
    at = iter(times)
    used = 0
    for number, (command, own) in enumerate(zip(commands, spans, strict=True)):
        yield _command(command, whole[number], pid, command_lanes[number] + 1)
        slices = []
        for span in own:
            lane = next(found)
            used = max(used, lane + 1)
            slices.append(_action(span, packages, next(at), pid, lane + first))
        yield from slices
        yield from _flows(command, own, slices, packages, flows)
    for lane in range(1, first):
        yield _named("thread_name", pid, lane, _COMMANDS if lane == 1 else f"{_COMMANDS} {lane}")
    for lane in range(used):
        yield _named("thread_name", pid, lane + first, f"lane {lane + 1}")


def _whole(seconds: float) -> int:
    return round(seconds * _MICROSECONDS)


def _times(span: Span, start: int) -> tuple[int, int]:
    begun = start + _whole(span.started)
    # Perfetto takes an event without a length for the parent of what starts with it.
    return begun, max(begun + 1, start + _whole(span.ended))


def _command_span(command: Mapping[str, Any], start: int, spans: Sequence[Span]) -> tuple[int, int]:
    # Go's clock and that of the library differ by less than a millisecond: the command has all its actions.
    last = max((_times(span, start)[1] for span in spans), default=start)
    return start, max(start + 1, start + _whole(command["seconds"]), last)


def _named(what: str, pid: int, tid: int, name: str) -> dict[str, Any]:
    return {"ph": "M", "name": what, "pid": pid, "tid": tid, "args": {"name": name}}


def _slice(name: str, category: str, times: tuple[int, int], pid: int, tid: int) -> dict[str, Any]:
    return {
        "ph": "X",
        "name": name,
        "cat": category,
        "ts": times[0],
        "dur": times[1] - times[0],
        "pid": pid,
        "tid": tid,
    }


def _command(command: Mapping[str, Any], times: tuple[int, int], pid: int, tid: int) -> dict[str, Any]:
    args = {
        "step": command["step"],
        "exit": command["exit"],
        **({"in": command["within"]} if command["within"] else {}),
    }
    return {**_slice(command["command"], "command", times, pid, tid), "args": args}


def _action(
    span: Span, packages: Sequence[Mapping[str, Any]], times: tuple[int, int], pid: int, tid: int
) -> dict[str, Any]:
    package = packages[span.package]["name"]
    name = f"{span.kind} {package}" if package else span.kind
    return {**_slice(name, f"{span.kind},{span.status}", times, pid, tid), "args": {"status": span.status}}


def _flows(
    command: Mapping[str, Any],
    spans: Sequence[Span],
    slices: Sequence[dict[str, Any]],
    packages: Sequence[Mapping[str, Any]],
    flows: Iterator[int],
) -> Iterator[dict[str, Any]]:
    """An arrow from each cause to each action that only followed it; also writes why into the slices."""
    rows = rows_by_name(spans, packages)
    for cause in command["causes"] or ():
        row = rows.get((cause["kind"], cause["package"]))
        if row is None:
            continue
        follower = slices[row]
        follower["args"]["why"] = cause["text"]
        above = rows.get((cause["follows_kind"], cause["follows"]))
        if above is None or spans[above].ended > spans[row].started:
            continue  # a flow cannot go back in time
        source = slices[above]
        flow = {"name": "follows", "cat": "follows", "id": next(flows)}
        # The end of a slice is outside of it.
        end = source["ts"] + source["dur"] - 1
        yield {"ph": "s", **flow, "ts": end, "pid": source["pid"], "tid": source["tid"]}
        yield {"ph": "f", "bp": "e", **flow, "ts": follower["ts"], "pid": follower["pid"], "tid": follower["tid"]}
