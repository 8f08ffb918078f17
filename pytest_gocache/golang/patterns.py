"""Matches import paths with Go package patterns: ``./...``, ``std``, ``example.com/app/...``, ``lib [lib.test]``."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pytest_gocache.errors import PatternError
from pytest_gocache.golang.action import without_variant

__all__ = ["Pattern", "near_misses", "short_name"]

_WILDCARD = "..."
_MOST_WILDCARDS = 50  # a regular expression takes 99 groups
_LONGEST_NAME = 500  # characters: a comparison takes the product of two lengths


def _is_relative(text: str) -> bool:
    return text in {".", ".."} or text.startswith(("./", "../"))


_VENDOR = "\0"


def _hide_vendor(path: str) -> str:
    """Replace every ``vendor`` element except the last by a character that no wildcard matches."""
    *elements, last = path.split("/")
    return "/".join([*(_VENDOR if element == "vendor" else element for element in elements), last])


def _regex(pattern: str) -> re.Pattern[str]:
    # `go help packages`: "..." matches any string without a vendor element, and "x/..." matches x as well.
    wildcard = f"[^{_VENDOR}]*"
    tail = ""
    if pattern.endswith("/..."):
        pattern, tail = pattern[:-4], f"(?:/{wildcard})?"
    first, *others = map(re.escape, _hide_vendor(pattern + "/").rstrip("/").split(_WILDCARD))
    # Only the last wildcard may grow again: each other one ends at the first place that fits. An expression that tries
    # all places takes a time that grows with a power of the path's length.
    middle = "".join(f"(?=({wildcard}?{text}))\\{number}" for number, text in enumerate(others[:-1], 1))
    return re.compile(first + middle + "".join(wildcard + text for text in others[-1:]) + tail, re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One package pattern, ready to match import paths.

    ``text`` is the pattern as the user wrote it. Build one with `Pattern.parse`.
    """

    text: str
    _regexes: tuple[re.Pattern[str], ...]
    _exact: str | None = None
    _std: frozenset[str] | None = None

    @classmethod
    def parse(cls, text: str, modules: Mapping[str, str], std: Collection[str] = ()) -> Pattern:
        """Read one pattern.

        ``modules`` maps folders relative to the main module's root (``"."``, ``"tools"``) to module paths; relative
        patterns are resolved with it. ``std`` holds the import paths that the pattern ``std`` matches.
        Raises `PatternError` for an empty or absolute pattern, for a relative one outside every module, and for one
        with more than 50 wildcards.
        """
        if not text.strip():
            raise PatternError("a package pattern is empty: write ./..., std or an import path")
        if text.count(_WILDCARD) > _MOST_WILDCARDS:
            raise PatternError(f"package pattern {text[:80]!r}… has more than {_MOST_WILDCARDS} wildcards")
        if text.startswith("/"):
            raise PatternError(
                f"package pattern {text!r} is an absolute path: write an import path or a relative path (./lib)"
            )
        if " [" in text:
            return cls(text, (), _exact=text)
        if text == "std":
            return cls(text, (), _std=frozenset(std))
        if text == "all":
            return cls(text, (re.compile(".*", re.DOTALL),))
        if text == "cmd":
            return cls(text, (_regex("cmd/..."),))
        if _is_relative(text):
            return cls(text, tuple(map(_regex, _absolute(text, modules))))
        return cls(text, (_regex(text),))

    def matches(self, package: str, full_name: str | None = None) -> bool:
        """Whether the pattern matches an import path; a pattern with ``[…]`` matches a variant's full name."""
        if self._exact is not None:
            return full_name == self._exact
        if self._std is not None:
            return package in self._std
        return any(regex.fullmatch(_hide_vendor(package)) for regex in self._regexes)


def _absolute(text: str, modules: Mapping[str, str]) -> list[str]:
    """The import-path patterns of a relative pattern: one for each module that it reaches."""
    found = []
    wanted = posixpath.normpath(text)
    # `./tools...` matches names in its parent folder: an element with a wildcard is not a folder.
    fixed, wildcard, _ = wanted.partition(_WILDCARD)
    folder = posixpath.normpath((fixed.rpartition("/")[0] if wildcard else fixed) or ".")
    # As in Go, a folder belongs to the innermost module that contains it.
    owners = [root for root in modules if root in (".", folder) or folder.startswith(root + "/")]
    if owners and not folder.startswith(".."):
        root = max(owners, key=lambda root: (root != ".", len(root)))
        found.append(_join(modules[root], posixpath.relpath(wanted, root)))
    if _WILDCARD in wanted:
        # `./...` also matches the packages of the workspace's other modules in the folder.
        regex = _regex(wanted) if wanted != _WILDCARD else _regex("...")
        found += [f"{path}/..." for root, path in modules.items() if root != "." and regex.fullmatch(root)]
    if not found:
        raise PatternError(
            f"package pattern {text!r} is outside the main module ({', '.join(modules.values())}): write an import path"
            if modules
            else f"package pattern {text!r} is relative, but there is no go.mod: write an import path"
        )
    return found


def _join(module: str, relative: str) -> str:
    return module if relative == "." else f"{module}/{relative}"


def short_name(package: str, modules: Mapping[str, str]) -> str:
    """A package without its module path and its test variant: ``cmd/app``; for a module's root, its last element."""
    name = without_variant(package)
    for module in sorted(modules.values(), key=len, reverse=True):
        if name == module:
            return name.rpartition("/")[2]
        if name.startswith(module + "/"):
            return name.removeprefix(module + "/")
    return name


def near_misses(pattern: str, candidates: Iterable[str], limit: int = 5) -> list[str]:
    """The candidates that look most like ``pattern``, the best first."""
    names = sorted(name for name in set(candidates) if len(name) <= _LONGEST_NAME)
    needle = pattern.removeprefix("./").removesuffix("/...")[:_LONGEST_NAME]
    containing = [name for name in names if needle and needle in name]
    ending = [name for name in names if name.rsplit("/", 1)[-1] == needle.rsplit("/", 1)[-1]]
    similar = difflib.get_close_matches(needle, names, n=limit, cutoff=0.5)
    by_tail = {name.rsplit("/", 1)[-1]: name for name in names}
    tails = difflib.get_close_matches(needle.rsplit("/", 1)[-1], by_tail, n=limit, cutoff=0.6)
    return list(dict.fromkeys([*ending, *containing, *(by_tail[t] for t in tails), *similar]))[:limit]
