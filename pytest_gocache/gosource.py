"""What Go source says about its imports, and go.mod about its module, read as text; how module paths are escaped."""

from __future__ import annotations

import re

__all__ = ["escaped", "imports_of", "local_folders_of", "module_path_of", "unescaped"]

# A comment ends at its first "*/", said without a lazy quantifier: inside a repeated group that would take time that
# doubles with every comment, and would stretch a comment over code to make the rest match.
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
    """The import paths of a Go file in their order, ``C`` among them; those after a syntax error are left out.

    Build constraints are not looked at. Source: the Go specification, "Import declarations".
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


_MODULE = re.compile(r"^[ \t]*module[ \t]+(?:\"([^\"\n]+)\"|`([^`\n]+)`|([^\s\"`/][^\s]*))", re.MULTILINE)
_REPLACE = re.compile(r"=>[ \t]*\"?((?:\.{1,2}/|/)[^\s\"]*|\.{1,2}(?=\s|$))", re.MULTILINE)
_USE = re.compile(r"^[ \t]*(?:use[ \t]+)?\"?((?:\.{1,2}/|/)[^\s\"()]*|\.{1,2}(?=\s|$))", re.MULTILINE)


def module_path_of(go_mod: str) -> str | None:
    """The module path that a go.mod declares; None when it declares none."""
    match = _MODULE.search(go_mod)
    return next((group for group in match.groups() if group), None) if match else None


def local_folders_of(go_mod_or_work: str) -> tuple[str, ...]:
    """The folders that a go.mod's ``replace`` or a go.work's ``use`` lines refer to, as written."""
    text = re.sub(r"//[^\n]*", "", go_mod_or_work)
    return tuple(dict.fromkeys([*_REPLACE.findall(text), *_USE.findall(text)]))


def escaped(module: str) -> str:
    """A module path or version as proxies and module caches write it: ``!b`` for ``B``."""
    return re.sub("[A-Z]", lambda match: "!" + match[0].lower(), module)


def unescaped(module: str) -> str:
    """A module path or version as go.mod has it."""
    return re.sub("!([a-z])", lambda match: match[1].upper(), module)
