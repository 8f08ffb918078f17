"""parse_lookups and without_lookups: what Go prints of its test result cache, and what merely looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from pytest_gocache.golang.testcache_log import Lookup, Lookups, Miss, PackageLookups, parse_lookups, without_lookups

LIB = "example.com/app/lib"
FIRST_ID = b"613242594c6b37715756436c5f6d6a356447486f"
SECOND_ID = b"726e3251494b4a5a3139635f31514d5a4d71714b"
FIRST, SECOND, READ, RESULT = ("2bb633d5" * 8, "7f0a19c4" * 8, "903e36e0" * 8, "69c5879b" * 8)
GONE = "cache entry not found: open /c/69/69c5-a: no such file or directory"
TOO_NEW = "file used as input is too new"


def line(text: str, package: str = LIB) -> bytes:
    return f"testcache: {package}: {text}\n".encode()


def key(test: str, identity: bytes = FIRST_ID) -> bytes:
    return line(f"test ID {identity.decode()} => {test}")


def inputs(test: str, read: str = READ) -> bytes:
    return line(f"test ID {test} => input ID {read} => {RESULT}")


def saved(test: str, read: str = READ) -> bytes:
    return line(f"save test ID {test} => input ID {read} => {RESULT}")


def lookup_of(*lines: bytes) -> PackageLookups:
    lookups = parse_lookups(b"".join(lines))
    assert (lookups.argument, lookups.disabled) == (None, None)
    return lookups.packages[LIB]


def test_a_hit_has_a_key_and_inputs_and_no_miss() -> None:
    assert lookup_of(key(FIRST), inputs(FIRST)) == PackageLookups([Lookup(FIRST, READ)])


def test_a_result_that_is_not_there_is_looked_for_twice_and_then_saved_under_both_keys() -> None:
    lookup = lookup_of(
        key(FIRST),
        line(f"input list not found: {GONE}"),
        key(SECOND, SECOND_ID),
        inputs(SECOND),
        line(f"test output not found: {GONE}"),
        saved(FIRST),
        saved(SECOND, "a" * 64),
    )
    assert lookup.lookups == [
        Lookup(FIRST, missed=f"input list not found: {GONE}"),
        Lookup(SECOND, READ, missed=f"test output not found: {GONE}"),
    ]
    assert lookup.saved == {FIRST: READ, SECOND: "a" * 64}
    assert not lookup.too_new


@pytest.mark.parametrize(
    "message",
    [
        f"input list not found: {GONE}",
        "input list malformed",
        'input list malformed ("getenv")',
        "input file /m/lib/testdata/a.txt: open /m/lib/testdata/a.txt: permission denied",
        f"test output not found: {GONE}",
        "test output malformed",
        "test output expired due to go clean -testcache",
        f"cached cover profile missing: {GONE}",
        "coverage metadata changed, re-running test: coverage metadata not found",
    ],
)
def test_a_miss_is_told_in_gos_words(message: str) -> None:
    assert lookup_of(key(FIRST), inputs(FIRST), line(message)).lookups == [Lookup(FIRST, READ, missed=message)]


def test_a_file_that_is_too_new_at_the_lookup_is_no_miss_and_says_nothing_of_this_run() -> None:
    lookup = lookup_of(key(FIRST), line(f"input file /m/lib/a b.txt: {TOO_NEW}"))
    assert lookup == PackageLookups([Lookup(FIRST, too_new="/m/lib/a b.txt")])


def test_a_file_that_is_too_new_when_the_result_is_to_be_saved_belongs_to_this_run() -> None:
    # The look-up failed for a reason of its own: that stays.
    lookup = lookup_of(key(FIRST), line("input list malformed"), line(f"input file /m/a.txt: {TOO_NEW}"))
    assert lookup == PackageLookups([Lookup(FIRST, missed="input list malformed")], too_new="/m/a.txt")


def test_a_file_may_be_too_new_at_both_times() -> None:
    said = line(f"input file /m/a.txt: {TOO_NEW}")
    both = [Lookup(FIRST, too_new="/m/a.txt"), Lookup(SECOND, too_new="/m/a.txt")]
    assert lookup_of(key(FIRST), said, key(SECOND), said) == PackageLookups(both)
    assert lookup_of(key(FIRST), said, key(SECOND), said, said) == PackageLookups(both, too_new="/m/a.txt")


@pytest.mark.parametrize(
    ("message", "miss"),
    [
        ("test output expired due to go clean -testcache", Miss.EXPIRED),
        ("cached cover profile missing: no entry", Miss.NO_COVERAGE_PROFILE),
        ("coverage metadata changed: a != b", Miss.COVERAGE_CHANGED),
        ("input list not found: no entry", None),
        ("", None),
    ],
)
def test_the_cause_of_a_miss(message: str, miss: Miss | None) -> None:
    assert Lookup(FIRST, missed=message).miss is miss


def test_what_went_wrong_at_the_save_is_not_what_the_lookup_missed() -> None:
    lookup = lookup_of(key(FIRST), line("input list malformed"), line("reading testlog: malformed"))
    assert lookup == PackageLookups([Lookup(FIRST, missed="input list malformed")])


@pytest.mark.parametrize(
    ("said", "argument"),
    [("-test.count=1", "-count=1"), ("-test.cpuprofile=/m/cpu.out", "-cpuprofile=/m/cpu.out"), ("hello", "hello")],
)
def test_an_argument_that_switches_the_cache_off_is_named_as_the_user_gave_it(said: str, argument: str) -> None:
    stderr = f"testcache: caching disabled for test argument: {said}\n".encode()
    assert parse_lookups(stderr) == Lookups({}, argument=argument)


@pytest.mark.parametrize(
    "reason",
    ["in local directory mode", "for package outside of module root, GOPATH, or GOROOT: command-line-arguments"],
)
def test_other_reasons_for_which_the_cache_is_off_are_in_gos_words(reason: str) -> None:
    assert parse_lookups(f"testcache: caching disabled {reason}\n".encode()) == Lookups({}, disabled=reason)


def test_packages_that_are_tested_at_the_same_time_are_told_apart() -> None:
    api = "example.com/app/api"
    stderr = b"".join(
        [
            key(FIRST),
            line(f"test ID {SECOND_ID.decode()} => {SECOND}", api),
            line("input list malformed"),
            line(f"test ID {SECOND} => input ID {READ} => {RESULT}", api),
            saved(FIRST),
        ]
    )
    assert parse_lookups(stderr).packages == {
        LIB: PackageLookups([Lookup(FIRST, missed="input list malformed")], {FIRST: READ}),
        api: PackageLookups([Lookup(SECOND, READ)]),
    }


@pytest.mark.parametrize("stray", [inputs(SECOND), line("test output malformed"), line(f"input file /a: {TOO_NEW}")])
def test_a_line_whose_key_is_lost_says_nothing_of_the_next_lookup(stray: bytes) -> None:
    assert lookup_of(stray, key(FIRST), inputs(FIRST)) == PackageLookups([Lookup(FIRST, READ)])


def test_a_save_is_known_without_its_lookup() -> None:
    assert lookup_of(saved(FIRST)) == PackageLookups(saved={FIRST: READ})


def test_a_lookup_whose_outcome_is_lost_keeps_its_key() -> None:
    assert lookup_of(key(FIRST), key(SECOND), inputs(SECOND)).lookups == [Lookup(FIRST), Lookup(SECOND, READ)]


def test_text_of_no_encoding_is_replaced() -> None:
    (name,) = parse_lookups(b"testcache: m/\xff: test output malformed\n").packages
    assert name == "m/�"


GOS_LINES = [
    key(FIRST),
    inputs(FIRST),
    saved(FIRST),
    line(f"input list not found: {GONE}"),
    line(f"test output not found: {GONE}"),
    line("test output expired due to go clean -testcache"),
    line(f"input file /m/lib/testdata/a.txt: {TOO_NEW}"),
    line(f"cached cover profile missing: {GONE}"),
    line("coverage metadata changed, re-running test: coverage metadata not found"),
    line("reading testlog: malformed"),
    line("reading cover profile: open c.out: no such file or directory"),
    b"testcache: caching disabled for test argument: -test.count=1\n",
    b"testcache: caching disabled in local directory mode\n",
]
USERS_LINES = [
    b"testcache: hello\n",
    b"testcache: \n",
    b"testcache: caching disabled\n",
    b"testcache: caching disabled by me\n",
    b"testcache: lib: warm\n",
    b"testcache: lib: hello\n",
    b"testcache: lib: test ID 42\n",
    b"testcache: lib: test ID " + FIRST_ID + b" => " + FIRST[1:].encode() + b"\n",
    b"testcache: lib: saved test ID " + FIRST.encode() + b" => input ID " + READ.encode() + b" => " + b"0" * 64 + b"\n",
    b"testcache: two words: test output malformed\n",
    b"  testcache: caching disabled in local directory mode\n",
    b"> testcache: lib: test output malformed\n",
    b"Testcache: lib: test output malformed\n",
    b"testcache: caching disabled in local directory mode",  # Go ends each of its lines
]


@pytest.mark.parametrize("text", GOS_LINES)
def test_each_of_gos_lines_is_taken_out(text: bytes) -> None:
    assert without_lookups(b"before\n" + text + b"after\n") == b"before\nafter\n"


@pytest.mark.parametrize("text", USERS_LINES)
def test_the_users_lines_that_merely_look_alike_stay_and_mean_nothing(text: bytes) -> None:
    assert without_lookups(key(FIRST) + text) == text
    assert parse_lookups(text) == Lookups({})


WHOLE_LINES = [text for text in USERS_LINES if text.endswith(b"\n")]


@given(
    st.lists(
        st.tuples(st.sampled_from(GOS_LINES), st.just(value=True))
        | st.tuples(st.sampled_from(WHOLE_LINES) | st.binary().map(lambda b: b + b"\n"), st.just(value=False))
    )
)
def test_every_other_byte_stays_where_it_is(drawn: list[tuple[bytes, bool]]) -> None:
    assert without_lookups(b"".join(text for text, _ in drawn)) == b"".join(text for text, gos in drawn if not gos)


@given(st.binary())
def test_text_without_such_lines_is_left_alone(text: bytes) -> None:
    plain = text.replace(b"testcache: ", b"")
    assert without_lookups(plain) == plain
    assert parse_lookups(plain) == Lookups({})


PIECES = st.sampled_from(
    [b"testcache: ", b"lib: ", b"test ID ", b"save ", b" => ", b"input ID ", b"input file ", b"\n"]
)


@given(st.lists(st.sampled_from(GOS_LINES) | PIECES | st.sampled_from([FIRST.encode(), b": ", b"\xff"]) | st.binary()))
def test_arbitrary_bytes_never_crash(pieces: list[bytes]) -> None:
    text = b"".join(pieces)
    assert all(parse_lookups(text).packages)
    assert len(without_lookups(text)) <= len(text)
