"""What the ready-made checks share is made once, and its failure is reported once."""

from __future__ import annotations

import pytest

from pytest_gocache.checks.shared_runs import Once
from pytest_gocache.errors import GoCacheError, RepositoryError


def test_a_value_is_made_once() -> None:
    once: Once[list[int]] = Once()
    first = once.get("test_a", lambda: [1])
    assert once.get("test_b", lambda: [2]) is first


def test_a_failure_is_raised_in_one_check_and_skips_the_others() -> None:
    once: Once[int] = Once()
    error = RepositoryError("broken")

    def fail() -> int:
        raise error

    with pytest.raises(GoCacheError) as raised:
        once.get("test_a", fail)
    assert raised.value is error
    with pytest.raises(pytest.skip.Exception, match="cannot be checked: see the failure of test_a"):
        once.get("test_b", lambda: 1)


def test_a_second_attempt_of_the_check_gets_the_failure_again() -> None:
    once: Once[int] = Once()

    def fail() -> int:
        raise RepositoryError("broken")

    for _ in range(2):
        with pytest.raises(RepositoryError, match="broken"):
            once.get("test_a", fail)
