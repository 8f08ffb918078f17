"""parse_test_output: go test's verdicts in what it prints, plain and -json."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given, strategies as st

from pytest_gocache.golang.action import TestOutcome, TestStatus
from pytest_gocache.golang.test_output import parse_test_output
from pytest_gocache.results.result import Result

P = "example.com/app/lib"
PASSED, FAILED, BUILD_FAILED, NO_TESTS = (
    TestStatus.PASSED,
    TestStatus.FAILED,
    TestStatus.BUILD_FAILED,
    TestStatus.NO_TESTS,
)


def outcome(status: TestStatus, seconds: float | None = None, *, cached: bool = False, package: str = P) -> TestOutcome:
    return TestOutcome(package, status, cached=cached, seconds=seconds)


LINES = [
    (f"ok  \t{P}\t0.002s", outcome(PASSED, 0.002)),
    (f"ok  \t{P}\t12s", outcome(PASSED, 12.0)),
    (f"ok  \t{P}\t(cached)", outcome(PASSED, cached=True)),
    (f"ok  \t{P}\t0.003s [no tests to run]", outcome(PASSED, 0.003)),
    (f"ok  \t{P}\t(cached) [no tests to run]", outcome(PASSED, cached=True)),
    (f"ok  \t{P}\t0.006s\tcoverage: 50.0% of statements", outcome(PASSED, 0.006)),
    (f"ok  \t{P}\t0.006s\tcoverage: [no statements]", outcome(PASSED, 0.006)),
    (f"ok  \t{P}\t(cached)\tcoverage: 50.0% of statements in ./...", outcome(PASSED, cached=True)),
    (f"ok  \t{P}\t(cached)\tcoverage: 0.0% of statements [no tests to run]", outcome(PASSED, cached=True)),
    (f"FAIL\t{P}\t600.123s", outcome(FAILED, 600.123)),
    (f"FAIL\t{P} [build failed]", outcome(BUILD_FAILED)),
    (f"FAIL\t{P} [setup failed]", outcome(BUILD_FAILED)),
    (f"?   \t{P}\t[no test files]", outcome(NO_TESTS)),
    (f"\t{P}\t\tcoverage: 0.0% of statements", outcome(NO_TESTS)),
]

NO_VERDICTS = [
    "",
    "ok",
    "PASS",
    "FAIL",
    "FAIL    ",
    "coverage: 50.0% of statements",
    "coverage: [no statements]",
    f"ok {P} 0.002s",
    f" ok  \t{P}\t0.002s",
    f"ok  \t{P}\tsoon",
    f"ok  \t{P}\t0.002s?",
    f"FAIL\t{P}",
    f"FAIL\t{P} [bored]",
    f"--- FAIL: TestX (0.00s) {P}",
    f"?   \t{P}\t[no tests]",
    f"{P}\t\tcoverage: 0.0% of statements",
    "=== RUN   TestA",
    "exit status 1",
    "\x1b[32mok\x1b[0m",
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_each_verdict_line_is_read(line: str, expected: TestOutcome) -> None:
    assert parse_test_output(line + "\n") == {P: expected}
    assert parse_test_output(f"before\n{line}\r\nFAIL\n") == {P: expected}
    assert parse_test_output(line) == {P: expected}


@pytest.mark.parametrize("line", NO_VERDICTS)
def test_other_lines_are_no_verdicts(line: str) -> None:
    assert parse_test_output(line + "\n") == {}


@pytest.mark.parametrize(
    ("expected", "ran"),
    [
        (outcome(PASSED, 0.1), True),
        (outcome(FAILED, 0.1), True),
        (outcome(PASSED, cached=True), False),
        (outcome(BUILD_FAILED), False),
        (outcome(NO_TESTS), False),
    ],
)
def test_only_executed_tests_have_run(expected: TestOutcome, ran: bool) -> None:  # noqa: FBT001 - a table's column
    assert expected.ran is ran


def test_a_verdict_that_a_test_prints_itself_gives_way_to_gos() -> None:
    text = f"=== RUN   TestA\nok  \t{P}\t(cached)\n--- FAIL: TestA (0.00s)\nFAIL\nFAIL\t{P}\t0.004s\nFAIL\n"
    assert parse_test_output(text) == {P: outcome(FAILED, 0.004)}


def event(action: str, output: str | None = None, package: str = P, **more: str) -> str:
    fields = {"Time": "2026-11-22T08:46:19.85Z", "Action": action, "Package": package, **more}
    return json.dumps(fields if output is None else {**fields, "Output": output}) + "\n"


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_each_verdict_is_read_from_an_event(line: str, expected: TestOutcome) -> None:
    assert parse_test_output(event("start") + event("output", line + "\n") + event("pass")) == {P: expected}


def test_a_run_with_json_of_go_1_27() -> None:
    text = (
        '{"ImportPath":"nosuch.example/x","Action":"build-output","Output":"# example.com/app/e\\n"}\n'
        '{"ImportPath":"nosuch.example/x","Action":"build-fail"}\n'
        + event("start", package="example.com/app/e")
        + event("output", "FAIL\texample.com/app/e [setup failed]\n", "example.com/app/e", OutputType="frame")
        + event("fail", package="example.com/app/e", FailedBuild="nosuch.example/x")
        + event("start")
        + event("run", Test="TestA")
        + event("output", "=== RUN   TestA\n", Test="TestA", OutputType="frame")
        + event("output", f"FAIL\t{P} [build failed]\n", Test="TestA")
        + event("output", "--- PASS: TestA (0.00s)\n", Test="TestA", OutputType="frame")
        + event("output", "PASS\n", OutputType="frame")
        + event("output", f"ok  \t{P}\t0.009s\n")
        + event("pass")
        + event("output", "?   \texample.com/app/c\t[no test files]\n", "example.com/app/c")
        + event("skip", package="example.com/app/c")
    )
    assert parse_test_output(text) == {
        "example.com/app/e": outcome(BUILD_FAILED, package="example.com/app/e"),
        P: outcome(PASSED, 0.009),
        "example.com/app/c": outcome(NO_TESTS, package="example.com/app/c"),
    }


def test_a_verdict_that_a_test_prints_is_no_verdict_of_the_package() -> None:
    printed = event("output", f"ok  \t{P}\t(cached)\n", Test="TestA")
    assert parse_test_output(printed) == {}
    assert parse_test_output(event("output", f"FAIL\t{P}\t0.1s\n") + printed) == {P: outcome(FAILED, 0.1)}


def test_a_verdict_of_another_package_that_a_testmain_prints_does_not_count_in_json() -> None:
    # Recorded from Go 1.27.3: the TestMain of package f prints this after d has failed.
    text = event("output", "FAIL\tm/d\t0.003s\n", "m/d") + event("output", "ok  \tm/d\t9.999s\n", "m/f")
    assert parse_test_output(text) == {"m/d": outcome(FAILED, 0.003, package="m/d")}


@pytest.mark.parametrize(
    "line",
    [
        '{"Action":"output"',
        '{"Action":"output"}',
        '{"Action":"output","Output":null}',
        '{"Action":"output","Output":5}',
        '{"Action":5}',
        '{"x": "Action"}',
        '{"Action":"pass","Package":"example.com/app/lib","Output":"ok  \\texample.com/app/lib\\t0.1s\\n"}',
    ],
)
def test_lines_that_look_like_events_do_no_harm(line: str) -> None:
    assert parse_test_output(line + "\n") == {}


def test_plain_text_between_events_is_read() -> None:
    assert parse_test_output(event("start") + f"FAIL\t{P} [build failed]\n") == {P: outcome(BUILD_FAILED)}


PATHS = st.from_regex(r"[a-z]{1,4}(\.[a-z]{2})?(/[a-z0-9_-]{1,5}){0,2}", fullmatch=True)
VERDICTS = st.dictionaries(PATHS, st.sampled_from([line for line, _ in LINES]), max_size=5)
NOISE = st.lists(st.sampled_from([*NO_VERDICTS, "{}", '{"Action"']) | st.text(max_size=8).map(lambda t: "| " + t))


def expected_of(verdicts: Mapping[str, str]) -> dict[str, TestOutcome]:
    table = dict(LINES)
    return {
        path: TestOutcome(path, table[line].status, cached=table[line].cached, seconds=table[line].seconds)
        for path, line in verdicts.items()
    }


@given(VERDICTS, NOISE)
def test_every_packages_verdict_is_found_in_any_noise(verdicts: dict[str, str], noise: list[str]) -> None:
    lines = []
    for path, line in verdicts.items():
        lines += [*noise, line.replace(P, path)]
    assert parse_test_output("\n".join([*lines, *noise])) == expected_of(verdicts)


@given(VERDICTS, st.lists(st.text(max_size=20)))
def test_whatever_tests_print_changes_no_verdict_in_json(verdicts: dict[str, str], printed: list[str]) -> None:
    text = ""
    for path, line in verdicts.items():
        text += event("start", package=path)
        text += "".join(event("output", words, path, Test="TestX") for words in [*printed, *verdicts.values()])
        text += event("output", line.replace(P, path) + "\n", path)
    assert parse_test_output(text) == expected_of(verdicts)


@given(st.text())
def test_any_text_is_read_without_error(text: str) -> None:
    assert all(package == found.package for package, found in parse_test_output(text).items())


# What real go commands wrote.


APP = "example.com/app"


@pytest.mark.parametrize("name", ["test", "test again"])
def test_verdicts_of_a_test_run(first_commands: dict[str, Result], name: str) -> None:
    seconds = first_commands[name].tests[P].seconds
    assert (seconds is None) == (name == "test again")
    lib = TestOutcome(f"{APP}/lib", TestStatus.PASSED, cached=name == "test again", seconds=seconds)
    assert first_commands[name].tests == {
        f"{APP}/cmd/app": TestOutcome(f"{APP}/cmd/app", TestStatus.NO_TESTS, cached=False, seconds=None),
        f"{APP}/ext": TestOutcome(f"{APP}/ext", TestStatus.NO_TESTS, cached=False, seconds=None),
        f"{APP}/lib": lib,
    }
    assert lib.ran is (name == "test")


def test_verdicts_of_a_test_run_that_does_not_build(first_commands: dict[str, Result], go_version: str) -> None:
    found = first_commands["failed test"].tests
    # Go 1.21 names only the package that has tests.
    assert {*found} == (
        {f"{APP}/lib"} if go_version == "1.21.13" else {f"{APP}/{p}" for p in ("cmd/app", "ext", "lib")}
    )
    assert {outcome.status for outcome in found.values()} == {TestStatus.BUILD_FAILED}
    assert not any(outcome.ran or outcome.cached for outcome in found.values())


def test_a_deep_event_that_a_test_prints_is_text() -> None:
    assert list(parse_test_output('{"Action":' + "[" * 100_000 + "\nok  \ta\t0.1s\n")) == ["a"]
