"""Reads the import declarations of a Go source file."""

from __future__ import annotations

import re

__all__ = ["header_of", "imports_of", "starts_go"]

# A comment ends at its first "*/". The expression has no lazy quantifier: in a repeated group, its time would double
# with every comment, and a comment could stretch over code.
_COMMENT = r"/\*[^*]*\*+(?:[^/*][^*]*\*+)*/"
_SPACE = rf"(?:[\s;]|//[^\n]*(?:\n|\Z)|{_COMMENT})"
_LITERAL = r"(?:\"[^\"\n]*\"|`[^`]*`)"
_SPEC = rf"(?:(?:[\w.]+){_SPACE}*)?{_LITERAL}"
_PACKAGE = re.compile(rf"\ufeff?{_SPACE}*package{_SPACE}+\w+", re.DOTALL)
_IMPORT = re.compile(
    rf"{_SPACE}*import{_SPACE}*(?P<specs>\({_SPACE}*(?:{_SPEC}{_SPACE}*)*\)|{_SPEC})",
    re.DOTALL,
)
_TOKENS = re.compile(rf"//[^\n]*|{_COMMENT}|(?P<path>{_LITERAL})", re.DOTALL)


def imports_of(source: str) -> tuple[str, ...]:
    """The import paths of a Go file, in order, ``C`` included; without those after a syntax error.

    Build constraints have no effect. Source: the Go specification, "Import declarations".
    """
    package = _PACKAGE.match(source)
    if package is None:
        return ()
    found = []
    end = package.end()
    while (declaration := _IMPORT.match(source, end)) is not None:
        end = declaration.end()
        found += [token["path"][1:-1] for token in _TOKENS.finditer(declaration["specs"]) if token["path"]]
    return tuple(found)


_GO_COMMAND = re.compile(r"[\"`]go(?:[\"`]|\s+[a-z]+)")


def starts_go(source: str, imports: tuple[str, ...]) -> bool:
    """Whether a test may start the go command through a Go file with these imports.

    The file starts programs and has the text ``"go"`` or ``"go build"``. One of a main package counts if it is a test.
    """
    if "os/exec" not in imports or _GO_COMMAND.search(source) is None:
        return False
    package = _PACKAGE.match(source)
    return "testing" in imports or (package is not None and re.search(r"\bmain\Z", package[0]) is None)


def header_of(source: str) -> str:
    """A Go file up to its package clause, build constraints included; all of it, if it has none."""
    package = _PACKAGE.match(source)
    return source[: package.end()] if package else source
