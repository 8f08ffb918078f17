"""Expands variables in the words of a script."""

from __future__ import annotations

import re
from collections.abc import Callable

from pytest_gocache.scripts.syntax import Word

__all__ = ["expanded", "expanded_word"]

# As os.Expand of Go: a name, a special character, or anything in braces. A dollar sign before something else stays.
_VARIABLE = re.compile(r"\$(?:\{([^}]*)\}|(\{)|([*#$@!?0-9-])|([A-Za-z_]\w*))", re.ASCII)
_QUOTED_VALUE = "@R"


def expanded(text: str, value: Callable[[str], str], *, regexp: bool = False) -> str:
    """The text with ``$NAME`` and ``${NAME}`` replaced by ``value(NAME)``.

    With ``regexp``, and for ``${NAME@R}``, the value is quoted for a regular expression.
    """

    def replaced(match: re.Match[str]) -> str:
        name = match[1] or match[3] or match[4] or ""
        quote = regexp or name.endswith(_QUOTED_VALUE)
        found = value(name.removesuffix(_QUOTED_VALUE)) if name else ""
        return re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", found) if quote else found

    return _VARIABLE.sub(replaced, text)


def expanded_word(word: Word, value: Callable[[str], str], *, regexp: bool = False) -> str:
    """A word as its command gets it."""
    return "".join(
        fragment.text if fragment.quoted else expanded(fragment.text, value, regexp=regexp) for fragment in word
    )
