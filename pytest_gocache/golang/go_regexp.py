"""Reads regular expressions in Go's syntax."""

from __future__ import annotations

import re

__all__ = ["compile_go"]

_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
}
_PIECE = re.compile(
    r"\\Q(?P<literal>.*?)(?:\\E|\Z)|\\x\{(?P<code>[0-9A-Fa-f]+)\}|\\(?P<escape>.)"
    r"|\[:(?P<negated>\^?)(?P<name>\w+):\]|(?P<flags>\(\?[imsU-]+\))|(?P<open>\[\^?\]?)|(?P<close>\])|\(\?<(?=[A-Za-z_])"
    r"|(?P<other>.)",
    re.DOTALL,
)
# What Go calls the end of the text, and letters of classes that Python does not know.
_ESCAPES = {"z": r"\Z", "A": r"\A", "pL": "", "C": r"[\s\S]"}


def compile_go(pattern: str) -> re.Pattern[str]:
    r"""Compile a pattern in the syntax of Go's package ``regexp``; ``^`` and ``$`` match at every line.

    Raises `ValueError` for a pattern that does not parse, and for ``\p{…}``, the Unicode classes, which Python does
    not have.
    """
    parts: list[str] = []
    groups = 0
    inside = False
    for match in _PIECE.finditer(pattern):
        if match["flags"]:
            # In Go, flags count from where they stand; in Python they do in a group, which ends with the pattern.
            parts.append(f"{match['flags'][:-1]}:".replace("U", ""))
            groups += 1
            continue
        parts.append(_translated(match, pattern, inside=inside))
        inside = not match["close"] if inside else bool(match["open"])
    try:
        return re.compile("".join(parts) + ")" * groups, re.MULTILINE | re.ASCII)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error


def _translated(match: re.Match[str], pattern: str, *, inside: bool) -> str:
    """A piece of a pattern in Python's syntax. ``inside``: in a class like ``[a-z]``."""
    if match["literal"] is not None:
        return re.escape(match["literal"])
    if match["code"]:
        return re.escape(chr(int(match["code"], 16)))
    if match["escape"]:
        if match["escape"] in "pP":
            raise ValueError(f"{pattern!r}: Unicode classes like \\pL are not supported: write the characters")
        return _ESCAPES.get(match["escape"], match[0])
    if match["name"] and inside and match["name"] in _CLASSES and not match["negated"]:
        return _CLASSES[match["name"]]
    if match["open"] and inside:
        return match[0].replace("[", r"\[")
    return "(?P<" if match[0] == "(?<" else match[0]
