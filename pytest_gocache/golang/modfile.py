"""Reads go.mod and go.work: the module path, the modules in local folders, and the Go that they name."""

from __future__ import annotations

import re

__all__ = ["escaped", "go_lines_of", "local_folders_of", "module_path_of", "unescaped"]

_MODULE = re.compile(r"^[ \t]*module[ \t]+(?:\"([^\"\n]+)\"|`([^`\n]+)`|([^\s\"`/][^\s]*))", re.MULTILINE)
_REPLACE = re.compile(r"=>[ \t]*\"?((?:\.{1,2}/|/)[^\s\"]*|\.{1,2}(?=\s|$))", re.MULTILINE)
_USE = re.compile(r"^[ \t]*(?:use[ \t]+)?\"?((?:\.{1,2}/|/)[^\s\"()]*|\.{1,2}(?=\s|$))", re.MULTILINE)

_GO_LINE = re.compile(r"^[ \t]*(go|toolchain)[ \t]+([^\s(/]+)", re.MULTILINE)


def go_lines_of(go_mod_or_work: str) -> dict[str, str]:
    """The versions in the ``go`` and the ``toolchain`` line of a go.mod or go.work, by these words, as written."""
    return dict(_GO_LINE.findall(go_mod_or_work))


def module_path_of(go_mod: str) -> str | None:
    """The module path that a go.mod declares; None without a ``module`` line."""
    match = _MODULE.search(go_mod)
    return next((group for group in match.groups() if group), None) if match else None


def local_folders_of(go_mod_or_work: str) -> tuple[str, ...]:
    """The folders in the ``replace`` lines of a go.mod or the ``use`` lines of a go.work, as written."""
    text = re.sub(r"//[^\n]*", "", go_mod_or_work)
    return tuple(dict.fromkeys([*_REPLACE.findall(text), *_USE.findall(text)]))


def escaped(module: str) -> str:
    """A module path or version as module proxies and module caches write it: ``!b`` for ``B``."""
    return re.sub("[A-Z]", lambda match: "!" + match[0].lower(), module)


def unescaped(module: str) -> str:
    """A module path or version as go.mod writes it."""
    return re.sub("!([a-z])", lambda match: match[1].upper(), module)
