"""Reads the dependencies that a C compiler writes as rules for make."""

from __future__ import annotations

import re

__all__ = ["parse_rules"]

_RULE = re.compile(rb"(?m)^(?P<target>[^\s:#]+):(?P<files>(?:[^\n\\]|\\.|\\\n)*)", re.DOTALL)
_WORD = re.compile(rb"(?:[^\s\\]|\\[^\n])+")


def parse_rules(text: bytes) -> list[tuple[str, list[str]]]:
    """The target and the prerequisites of each rule, in order: ``codec.o: codec.c /sdk/sdk.h``.

    Source: the GCC manual, "Environment Variables Affecting GCC", DEPENDENCIES_OUTPUT, and its option ``-M``.
    """
    rules = ((rule["target"], _WORD.findall(rule["files"])) for rule in _RULE.finditer(text))
    # Several compilers append to one file at the same time. A rule into which a different one was written is left out.
    whole = ((target, words) for target, words in rules if not any(word.endswith(b":") for word in words))
    return [(_name(target), [_name(word) for word in words]) for target, words in whole]


def _name(word: bytes) -> str:
    r"""A file name without what make needs: ``\ `` for a space, ``\#``, and ``$$``."""
    return re.sub(rb"\\([ #\\])", rb"\1", word).replace(b"$$", b"$").decode("utf-8", "surrogateescape")
