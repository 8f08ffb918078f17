"""The dearest causes of a run, in the terminal."""

from __future__ import annotations

from inline_snapshot import snapshot

from pytest_gocache.plugin.report.dearest import dearest_lines
from tests.plugin.report.made_run import FOLLOWED, cause, command, made_test, row, run_of

SMALL = command(
    row("vet lib", "0-0.25"),
    row("vet api", "0-0.25"),
    causes=[
        cause(f"vet {name}", "VET_NOT_CACHED", "Go does not cache it\nbefore 1.26", since=1) for name in ("lib", "api")
    ],
    command="go vet ./...",
    step=2,
)
RUN = run_of(made_test("test_a", FOLLOWED, SMALL), made_test("test_b", command(), toolchain="next"))


def test_what_was_done_again_is_listed_with_its_followers() -> None:
    assert dearest_lines(RUN, 5) == snapshot(
        [
            "9.5 s of work done again, 1.0 s done for the first time in a test",
            "9.00 s  lib.go changed since step 1; 2 followed",
            "        test_a  `go build ./...` (step 1)",
            "0.50 s  2 actions: Go does not cache it\\nbefore 1.26",
            "        test_a  `go vet ./...` (step 2)",
        ]
    )


def test_the_list_has_as_many_as_asked_for() -> None:
    lines = dearest_lines(RUN, 1)
    assert len(lines) == 4
    assert lines[-1] == "and 1 more"


def test_long_sentences_are_cut() -> None:
    made = command(row("compile a", "0-1"), causes=[cause("compile a", "CHANGED", "x" * 10_000)], command="go " * 900)
    assert max(map(len, dearest_lines(run_of(made_test("test_a", made)), 1))) < 220


def test_a_run_without_repeated_work_says_so() -> None:
    assert dearest_lines(run_of(), 3) == ["0.0 s of work done again, 0.0 s done for the first time in a test"]
