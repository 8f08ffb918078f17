"""The ready-made checks on the tests of a repository: which tests run, and which inputs are no finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.with_pytest.real_repository import write
from tests.with_pytest.test_checks_on_repositories import assert_outcomes, repository, skips
from tests.with_pytest.test_ready_made_checks import checks

__all__ = ["repository"]


def test_a_test_that_starts_a_program_of_the_system_is_no_finding(
    pytester: pytest.Pytester, store: Path, repository: Path
) -> None:
    starts = 'func TestStarts(t *testing.T) {\n\tif err := exec.Command("true").Run(); err != nil {\n\t\tt.Fatal(err)\n\t}\n}\n'
    write(repository, {"lib/lib_test.go": f'package lib\n\nimport (\n\t"os/exec"\n\t"testing"\n)\n\n{starts}'})
    result = checks(pytester, store, repository, "-k", "go_tracks")
    assert_outcomes(result, passed=1)


def test_tests_that_may_not_run(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    write(repository, {"lib/lib_test.go": "package lib\n\nfunc init() { panic(1) }\n"})
    write(repository, {"gocache.toml": "[test]\nenabled = false\n"})
    result = checks(pytester, store, repository, "-k", "ci_cache or share or second_time or go_tracks")
    assert_outcomes(result, passed=1, skipped=3)
    assert "gocache.toml has [test] enabled = false: no test runs" in skips(result)
