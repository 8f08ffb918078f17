"""What assertions say when they refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest


def failure(check: Callable[..., None], *args: object, raises: type[Exception] = AssertionError) -> str:
    """The message with which an assertion refuses its arguments."""
    with pytest.raises(raises) as caught:
        check(*args)
    assert type(caught.value) is raises
    return str(caught.value)
