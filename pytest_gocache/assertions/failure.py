"""How an assertion fails."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NoReturn, TypeVar

from pytest_gocache.errors import called

__all__ = ["fail", "named"]

_Assertion = TypeVar("_Assertion", bound=Callable[..., None])


def named(assertion: _Assertion) -> _Assertion:
    """Make the messages of an assertion's `UsageError` begin with the name of the assertion."""

    @functools.wraps(assertion)
    def wrapper(*args: object, **kwargs: object) -> None:
        __tracebackhide__ = True
        with called(assertion.__name__):
            assertion(*args, **kwargs)

    return wrapper  # type: ignore[return-value] # it has the same parameters


def fail(*parts: str) -> NoReturn:
    """Raise `AssertionError` with these parts, one or more lines each; empty parts are left out."""
    raise AssertionError("\n".join(part for part in parts if part))
