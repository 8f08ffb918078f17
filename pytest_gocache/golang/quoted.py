"""Splits text into words as the go command splits GOFLAGS, -gcflags and CC."""

from __future__ import annotations

import re

from pytest_gocache.golang.hashlog import quoted_words

__all__ = ["first_word", "split_words", "trimmed"]

_SPACE = " \t\r\n"
# A quotation mark counts only at the start of a word. Nothing escapes it, and the next word may follow it at once.
_WORD = re.compile(rf"[{_SPACE}]*(?:'([^']*)'|\"([^\"]*)\"|([^'\"{_SPACE}][^{_SPACE}]*))")
# Unicode's White_Space, which is not what str.strip takes away.
_WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


def split_words(text: str) -> list[str] | None:
    r"""The words in ``text``; None for text that Go refuses, because a quotation mark is not closed.

    Source: ``cmd/internal/quoted.Split``, the same in Go 1.21 to 1.27. A shell has different rules: Go takes
    ``-X=main.owner=O'Brien`` and ``a\b`` as they are.
    """
    text = text.rstrip(_SPACE)
    words = []
    end = 0
    while end < len(text):
        match = _WORD.match(text, end)
        if match is None:
            return None
        words.append(next(group for group in match.groups() if group is not None))
        end = match.end()
    return words


def trimmed(text: str) -> str:
    """The text without white space around it, as Go's ``strings.TrimSpace`` gives it."""
    return text.strip(_WHITE_SPACE)


def first_word(command: str) -> str:
    """The program of a command line in an action graph, where a word with spaces is a Go string literal."""
    if command.startswith('"'):
        return next(iter(quoted_words(command)), "")
    return command.partition(" ")[0]
