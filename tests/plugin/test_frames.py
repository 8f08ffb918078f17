"""Tracebacks: which errors are of our assertions, and where a traceback ends."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest

from pytest_gocache import UsageError, assert_rebuilt
from pytest_gocache.assertions.failure import fail
from pytest_gocache.plugin.frames import cut_our_frames, is_of_our_assertion
from tests.made_results import command


def raised(action: Callable[[], object]) -> BaseException:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - any error
        action()
    return caught.value


def statement() -> None:
    assert [] == ["a"]


def test_only_errors_of_fail_are_of_our_assertions() -> None:
    assert is_of_our_assertion(raised(lambda: fail("assert_it", "a fact")))
    assert not is_of_our_assertion(raised(statement))
    assert not is_of_our_assertion(UsageError("never raised"))


def test_a_traceback_ends_at_the_line_of_the_user() -> None:
    error = raised(lambda: assert_rebuilt(command("version")))
    assert traceback.extract_tb(error.__traceback__)[-1].filename != __file__
    assert cut_our_frames(error)
    assert traceback.extract_tb(error.__traceback__)[-1].filename == __file__


def test_the_traceback_of_a_statement_stays() -> None:
    error = raised(statement)
    lines = traceback.extract_tb(error.__traceback__)
    assert cut_our_frames(error)
    assert traceback.extract_tb(error.__traceback__) == lines
