"""Reads and checks the mark ``@pytest.mark.gocache(warm=…, go=…, env={…}, cgo=…)``."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from pytest_gocache.errors import UsageError, called

__all__ = ["MARK", "MarkSettings", "read_marks"]

MARK = (
    "gocache(*, warm=True, go=None, env=None, cgo=None): the Go environment of a test. "
    "warm=False: start from an empty build cache, warm='all': the standard library is also warm for flags like "
    "-gcflags=all=-N; go='>=1.25': skip on other toolchains; env: variables of every command, None removes one; "
    "cgo=True: skip without a C compiler, cgo=False: CGO_ENABLED=0"
)

_KEYWORDS: Mapping[str, tuple[type, ...]] = {"warm": (bool, str), "go": (str,), "env": (dict,), "cgo": (bool,)}


@dataclass(frozen=True, slots=True)
class MarkSettings:
    """The settings of one test's marks."""

    warm: bool | str = True
    """False, True or ``all``."""
    go: str | None = None
    env: Mapping[str, str | None] = field(default_factory=dict)
    cgo: bool | None = None


def read_marks(marks: Iterable[pytest.Mark]) -> MarkSettings:
    """Combine a test's ``gocache`` marks, the closest first. For each keyword and each variable the closest mark wins.

    Raises `UsageError` for a positional argument, an unknown keyword and a value of the wrong type.
    """
    chosen: dict[str, Any] = {}
    env: dict[str, str | None] = {}
    for mark in marks:
        _check(mark)
        for name, value in mark.kwargs.items():
            if name == "env":
                env = {**value, **env}
            else:
                chosen.setdefault(name, value)
    return MarkSettings(**chosen, env=env)


def _check(mark: pytest.Mark) -> None:
    if mark.args:
        raise UsageError(f"the mark gocache takes keywords only ({', '.join(_KEYWORDS)}), not {mark.args[0]!r}")
    for name, value in mark.kwargs.items():
        if name not in _KEYWORDS:
            near = difflib.get_close_matches(name, _KEYWORDS, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise UsageError(f"the mark gocache has no keyword {name!r}: {hint}it has {', '.join(_KEYWORDS)}")
        if not isinstance(value, _KEYWORDS[name]):
            wanted = _KEYWORDS[name][0].__name__
            raise UsageError(f"the mark gocache's {name}={value!r} is {type(value).__name__}, not {wanted}")
    if isinstance(mark.kwargs.get("warm"), str) and mark.kwargs["warm"] != "all":
        raise UsageError(f"the mark gocache's warm={mark.kwargs['warm']!r} is not True, False or 'all'")
    if "go" in mark.kwargs:
        from pytest_gocache.golang.version import check_specifier

        with called("the mark gocache's go"):
            check_specifier(mark.kwargs["go"])
    for name, value in mark.kwargs.get("env", {}).items():
        if not isinstance(name, str) or not isinstance(value, (str, type(None))):
            raise UsageError(
                f"the mark gocache's env has {name!r}: {value!r}; names are strings, values strings or None"
            )
