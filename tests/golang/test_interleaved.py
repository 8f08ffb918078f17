"""Blocks of hashes that Go prints at the same time: told apart by the graph and by the logs of tests."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

import pytest

from pytest_gocache import Result
from pytest_gocache.golang.actiongraph import parse_action_graph
from pytest_gocache.golang.graph_node import GraphReferences, read_nodes
from pytest_gocache.golang.hashlog import HashBlock, parse_hash_log
from pytest_gocache.golang.interleaved import possible_blocks
from tests.golang.hash_lines import block
from tests.golang.made_graphs import MadeGraph, interleaved
from tests.recorded_results import graph_text, log_text

_HASH = re.compile(rb"HASH\[([^\n]*?)\]")
SEEDS = range(8)


def shuffled(log: bytes, seed: int) -> bytes:
    """The same log, had Go computed all hashes of one name at the same time."""
    lines = log.splitlines(keepends=True)
    named: dict[bytes, list[list[bytes]]] = {}
    others = []
    for line in lines:
        match = _HASH.match(line)
        if match is None:
            others.append(line)
        elif match.end() == len(line) - 1:
            named.setdefault(match[1], []).append([line])
        else:
            named[match[1]][-1].append(line)
    merged = [interleaved(blocks, seed) for blocks in named.values()]
    # What go test says of its lookups follows the hashes, as the lines of a package must.
    return b"".join([*interleaved(merged, seed), *others])


def joined(blocks: Sequence[Sequence[bytes]]) -> bytes:
    """One block after the other."""
    return b"".join(chain.from_iterable(blocks))


def reads_in(log: bytes) -> Iterator[tuple[str, Sequence[str]]]:
    """What the logs of tests, and the folders that they open, tell of the blocks in a log without interleaved ones."""
    for found in parse_hash_log(log):
        if found.name == "testInputs":
            yield found.name, [re.sub(r"[0-9a-f]{64}\n$", "", line) for line in found.inputs[1:]]
        elif found.name == "open" and len(found.inputs) > 2:
            yield found.name, found.inputs[1:]


def references(result: Result) -> Callable[[str], Iterable[Sequence[str]]]:
    """What the graph knows, and what test logs would."""
    nodes = GraphReferences(read_nodes(graph_text(result)))
    learned = list(reads_in(log_text(result)))
    return lambda name: [*nodes(name), *(lines for block, lines in learned if block == name)]


def by_sum(blocks: Iterable[HashBlock]) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(b.name, b.sum): b.inputs for b in blocks}


each_command = pytest.mark.parametrize("command", [0, 1], ids=["first test", "test of changed files"])


@each_command
def test_every_block_of_a_real_log_is_told_apart_in_any_order(
    recorded: Callable[[str], list[Result]], command: int
) -> None:
    result = recorded("large-tests")[command]
    log = log_text(result)
    known = references(result)
    expected = by_sum(parse_hash_log(log))
    assert {"testInputs", "stat", "open", "getenv", "testResult"} <= {name for name, _ in expected}
    for seed in SEEDS:
        assert by_sum(parse_hash_log(shuffled(log, seed), known)) == expected


@each_command
def test_names_are_the_same_in_any_order(recorded: Callable[[str], list[Result]], command: int) -> None:
    result = recorded("large-tests")[command]
    expected = [action.package for action in result.actions]
    app = "example.com/app"
    for test in ("one", "two"):
        assert {f"{app}/{package} [{app}/{test}.test]" for package in (test, f"{test}_test", f"of{test}")} <= {
            *expected
        }
        assert {f"{app}/{package}" for package in (test, f"of{test}", f"cmd/{test}")} <= {*expected}
    for seed in SEEDS:
        found = parse_action_graph(graph_text(result), shuffled(log_text(result), seed))
        assert [action.package for action in found] == expected


def test_a_plain_package_and_its_copy_are_told_apart() -> None:
    made = MadeGraph()
    imports = [made.compile(f"std{number}") for number in range(30)]
    made.compile("m/lib", imports[10:20])
    files = ["a.go", *(f"f{number}_test.go" for number in range(20))]
    made.compile("m/lib", imports, files=files, forced=True)
    expected = made.hashed(made.stderr())
    assert len(expected) == 32
    for seed in range(200):
        assert made.hashed(made.stderr(seed)) == expected


def test_the_likely_blocks_come_first() -> None:
    head = ["go1.27.3", "compile\n", "compile v1 [] []\n", "file a.go A\n"]
    lines = [*head, "import x X\n", *head[:2], "forcelibrary\n", *head[2:], "file a_test.go T\n", "import x Y\n"]
    possible = possible_blocks("build m/lib", lines, 2, [["import x X\n"], ["import x "]])
    assert next(iter(possible)) == (*head, "import x X\n")
    copy = (*head[:2], "forcelibrary\n", *head[2:], "file a_test.go T\n", "import x Y\n")
    assert copy in list(possible_blocks("build m/lib", lines, 2, [["import x "]]))


def test_of_copies_for_two_tests_each_has_its_imports() -> None:
    made = MadeGraph()
    for forced, path in ((False, "m/a"), (True, "m/a"), (True, "m/a")):
        tested = made.compile(path, files=["a.go", f"{len(made.nodes)}_test.go"], forced=forced)
        made.compile("m/ext", [tested], forced=forced)
    expected = made.hashed(made.stderr())
    for seed in range(200):
        assert made.hashed(made.stderr(seed)) == expected


FILE = "stat 5 1a4 2026-11-01 10:00:00.5 +0000 UTC false\n"
LINK = "stat 7 80001ff 2026-11-01 10:00:00.5 +0000 UTC false\n"
SHORT = {
    "a variable": ("getenv", [["\x01", "one"], ["\x01", "two"], ["\x00"], ["\x01", ""]]),
    "a file": ("stat", [[FILE, FILE], [FILE, LINK]]),
    "a missing file": ("stat", [["err stat a: no such file\n", "err lstat a: no such file\n"], [FILE, FILE]]),
    "an opened file": ("open", [[FILE], ["err stat a: no such file\n"]]),
    "a test": ("testResult", [["test binary a args []"], ["test binary b args []"]]),
}


@pytest.mark.parametrize(("name", "inputs"), SHORT.values(), ids=SHORT)
def test_short_blocks_are_told_apart_without_references(name: str, inputs: list[list[str]]) -> None:
    blocks = [block(name, [line.encode() for line in lines]) for lines in inputs]
    expected = by_sum(parse_hash_log(joined(blocks)))
    assert len(expected) == len(inputs)
    for seed in range(50):
        assert by_sum(parse_hash_log(b"".join(interleaved(blocks, seed)))) == expected


def test_what_a_test_has_read_twice_counts_twice() -> None:
    lines = [["stat /a 1\n", "stat /a 1\n"], ["stat /a 1\n"], ["open /b 2\n", "stat /a 1\n"]]
    blocks = [block("testInputs", [line.encode() for line in each]) for each in lines]
    reads = [[re.sub(r"\d\n", "", line) for line in each] for each in lines]
    expected = by_sum(parse_hash_log(joined(blocks)))
    for seed in range(50):
        assert by_sum(parse_hash_log(b"".join(interleaved(blocks, seed)), lambda _: reads)) == expected


def test_a_file_that_changed_between_two_lookups_has_two_states() -> None:
    lines = [[f"stat /a {n}\n", f"open /b {n}\n"] for n in (1, 2)]
    blocks = [block("testInputs", [line.encode() for line in each]) for each in lines]
    for seed in range(50):
        found = parse_hash_log(b"".join(interleaved(blocks, seed)), lambda _: [["stat /a ", "open /b "]])
        assert {b.inputs[1:] for b in found} == {tuple(each) for each in lines}


def test_without_references_a_block_is_left_out() -> None:
    blocks = [
        block("testInputs", [b"stat /a 1\n", b"open /b 2\n"]),
        block("testInputs", [b"open /c 3\n", b"env X 4\n"]),
    ]
    assert parse_hash_log(b"".join(interleaved(blocks, 3))) == ()


@pytest.mark.parametrize("names", [["build a"], ["stat"], ["testInputs"], [f"link {n}" for n in range(40)]], ids=len)
def test_lines_that_nothing_tells_apart_cost_little(names: list[str]) -> None:
    lines = [b"%d" % number for number in range(8000 // len(names))]
    blocks = [block(name, lines) for name in names for _ in range(2)]
    started = time.process_time()
    found = parse_hash_log(b"".join(interleaved(blocks, 1)), lambda _: [["import x "]] * 4)
    assert all(b.verified for b in found)
    assert time.process_time() - started < 2
