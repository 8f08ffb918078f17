"""The first lines of a script that say how it runs: its mark, and whose files it starts with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_gocache.errors import ScriptError
from pytest_gocache.golang.patterns import near_misses
from pytest_gocache.scripts.syntax import Script

__all__ = ["Header", "read_header"]

_MARK = re.compile(r"gocache:\s*(.*)")
_BOOLEANS: Mapping[str, bool] = {"true": True, "false": False}
_KEYS = ("cgo=", "env=", "go>=", "mark=", "warm=")


@dataclass(frozen=True, slots=True)
class Header:
    """How a script runs."""

    mark: dict[str, object] = field(default_factory=dict)
    """The keywords of the mark ``gocache``."""
    marks: tuple[str, ...] = ()
    """The names of other marks."""


def read_header(script: Script) -> Header:
    """Read a comment like ``# gocache: go>=1.25 cgo=false warm=all env=NAME=VALUE mark=slow``.

    It stands before the first command. Raises `ScriptError`.
    """
    first = script.commands[0].line if script.commands else None
    mark: dict[str, object] = {}
    names: list[str] = []
    env: dict[str, str] = {}
    for line, text in script.comments:
        match = _MARK.fullmatch(text)
        if match is None:
            continue
        here = f"{script.file}:{line}: gocache"
        if first is not None and line > first:
            raise ScriptError(f"{here}: the comment must stand before the first command, which is in line {first}")
        for word in match[1].split():
            _read_word(word, here, mark, names, env)
    return Header({**mark, **({"env": env} if env else {})}, tuple(names))


def _read_word(word: str, here: str, mark: dict[str, object], names: list[str], env: dict[str, str]) -> None:
    if re.match(r"go(==|!=|~=|<|>)", word):
        mark["go"] = word[2:]
        return
    key, equals, value = word.partition("=")
    if equals and key == "mark":
        names.append(value)
    elif equals and key == "env":
        name, _, content = value.partition("=")
        env[name] = content
    elif key in ("cgo", "warm") and (value in _BOOLEANS or (key, value) == ("warm", "all")):
        mark[key] = _BOOLEANS.get(value, value)
    else:
        near = ", ".join(near_misses(word, _KEYS))
        hint = f"; near it: {near}" if near else ""
        raise ScriptError(
            f"{here}: {word} is not understood: write go>=1.25, cgo=, warm=, env=NAME=VALUE or mark={hint}"
        )
