"""The budget of the ready-made checks: when it refuses, and what it prints."""

from __future__ import annotations

import pytest

from pytest_gocache.plugin.budget import Budget, as_text


def test_a_budget_counts_from_its_first_question() -> None:
    times = iter([100.0, 100.0, 699.0, 821.0])
    budget = Budget(600, lambda: next(times))
    assert budget.refusal() == ""
    assert budget.refusal() == ""
    assert budget.refusal() == (
        "not checked: the checks have taken 12m1s of their budget of 10m; raise --go-budget, or the ini option go_budget"
    )


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (0.4, "0s"), (59.6, "1m"), (600, "10m"), (5400, "1h30m"), (3601, "1h1s")]
)
def test_times_read_as_go_writes_them(seconds: float, text: str) -> None:
    assert as_text(seconds) == text


@pytest.mark.parametrize("text", ["", "ten", "10 m", "-5m", "5m1h", "1.5h"])
def test_a_budget_that_is_no_time_is_refused(pytester: pytest.Pytester, text: str) -> None:
    result = pytester.runpytest_subprocess(f"--go-budget={text}")
    result.stderr.fnmatch_lines([f"*--go-budget={text}: write a time like 10m, 1h30m or 90s"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_an_ini_file_has_a_budget(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\ngo_budget = soon\n")
    pytester.runpytest_subprocess().stderr.fnmatch_lines(["*ini option go_budget = soon: write a time like *"])
    # The command line counts first.
    assert pytester.runpytest_subprocess("--go-budget=90").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_checks_after_the_budget_are_left_out_and_named(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from pytest_gocache.plugin.budget import start_check

        @pytest.fixture
        def checked(request):
            start_check(request.node)

        def test_one(checked): pass
        def test_two(checked): pass
        def test_apart(): pass
        """
    )
    arguments = ("-rs", "-p", "no:cacheprovider")
    result = pytester.runpytest_subprocess("--go-budget=0s", *arguments)
    result.assert_outcomes(passed=1, skipped=2)
    result.stdout.fnmatch_lines(
        [
            "*= 2 checks were left out: the budget of 0s is spent =*",
            "*::test_one",
            "*::test_two",
            "raise --go-budget, or the ini option go_budget, to run them",
        ]
    )
    assert "not checked: the checks have taken 0s of their budget of 0s" in result.stdout.str()
    assert result.ret == pytest.ExitCode.OK
    in_time = pytester.runpytest_subprocess("--go-budget=1h", *arguments)
    in_time.assert_outcomes(passed=3)
    assert "left out" not in in_time.stdout.str()
