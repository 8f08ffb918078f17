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


def fail(assertion: str, fact: str, *more: str) -> NoReturn:
    """Raise `AssertionError`: the fact with the name of the assertion, then more parts of one or more lines each.

    The fact comes first, because pytest's short summary cuts the line. Empty parts are left out.
    """
    first, *rest = fact.split("\n")
    raise AssertionError("\n".join(part for part in (f"{first} [{assertion}]", *rest, *more) if part))
