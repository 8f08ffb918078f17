"""The trace of a run has the shape that readers of the Trace Event Format need."""

from __future__ import annotations

import gzip
import json
from itertools import pairwise
from typing import Any

from pytest_gocache.plugin.report.trace import trace_bytes, trace_of
from tests.plugin.report.made_run import FOLLOWED, command, made_test, row, run_of

Event = dict[str, Any]


def events(run: dict[str, Any], phase: str) -> list[Event]:
    return [event for event in trace_of(run)["traceEvents"] if event["ph"] == phase]


def names(run: dict[str, Any], what: str) -> dict[tuple[int, int], str]:
    return {(e["pid"], e["tid"]): e["args"]["name"] for e in events(run, "M") if e["name"] == what}


TWO = run_of(
    made_test("test_a", FOLLOWED, {**FOLLOWED, "started": 120.0, "step": 2}),
    made_test("test_b[<x>]", command(row("vet a", "0.5-1"), started=99.0), toolchain="next", outcome="failed"),
)


def test_a_test_is_a_process_and_a_lane_is_a_thread() -> None:
    assert names(TWO, "process_name") == {(1, 0): "test_a (passed)", (2, 0): "test_b[<x>] on next (failed)"}
    assert names(TWO, "thread_name") == {
        (1, 1): "go commands",
        (1, 2): "lane 1",
        (1, 3): "lane 2",
        (2, 1): "go commands",
        (2, 2): "lane 1",
    }


def test_slices_have_whole_microseconds_after_the_first_command() -> None:
    slices = {event["name"]: event for event in events(TWO, "X") if event["pid"] == 2}
    assert slices["go build ./..."] | {"args": {}} == {
        "ph": "X",
        "name": "go build ./...",
        "cat": "command",
        "ts": 0,
        "dur": 10_000_000,
        "pid": 2,
        "tid": 1,
        "args": {},
    }
    assert (slices["vet a"]["ts"], slices["vet a"]["dur"], slices["vet a"]["cat"]) == (500_000, 500_000, "vet,ran")


def test_no_two_slices_of_a_thread_overlap() -> None:
    actions = [row(f"compile p{n}", f"{n / 7:.6f}-{n / 7 + 0.4999999:.7f}") for n in range(60)]
    run = run_of(made_test("test_a", command(*actions), command(*actions, started=103.3)))
    threads: dict[tuple[int, int], list[Event]] = {}
    for event in events(run, "X"):
        threads.setdefault((event["pid"], event["tid"]), []).append(event)
    assert len(threads) > 3
    for own in threads.values():
        ordered = sorted(own, key=lambda event: event["ts"])
        assert all(one["ts"] + one["dur"] <= other["ts"] for one, other in pairwise(ordered))


def test_an_action_that_takes_no_time_is_no_parent_of_the_next_one() -> None:
    run = run_of(made_test("test_a", command(row("compile fmt", "0-0", "cached"), row("compile lib", "0-1"))))
    fmt, lib = events(run, "X")[1:]
    assert (fmt["dur"], fmt["tid"] != lib["tid"]) == (1, True)


def test_a_flow_goes_from_a_cause_to_each_follower() -> None:
    run = run_of(made_test("test_a", FOLLOWED))
    slices = events(run, "X")

    def at(flow: Event) -> str:
        (found,) = [s for s in slices if s["tid"] == flow["tid"] and s["ts"] <= flow["ts"] < s["ts"] + max(1, s["dur"])]
        return str(found["name"])

    starts, ends = events(run, "s"), events(run, "f")
    assert [event["id"] for event in starts] == [event["id"] for event in ends] == [1, 2]
    assert [(at(one), at(other)) for one, other in zip(starts, ends, strict=True)] == [
        ("compile lib", "compile api"),
        ("compile lib", "link app"),
    ]
    assert all(one["ts"] <= other["ts"] for one, other in zip(starts, ends, strict=True))
    why = {event["name"]: event["args"].get("why") for event in slices}
    assert why["compile lib"] == "lib.go changed since step 1"
    assert why["compile fmt"] is None


def test_commands_that_overlap_have_threads_of_their_own() -> None:
    made = command(command="go vet", within="make -j2")
    run = run_of(made_test("test_a", made, {**made, "started": 105.0}))
    assert names(run, "thread_name") == {(1, 1): "go commands", (1, 2): "go commands 2"}
    assert [event["args"]["in"] for event in events(run, "X")] == ["make -j2", "make -j2"]


def test_a_run_without_commands_is_a_trace() -> None:
    run = run_of(made_test("test_a"), made_test("test_b", command(causes=None)))
    assert [event["name"] for event in events(run, "X")] == ["go build ./..."]
    assert trace_of(run_of())["traceEvents"] == []


def test_the_file_is_compressed_if_its_name_says_so() -> None:
    plain = trace_bytes(TWO, "trace.json")
    assert json.loads(plain) == trace_of(TWO)
    assert gzip.decompress(trace_bytes(TWO, "trace.json.gz")) == plain
    assert trace_bytes(TWO, "a.gz") == trace_bytes(TWO, "b.gz")
