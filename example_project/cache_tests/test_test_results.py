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
    """Nothing changed, so no test runs: our tests read nothing that differs between two runs.

    The nightly job looks for flaky tests. It has -count=1 because it must execute them.
    """
    assert_test_cached(tested.test("./internal/..."))
    assert_test_ran(tested.test("-count=1", "./internal/..."))


def test_an_edit_runs_only_the_tests_that_it_can_break(go_repo: GoModule) -> None:
    """The server imports the catalog; config and money do not."""
    go_repo.test("./...")
    go_repo.edit("internal/catalog/catalog.go", "sort.Slice(", "sort.SliceStable(")
    result = go_repo.test("./...")
    assert_test_ran(result, "./internal/catalog", "./cmd/server")
    assert_test_cached(result, "./internal/config", "./internal/money")


def test_only_the_variables_that_a_test_reads_run_it_again(tested: GoModule) -> None:
    """The release pipeline tests each market: a result that is cached for one market proves nothing for the next.

    The job number is an environment variable too, and must not run any test again.
    """
    assert_test_cached(tested.test("./internal/...", env={"CI_JOB_ID": "4711"}))
    british = tested.test("./internal/...", env={"SHOP_CURRENCY": "GBP"})
    assert_test_ran(british, "./internal/config")
    assert_test_cached(british, "./internal/catalog", "./internal/money")


def test_a_golden_file_is_an_input_of_its_test(tested: GoModule) -> None:
    """A cached "ok" must not hide a change of a file in testdata.

    Go compares the size and the time of these files, not their content. A checkout in CI gives every file a new time.
    Our pipeline therefore sets the times to those of the last commits. Without that step, Go never caches this test.
    """
    # Ten minutes ago, not now: Go does not cache a test that read a file younger than two seconds.
    tested.touch(GOLDEN, mtime=time.time() - 600)
    assert_test_ran(tested.test("./internal/..."), "./internal/catalog")
    assert_test_cached(tested.test("./internal/..."))

    tested.append(GOLDEN, "BAG-01   Gopher bag          19.00 EUR   30\n")
    wrong = tested.test("./internal/...", check=False)
    assert wrong.tests["example.com/shop/internal/catalog"].status is TestStatus.FAILED
    assert_test_cached(wrong, "./internal/config", "./internal/money")
