"""The ready-made checks on the tests of a repository: which tests run, and which inputs are no finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.with_pytest.real_repository import write
from tests.with_pytest.test_checks_on_repositories import assert_outcomes, repository, skips
from tests.with_pytest.test_ready_made_checks import CI, TESTS, TRACKED, checks, outcomes

__all__ = ["repository"]

ACCEPTED = """
[[accept]]
test = "checks.py::test_tests_are_cached_the_second_time"
change = "example.com/app/lib"
reason = "issue 12"
"""


def test_a_test_that_starts_a_program_of_the_system_is_no_finding(
    pytester: pytest.Pytester, store: Path, repository: Path
) -> None:
    starts = 'func TestStarts(t *testing.T) {\n\tif err := exec.Command("true").Run(); err != nil {\n\t\tt.Fatal(err)\n\t}\n}\n'
    write(repository, {"lib/lib_test.go": f'package lib\n\nimport (\n\t"os/exec"\n\t"testing"\n)\n\n{starts}'})
    result = checks(pytester, store, repository, "-k", "go_tracks")
    assert_outcomes(result, passed=1)


def test_a_test_that_compares_what_go_prints(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    lists = """package lib

import (
	"os/exec"
	"testing"
)

func TestList(t *testing.T) {
	printed, err := exec.Command("go", "list", ".").CombinedOutput()
	if err != nil || string(printed) != "example.com/app/lib\\n" {
		t.Fatalf("%s%v", printed, err)
	}
}
"""
    write(repository, {"lib/lib_test.go": lists})
    assert_outcomes(checks(pytester, store, repository, "-k", "second_time"), passed=1)
    reads = 'package read\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestRead(*testing.T) { os.ReadFile("OUTSIDE") }\n'
    outside = repository.parent / "outside.txt"
    outside.touch()
    write(repository, {"read/read_test.go": reads.replace("OUTSIDE", str(outside))})
    tracked = checks(pytester, store, repository, "-k", "go_tracks")
    assert outcomes(tracked) == {TRACKED: "failed"}
    tracked.stdout.fnmatch_lines(
        ["*the tests of 1 package read files that Go does not track:", "*app/read *outside.txt"]
    )
    unread = f"{TRACKED} does not know what these tests read, because Go's log does not say: example.com/app/lib"
    assert tracked.errlines.count(unread) == 1
    write(repository, {"gocache.toml": '[build]\nenv = { GODEBUG = "gocachehash=1" }\n'})
    assert outcomes(checks(pytester, store, repository, "-k", "second_time")) == {TESTS: "failed"}


def test_tests_that_may_not_run(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    write(repository, {"lib/lib_test.go": "package lib\n\nfunc init() { panic(1) }\n"})
    write(repository, {"gocache.toml": "[test]\nenabled = false\n"})
    result = checks(pytester, store, repository, "-k", "ci_cache or share or second_time or go_tracks")
    assert_outcomes(result, passed=1, skipped=3)
    assert "gocache.toml has [test] enabled = false: no test runs" in skips(result)
    judged = "test_restored_ci_cache_is_warm judges only the build: [test] enabled = false in gocache.toml"
    assert result.errlines.count(judged) == 1


def test_tests_that_hang_are_a_finding_of_one_check(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    hangs = 'package lib\n\nimport "testing"\n\nfunc TestHang(*testing.T) { select {} }\n'
    write(repository, {"lib/lib_test.go": hangs})
    names = "ci_cache or share or second_time or go_tracks"
    result = checks(pytester, store, repository, "-k", names, "-v", "-o", "gocache_timeout=12")
    # The build half of the CI check passes.
    assert_outcomes(result, passed=1, failed=1, skipped=2)
    assert outcomes(result) == {CI: "passed", TESTS: "failed"}
    assert f"the tests exceed the time limit: see the failure of {TESTS}" in skips(result)
    assert "test_restored_ci_cache_is_warm judges only the build: the tests exceed the time limit" in result.errlines
    result.stdout.fnmatch_lines(
        [
            "CheckFailed: a command exceeds the time limit",
            "`go test ./...` did not finish within 12 seconds and was killed, with every process it started, in *",
            "still running: the tests of ./lib",
            "to allow more: *ini option gocache_timeout*",
            "goroutines of the tests:",
            "goroutine * [[]select (no cases)]:",
            "  example.com/app/lib.TestHang(*",
            "    *lib_test.go:5",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert "functools" not in result.stdout.str()
    write(repository, {"gocache.toml": ACCEPTED})
    accepted = checks(pytester, store, repository, "-k", "second_time", "-o", "gocache_timeout=12")
    assert outcomes(accepted) == {TESTS: "xfail"}


def test_tests_that_hang_for_a_different_user_are_a_finding(
    pytester: pytest.Pytester, store: Path, repository: Path
) -> None:
    hangs = "func TestHang(*testing.T) {\n\tfor time.Unix(0, 0).Hour() != 0 {\n\t\ttime.Sleep(time.Second)\n\t}\n}\n"
    write(repository, {"lib/lib_test.go": f'package lib\n\nimport (\n\t"testing"\n\t"time"\n)\n\n{hangs}'})
    result = checks(pytester, store, repository, "-k", "go_tracks", "-o", "gocache_timeout=12")
    assert outcomes(result) == {TRACKED: "failed"}
    result.stdout.fnmatch_lines(["*CheckFailed: a command exceeds the time limit", "still running: the tests of ./lib"])
