"""GODEBUG=gocachehash=1 output: its blocks read, its lines taken out of stderr, Go's quoting undone."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st

from pytest_gocache.errors import HashLogError
from pytest_gocache.golang.action import Kind
from pytest_gocache.golang.hashlog import (
    cut_off_block,
    hash_lines,
    parse_hash_log,
    quoted_words,
    split_debug_lines,
    unquote,
)
from pytest_gocache.results.result import Result
from tests.golang.hash_lines import block, quote
from tests.recorded_results import FROM_NOTHING, blocks_of, log_text


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "replace")))
def test_gos_quoting_is_undone(data: bytes) -> None:
    assert unquote(quote(data)) == data.decode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        (rb'""', ""),
        (rb'"a b"', "a b"),
        (rb'"\a\b\f\n\r\t\v\\\"\'"', "\a\b\f\n\r\t\v\\\"'"),
        (rb'"\x00\x7f"', "\x00\x7f"),
        (rb'"\xff"', "\udcff"),
        (rb'"\xc3\xa9"', "é"),
        (rb'"\u00a0\U0001f600"', "\u00a0\U0001f600"),
        (rb'"\101\377"', "A\udcff"),
        ('"日本"'.encode(), "日本"),
        (rb'"\\n"', r"\n"),
    ],
)
def test_every_escape_of_go_is_known(literal: bytes, text: str) -> None:
    assert unquote(literal) == text


@pytest.mark.parametrize(
    "literal",
    [
        b"",
        b'"',
        b"a",
        b'a"',
        b'"a',
        b"'a'",
        rb'"\q"',
        rb'"\x4"',
        rb'"\u12"',
        rb'"\U00110000"',
        rb'"\777"',
        rb'"\400"',
        b'"\\"',
    ],
)
def test_what_is_no_go_string_is_refused(literal: bytes) -> None:
    with pytest.raises(HashLogError):
        unquote(literal)


INPUTS = st.lists(st.binary(max_size=12), max_size=4)
NAMES = st.sampled_from(["build a", "build a.b/c", "link a", "vet a", "testResult", "testInputs", "build a [x]"])


@st.composite
def interleaved(draw: st.DrawFn, lists: Sequence[list[bytes]]) -> list[bytes]:
    """The lines of all lists, each list's in its order."""
    waiting = [list(lines) for lines in lists if lines]
    merged = []
    while waiting:
        chosen = draw(st.sampled_from(range(len(waiting))))
        merged.append(waiting[chosen].pop(0))
        waiting = [lines for lines in waiting if lines]
    return merged


@given(st.data())
def test_blocks_of_different_names_may_interleave(data: st.DataObject) -> None:
    wanted = data.draw(st.dictionaries(NAMES, INPUTS, max_size=4))
    text = b"".join(data.draw(interleaved([block(name, inputs) for name, inputs in wanted.items()])))
    found = parse_hash_log(text)
    assert {b.name: b.inputs for b in found} == {
        name: ("go1.27.3", *(i.decode("utf-8", "surrogateescape") for i in inputs)) for name, inputs in wanted.items()
    }
    assert all(b.verified for b in found)


@given(st.data())
def test_two_open_blocks_of_one_name_give_right_blocks_or_none(data: st.DataObject) -> None:
    both = [block("build a", data.draw(INPUTS)), block("build a", data.draw(INPUTS))]
    alone = {("".join(b.inputs), b.sum) for lines in both for b in parse_hash_log(b"".join(lines))}
    assert len(alone) in {1, 2}
    mixed = parse_hash_log(b"".join(data.draw(interleaved(both))))
    assert {("".join(b.inputs), b.sum) for b in mixed} <= alone


def test_blocks_of_one_name_after_each_other_are_all_read() -> None:
    found = parse_hash_log(b"".join(block("build a", [b"one"]) + block("build a", [b"two"])))
    assert [b.inputs[1] for b in found] == ["one", "two"]


def test_module_indexes_are_left_out() -> None:
    assert parse_hash_log(b"".join(block("moduleIndex", [b"x"]))) == ()


GOOD = block("build a", [b"file a.go X\n"])


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param(GOOD[:-1], [], id="killed before the sum"),
        pytest.param([*GOOD[:-1], GOOD[-1][:30]], [], id="killed within the sum"),
        pytest.param([*GOOD[:-1], GOOD[-1].rstrip()], [], id="killed before the last newline"),
        pytest.param(GOOD[:2] + GOOD[3:], [], id="an input is missing"),
        pytest.param(GOOD[-1:], [], id="a sum alone"),
        pytest.param([*GOOD, GOOD[-1]], ["build a"], id="the sum twice"),
        pytest.param(GOOD[1:], ["build a"], id="no opening"),
        pytest.param([GOOD[2], *GOOD], ["build a"], id="a stray input before the opening"),
        pytest.param([b"# a\n", *GOOD[:2], b"a.go:1:1: no\n", *GOOD[2:]], ["build a"], id="text in between"),
        pytest.param([b'HASH subkey 00ab "x" = 00cd\n', *GOOD], ["build a"], id="a subkey"),
        pytest.param([b"HASH /src/a.go: " + b"0" * 64 + b"\n", *GOOD], ["build a"], id="a file's hash"),
    ],
)
def test_stray_and_partial_lines_never_make_a_wrong_block(lines: list[bytes], names: list[str]) -> None:
    found = parse_hash_log(b"".join(lines))
    assert [b.name for b in found] == names
    assert all(b.inputs == ("go1.27.3", "file a.go X\n") for b in found)


USERS_OWN = [
    b"HASH of the tree: 12\n",
    b"HASHING\n",
    b"HASH[\n",
    b"HASH[x] = 12\n",
    b"HASH[x]: 12ab\n",
    b"HASH[x]: unquoted\n",
    b'HASH[x]: "unterminated\n',
    b'HASH[x]: "a" and more\n',
    b"HASH x: " + b"0" * 63 + b"\n",
    b"HASH x: " + b"A" * 64 + b"\n",
    b" HASH[build x]\n",
    b"note: HASH[build x]\n",
    b"hash[build x]\n",
    b"HASH\n",
    b"HASH[build x]",
]


@pytest.mark.parametrize("line", USERS_OWN)
def test_the_users_lines_that_merely_start_with_hash_stay(line: bytes) -> None:
    assert split_debug_lines(b"".join([*GOOD, line])) == line


def test_the_users_line_about_a_subkey_stays() -> None:
    line = b"HASH subkey lookup failed, trying the next server\n"
    assert split_debug_lines(b"".join([*GOOD, line])) == line


HASH_LINES = st.sampled_from([*GOOD, b'HASH subkey 00ab "x" = 00cd\n', b"HASH /src/a.go: " + b"0" * 64 + b"\n"])
OTHER_LINES = st.sampled_from([u for u in USERS_OWN if u.endswith(b"\n")]) | st.binary(max_size=20).map(
    lambda data: data.replace(b"\n", b" ").replace(b"HASH", b"hash") + b"\n"
)


@given(st.lists(st.tuples(st.booleans(), HASH_LINES, OTHER_LINES)), st.sampled_from([b"", b"last", b"\r", b"HASH[a"]))
def test_splitting_leaves_every_other_byte_untouched(drawn: list[tuple[bool, bytes, bytes]], end: bytes) -> None:
    stderr = b"".join(ours if is_hash else others for is_hash, ours, others in drawn) + end
    assert split_debug_lines(stderr) == b"".join(others for is_hash, _, others in drawn if not is_hash) + end


@given(st.lists(st.sampled_from([b"HASH[", b"build a", b"]", b": ", b'"', b"\\", b"n", b"0" * 64, b"\n", b"\xff"])))
def test_lines_that_are_nearly_hash_lines_are_read_or_refused(parts: list[bytes]) -> None:
    data = b"".join(parts)
    try:
        found = parse_hash_log(data)
    except HashLogError:
        return
    assert all(b.verified for b in found)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("[]", []),
        ('["-N" "-D \\"a b\\""]', ["-N", '-D "a b"']),
        ('compile v1 ["-l"] [""]\n', ["-l", ""]),
        ('"\\xff"', ["\udcff"]),
    ],
)
def test_quoted_words_of_a_hashed_line(line: str, words: list[str]) -> None:
    assert quoted_words(line) == words


# What real go commands wrote.


@pytest.mark.parametrize("name", FROM_NOTHING)
def test_the_inputs_of_every_block_hash_to_its_sum(
    first_commands: dict[str, Result], go_version: str, name: str
) -> None:
    found = blocks_of(first_commands[name])
    for hashed in found:
        text = "".join(hashed.inputs).encode("utf-8", "surrogateescape")
        assert hashlib.sha256(text).hexdigest() == hashed.sum, hashed.name
        assert hashed.inputs[0] == f"go{go_version}"
        assert hashed.verified
    closed = re.findall(rb"^HASH\[([^\n]*)\]: [0-9a-f]{64}$", log_text(first_commands[name]), re.MULTILINE)
    names = Counter(n.decode() for n in closed)
    assert Counter(hashed.name for hashed in found) == names, "a block was lost"


def test_every_kind_of_block_is_read(first_commands: dict[str, Result]) -> None:
    kinds = {block.name.split(" ")[0] for block in blocks_of(first_commands["test"])}
    assert {"build", "link", "vet", "testResult", "testInputs"} <= kinds


@pytest.mark.parametrize("name", FROM_NOTHING)
def test_every_compile_and_link_with_a_key_has_its_block(first_commands: dict[str, Result], name: str) -> None:
    by_id = {block.action_id: block.name for block in blocks_of(first_commands[name])}
    keyed = [a for a in first_commands[name].actions if a.action_id and a.kind in (Kind.COMPILE, Kind.LINK)]
    assert keyed
    for action in keyed:
        what = "build" if action.kind is Kind.COMPILE else "link"
        plain = action.package.split(" [")[0]
        assert by_id[action.action_id] in {f"{what} {plain}", f"{what} {action.import_path}"}


@pytest.mark.parametrize("name", FROM_NOTHING)
def test_the_commands_own_stderr_is_what_is_left(first_commands: dict[str, Result], name: str) -> None:
    left = split_debug_lines(log_text(first_commands[name])).decode()
    if name.startswith("failed"):
        assert left.startswith("# example.com/app/lib\n")
        assert left.endswith("missing return\n")
        assert left.count("\n") == 2
    else:
        assert not left


def test_the_log_is_taken_out_of_what_a_command_prints() -> None:
    log = b'HASH[build lib]\nHASH[build lib]: "file lib.go x\\n"\nHASH /src/lib.go: ' + b"0" * 64 + b"\n"
    head, tail = log.split(b"HASH /src", 1)
    assert hash_lines(b"WORK=/tmp/x\n" + head + b"/tmp/app alternate\nHASH /src" + tail + b"HASH me\n") == log
    assert hash_lines(b"nothing\n") == b""


def test_a_key_whose_inputs_have_no_sum_is_cut_off() -> None:
    whole = b'HASH[build lib]\nHASH[build lib]: "go1.27.3"\nHASH[build lib]: ' + b"0" * 64 + b"\n"
    assert cut_off_block(whole) == ""
    assert cut_off_block(whole + whole[:30]) == "build lib"
    assert cut_off_block(whole[:-1]) == "build lib"
    assert cut_off_block(b'HASH[moduleIndex]\nHASH[moduleIndex]: "go1.27.3"\n' + whole) == ""
