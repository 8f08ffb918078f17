"""Reason: the sentence of each code, and the values of its changes."""

from __future__ import annotations

import pytest

from pytest_gocache.golang.action import Kind
from pytest_gocache.results.cache_event import CacheEvent, CacheOperation
from pytest_gocache.results.inputs import Change, Input, InputKind as K
from pytest_gocache.results.reasons import Details, Reason, ReasonCode
from tests.results.reasons import API, EDIT, FLAGS, LIB_CHANGED, compiled, forced


@pytest.mark.parametrize(
    ("changes", "lines", "line"),
    [
        (
            (FLAGS,),
            ["compile flags changed since step 1:", "  - (none)", "  + -N -l"],
            "compile flags changed since step 1: (none) -> -N -l",
        ),
        # A stamp of the same flags, and imports: neither adds anything.
        (
            (FLAGS, LIB_CHANGED, Change(Input(K.SETTING, "-gcflags"), None, "-N -l")),
            ["compile flags changed since step 1:", "  - (none)", "  + -N -l"],
            "compile flags changed since step 1: (none) -> -N -l",
        ),
        (
            (EDIT, Change(Input(K.DIRECTORY), "/a", "/b")),
            [
                "file lib.go changed, directory changed since step 1:",
                "  file lib.go",
                "    - one",
                "    + two",
                "  directory",
                "    - /a",
                "    + /b",
            ],
            "file lib.go changed, directory changed since step 1: file lib.go - one + two; directory /a -> /b",
        ),
        (
            (Change(Input(K.FILE, "a.go"), None, "A"),),
            ["file a.go was added since step 1"],
            "file a.go was added since step 1",
        ),
        # Of two inputs, the values of one have its name.
        (
            (FLAGS, Change(Input(K.FILE, "a.go"), None, "A")),
            [
                "compile flags changed, file a.go was added since step 1:",
                "  compile flags",
                "    - (none)",
                "    + -N -l",
            ],
            "compile flags changed, file a.go was added since step 1: (none) -> -N -l",
        ),
        # A long diff is for the many lines only.
        (
            (Change(Input(K.FILE, "a.go"), "A", "B", diff=("- 1", "+ 2", "+ 3")),),
            ["file a.go changed since step 1:", "  - 1", "  + 2", "  + 3"],
            "file a.go changed since step 1",
        ),
    ],
)
def test_a_reason_shows_its_own_changes(changes: tuple[Change, ...], lines: list[str], line: str) -> None:
    reason = compiled("m/lib", *changes)
    assert reason.lines() == lines
    assert reason.summary == lines[0]
    assert reason.line() == line


def test_a_reason_without_changes_is_one_line() -> None:
    assert forced("m/lib").lines() == ["forced by -a"]
    assert forced("m/lib").line() == "forced by -a"


def test_a_follower_has_no_values_of_its_own() -> None:
    assert API.own == ()
    assert API.lines() == ["only followed: it imports m/lib"]
    assert API.line() == "only followed: it imports m/lib"


@pytest.mark.parametrize(
    ("kind", "label"),
    [(Kind.COMPILE, "m/p"), (Kind.LINK, "link of m/p"), (Kind.VET, "vet of m/p"), (Kind.TEST, "test of m/p")],
)
def test_a_label_says_what_ran_unless_it_is_a_compile(kind: Kind, label: str) -> None:
    assert Reason("m/p", kind, ReasonCode.NO_EVIDENCE).label == label


ALL_DETAILS = Details(
    flag="FLAG",
    file="FILE",
    command="COMMAND",
    event=CacheEvent(CacheOperation.EVICTED),
    step=7,
    before="BEFORE",
    now="NOW",
    packages=("p", "q"),
    chain=("c", "d"),
    in_go_words="WORDS",
)


@pytest.mark.parametrize("code", ReasonCode)
@pytest.mark.parametrize("kind", [Kind.COMPILE, Kind.TEST])
def test_each_code_has_a_sentence(code: ReasonCode, kind: Kind) -> None:
    text = Reason("m/p", kind, code, ALL_DETAILS, (FLAGS,), since=3).summary
    assert text
    assert "None" not in text
    assert "{" not in text


def test_a_different_output_of_the_same_key_is_mentioned() -> None:
    details = Details(event=CacheEvent(CacheOperation.EVICTED), step=2, output_differs=True)
    assert Reason("m/p", Kind.COMPILE, ReasonCode.CACHE_CHANGED, details, since=1).summary == (
        "nothing in its key changed since step 1, but its output was evicted (gocache.evict) before step 2; "
        "the new output differs, so an input that Go does not track changed"
    )


def test_a_test_result_has_no_key_of_its_own() -> None:
    assert Reason("m/p", Kind.TEST, ReasonCode.RESULT_GONE, since=1).summary == (
        "nothing changed since step 1, which kept its result, but the result was no longer in the build cache"
    )
