"""The messages of errors, and what is the same in them on each machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest

_VARIES = {
    r"\b[\d,]+ bytes": "N bytes",
    r"\b\d+ times?\b": "N times",
    r"\b\d+\.\d s\b": "N s",
}


def failure(
    check: Callable[..., object], *args: object, raises: type[BaseException] = AssertionError, **options: object
) -> str:
    """The message of the error that ``check`` raises when it is called with these arguments."""
    with pytest.raises(raises) as caught:
        check(*args, **options)
    assert type(caught.value) is raises
    return str(caught.value)


def normalised(text: str, names: Mapping[str, object] | None = None) -> str:
    """The message with a word in place of each folder or version (word -> text), and N in place of sizes and seconds."""
    for name, value in (names or {}).items():
        text = text.replace(str(value), name)
    for pattern, word in _VARIES.items():
        text = re.sub(pattern, word, text)
    return text
