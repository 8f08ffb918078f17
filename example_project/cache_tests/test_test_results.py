"""When `go test` may answer "(cached)", and when it must not."""

from __future__ import annotations

import time

import pytest

from pytest_gocache import GoModule, TestStatus, assert_test_cached, assert_test_ran

GOLDEN = "internal/catalog/testdata/list.golden"


@pytest.fixture
def tested(go_repo: GoModule) -> GoModule:
    """The shop's libraries, tested once."""
    go_repo.test("./internal/...")
    return go_repo


def test_unchanged_tests_are_cached_until_count_1(tested: GoModule) -> None:
    """Nothing changed, so nothing runs: our tests read nothing that differs from run to run.

    The nightly job has -count=1: it is there to find flaky tests, so it must execute them.
    """
    assert_test_cached(tested.test("./internal/..."))
    assert_test_ran(tested.test("-count=1", "./internal/..."))


def test_an_edit_runs_only_the_tests_that_it_can_break(go_repo: GoModule) -> None:
    """The server lists the catalog; config and money know nothing of it."""
    go_repo.test("./...")
    go_repo.edit("internal/catalog/catalog.go", "sort.Slice(", "sort.SliceStable(")
    result = go_repo.test("./...")
    assert_test_ran(result, "./internal/catalog", "./cmd/server")
    assert_test_cached(result, "./internal/config", "./internal/money")


def test_only_the_variables_that_a_test_reads_run_it_again(tested: GoModule) -> None:
    """The release pipeline tests once for each market: a "(cached)" of another market would prove nothing.

    The job number is in the environment as well, and must not matter.
    """
    assert_test_cached(tested.test("./internal/...", env={"CI_JOB_ID": "4711"}))
    british = tested.test("./internal/...", env={"SHOP_CURRENCY": "GBP"})
    assert_test_ran(british, "./internal/config")
    assert_test_cached(british, "./internal/catalog", "./internal/money")


def test_a_golden_file_is_an_input_of_its_test(tested: GoModule) -> None:
    """The cached "ok" must not hide a change of a file in testdata.

    Go judges these files by size and time, unlike sources. A checkout in CI gives every file a new time, so without the
    pipeline's step that sets them to the last commit's, this test would never be cached there.
    """
    # Not now, but ten minutes ago: Go caches no test that read a file younger than two seconds.
    tested.touch(GOLDEN, mtime=time.time() - 600)
    assert_test_ran(tested.test("./internal/..."), "./internal/catalog")
    assert_test_cached(tested.test("./internal/..."))

    tested.append(GOLDEN, "BAG-01   Gopher bag          19.00 EUR   30\n")
    wrong = tested.test("./internal/...", check=False)
    assert wrong.tests["example.com/shop/internal/catalog"].status is TestStatus.FAILED
    assert_test_cached(wrong, "./internal/config", "./internal/money")
