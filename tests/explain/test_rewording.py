"""Every sentence reads differently, and nothing else changes: no program branches on prose."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pytest_gocache.explain import advice
from pytest_gocache.explain.explainer import explain
from pytest_gocache.explain.wording import causes_in_brief, explain_set_difference, why_tests_ran, why_they_ran
from pytest_gocache.golang.action import Kind, TestOutcome, TestStatus
from pytest_gocache.results import explanation, inputs, reasons
from pytest_gocache.results.cache_event import CacheEvent, CacheOperation
from pytest_gocache.results.explanation import Explanation
from pytest_gocache.results.inputs import InputKind
from pytest_gocache.results.reasons import Reason, ReasonCode
from pytest_gocache.results.result import Circumstances, Result
from tests.explain.recordings import APP, Edit, all_steps, changed, step
from tests.golang.hash_lines import block
from tests.recorded_results import VERSIONS, first_command, first_log

# Rot13: as long as the text, so that the layout is the same, and no word is left.
_ROT13 = str.maketrans(
    string.ascii_lowercase + string.ascii_uppercase,
    "".join(letters[13:] + letters[:13] for letters in (string.ascii_lowercase, string.ascii_uppercase)),
)


def reworded(text: str) -> str:
    """A template in different words, with the same places."""
    return "".join(part if part.startswith("{") else part.translate(_ROT13) for part in re.split(r"(\{[^}]*\})", text))


@pytest.fixture
def reword(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def all_at_once() -> None:
        for member in (*InputKind, *ReasonCode, *CacheOperation):
            monkeypatch.setattr(member, "text", reworded(member.text))
        for kind in Kind:
            monkeypatch.setattr(kind, "past", reworded(kind.past))
        for table in (inputs._HOW, reasons._PARTS):  # noqa: SLF001 - tables for this test to replace
            for name, text in table.items():
                monkeypatch.setitem(table, name, reworded(text))
        for code, text in explanation._BELOW.items():  # noqa: SLF001 - as above
            monkeypatch.setitem(explanation._BELOW, code, reworded(text))  # noqa: SLF001

    return all_at_once


# What is explained: recorded commands as they are, and changed ones.


def as_recorded(version: str) -> Callable[[Path], Result]:
    return lambda folder: all_steps(version, folder)[-1]


def edited(*edits: Edit, **changes: object) -> Callable[[Path], Result]:
    """A build with the first of the edits, then with each of the others; the changes are of the last one."""

    def make(folder: Path) -> Result:
        made = step(first_command("1.27.3", "build"), folder, first_log("1.27.3", "build"), None)
        for edit in edits[:-1]:
            made = changed(made, folder, edit)
        return changed(made, folder, edits[-1], **changes)

    return make


def in_lib(old: str, new: str) -> Edit:
    return lambda name, line: line.replace(old, new) if name == f"build {APP}/lib" else line


def everywhere(old: str, new: str) -> Edit:
    return lambda _, line: line.replace(old, new)


def in_main(old: str, new: str) -> Edit:
    return lambda name, line: line.replace(old, new) if name == f"build {APP}/cmd/app" else line


def in_link(old: str, new: str) -> Edit:
    return lambda name, line: line.replace(old, new) if name.startswith("link ") else line


def events(*operations: CacheOperation) -> Circumstances:
    return Circumstances(events=tuple(CacheEvent(operation, by=timedelta(days=6)) for operation in operations))


def nothing(_: str, line: str) -> str:
    return line


def forced(folder: Path) -> Result:
    result = edited(nothing)(folder)
    again = step(first_command("1.27.3", "build"), folder, b"", result, command=("go", "build", "-a", "./..."))
    return replace(again, evidence=result.evidence)


def ran_again(*operations: CacheOperation) -> Callable[[Path], Result]:
    def make(folder: Path) -> Result:
        first = step(first_command("1.27.3", "build"), folder, first_log("1.27.3", "build"), None)
        around = events(*operations)
        return step(first_command("1.27.3", "build"), folder, b"", first, circumstances=around)

    return make


def after_go_test(
    *lines: str, before: Sequence[str] = (), hashes: Iterable[tuple[str, list[str]]] = ()
) -> Callable[[Path], Result]:
    """A ``go test`` of lib that ran twice; Go printed these lines of the test cache, and ``before`` the first time."""

    def make(folder: Path) -> Result:
        made = first_command("1.27.3", "test")
        ran = TestOutcome(f"{APP}/lib", TestStatus.PASSED, cached=False, seconds=0.1)
        made = replace(made, command=("go", "test", "./..."), tests={ran.package: ran})
        blocks = b"".join(b"".join(block(name, [i.encode() for i in inputs])) for name, inputs in hashes)
        previous = None
        for printed in (before, lines):
            lookups = "".join(f"testcache: {line}\n" for line in printed)
            previous = step(made, folder, first_log("1.27.3", "test") + blocks + lookups.encode(), previous)
        assert previous is not None
        return previous

    return make


def sum_of(name: str, *lines: str) -> str:
    return block(name, [line.encode() for line in lines])[-1].decode().rpartition(": ")[2].strip()


LIB, KEY = f"{APP}/lib", "a" * 64
VARIABLES = [("getenv", ["\x01", "/home/a"]), ("getenv", ["\x01", "/home/b"])]
READS = [("testInputs", [f"env TMPDIR {sum_of(name, *lines)}\n"]) for name, lines in VARIABLES]
OLD, NEW = (sum_of(name, *lines) for name, lines in READS)

CASES = {
    **{f"recorded {version}": as_recorded(version) for version in VERSIONS},
    "forced": forced,
    "volatile flags": edited(in_lib("[] []\n", '["-D" "/home/ann"] []\n'), in_lib("/home/ann", "/home/bob")),
    "flags everywhere": edited(everywhere("[] []\n", '[] ["-N"]\n')),
    "directory": edited(lambda _, line: re.sub(r"^dir \S+/app\b", "dir /home/bob/m", line)),
    "toolchain": edited(everywhere("go1.27.3", "go1.27.4")),
    "target": edited(
        lambda _, line: line.replace("goarch amd64", "goarch arm64").replace("GOAMD64=v1", "GOARM64=v8.0")
    ),
    "file": edited(lambda _, line: re.sub(r"^(file lib.go ).", r"\1_", line)),
    "commit": edited(in_main("build\\t-compiler=gc", "build\\tvcs.revision=ab\\nbuild\\t-compiler=gc")),
    "ldflags": edited(in_main("build\\t-compiler=gc", "build\\t-ldflags=-s\\nbuild\\t-compiler=gc")),
    "time in a link": edited(
        in_link("linkflags []", 'linkflags ["-X" "main.t=2026-05-01T10:00:00"]'), in_link("T10:00:00", "T10:05:00")
    ),
    "an unknown line": edited(in_lib("go 1.21\n", "quantum entangled\n")),
    "emptied": ran_again(CacheOperation.CLEARED),
    "aged": ran_again(CacheOperation.AGED),
    "a new machine": ran_again(CacheOperation.EVICTED, CacheOperation.NEW_MACHINE),
    "gone": ran_again(),
    "test argument": after_go_test("caching disabled for test argument: -test.count=1"),
    "test file too new": after_go_test(
        f"{LIB}: test ID ab => {KEY}", f"{LIB}: input file /src/app/lib/a.txt: file used as input is too new"
    ),
    "test variable": after_go_test(
        f"{LIB}: test ID ab => {KEY}",
        f"{LIB}: test ID {KEY} => input ID {NEW} => {KEY}",
        hashes=[*VARIABLES, *READS],
        before=[f"{LIB}: test ID ab => {KEY}", f"{LIB}: save test ID {KEY} => input ID {OLD} => {KEY}"],
    ),
    "test results expired": after_go_test(
        f"{LIB}: test ID ab => {KEY}",
        f"{LIB}: test output expired due to go clean -testcache",
        before=[f"{LIB}: test ID ab => {KEY}"],
    ),
    "test of unknown inputs": after_go_test(),
}
each_case = pytest.mark.parametrize("case", CASES)


def facts(reason: Reason) -> object:
    """Everything that a program can ask a reason for."""
    cause = facts(reason.cause) if reason.cause else None
    own = [change.input for change in reason.own]
    return reason.package, reason.kind, reason.code, reason.first, reason.known, own, reason.follows, cause


def outline(text: str) -> list[tuple[str, bool]]:
    """The lines of a text: the name that each begins with, and whether it only refers to a different row."""
    names = [line[2:].partition("  ")[0] if line.startswith("  ") else "" for line in text.split("\n")]
    return [
        (name.strip(), re.search(r"  (the same|as \S+)$", line) is not None)
        for name, line in zip(names, text.split("\n"), strict=True)
    ]


def all_answers(result: Result) -> list[object]:
    found: Explanation = explain(result)
    ran = [action for action in result.compiles() if action.ran]
    tests = [outcome for outcome in result.tests.values() if outcome.ran]
    return [
        [facts(reason) for reason in found.reasons],
        [change.input for change in found.inputs],
        [cause.package for cause in found.causes],
        found.advice,
        outline(str(found)[: -len("\n".join(found.advice)) or None]),
        [len(why_they_ran(result, ran)), outline(why_they_ran(result, ran)[0])],
        [outline(why_tests_ran(result, tests)[0]), why_tests_ran(result, tests)[1:]],
        [outline(line) for line in causes_in_brief(result)],
        [outline(line) for line in explain_set_difference(result.compiled, {"fmt"})],
    ]


@each_case
def test_in_other_words_everything_is_the_same(case: str, tmp_path: Path, reword: Callable[[], None]) -> None:
    result = CASES[case](tmp_path)
    before, text = all_answers(result), str(explain(result))
    reword()
    assert all_answers(result) == before
    # All of it is in other words.
    sentences = {reason.summary for reason in explain(result).reasons}
    assert not any(sentence in text for sentence in sentences)


ADVICE = {
    "forced": "remove -a, which compiles everything",
    "volatile flags": "values that change with every build belong in the link step",
    "directory": "-trimpath leaves the directory out",
    "commit": "Go stamps the commit",
    "ldflags": "Go stamps -ldflags",
    "time in a link": "a time in -ldflags",
    "file": "the key of an importer has the content of ./lib",
    "test argument": "-count=1 runs tests",
    "test file too new": "Go caches no result",
    "test variable": "t.TempDir reads TMPDIR",
}


@each_case
def test_the_cases_have_the_advice_that_must_not_change(case: str, tmp_path: Path) -> None:
    lines = explain(CASES[case](tmp_path)).advice
    assert [line.startswith(ADVICE[case]) for line in lines] == [True] if case in ADVICE else not lines


def test_the_cases_have_most_codes(tmp_path: Path) -> None:
    found = set()
    for number, make in enumerate(CASES.values()):
        (tmp_path / str(number)).mkdir()
        found |= {reason.code for reason in explain(make(tmp_path / str(number))).reasons}
    assert len(found) > len(ReasonCode) / 4


def test_a_branch_on_prose_is_found(
    tmp_path: Path, reword: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_prose(cause: Reason) -> str:
        return "do not use -a" if cause.summary.startswith("forced by -a") else ""

    monkeypatch.setattr(advice, "_RULES", (on_prose,))
    result = forced(tmp_path)
    before = all_answers(result)
    reword()
    assert all_answers(result) != before
