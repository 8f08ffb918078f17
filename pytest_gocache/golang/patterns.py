"""Matches import paths with Go package patterns: ``./...``, ``std``, ``example.com/app/...``, ``lib [lib.test]``."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pytest_gocache.errors import PatternError

__all__ = ["Pattern", "full_name", "is_for_go", "near_misses", "short_name"]

_WILDCARD = "..."
_MOST_WILDCARDS = 50  # a regular expression takes 99 groups
_LONGEST_NAME = 500  # characters: a comparison takes the product of two lengths


def is_for_go(text: str, modules: Iterable[str] = ()) -> bool:
    """Whether only Go knows which packages a pattern names: a relative one, and wildcards inside one of ``modules``.

    Go leaves out folders like ``testdata``, nested modules and files for other systems. The text alone tells which
    packages of the standard library and of other modules a pattern names.
    """
    if " [" in text:
        return False
    if text in {".", ".."} or text.startswith(("./", "../")):
        return True
    prefix = text.partition(_WILDCARD)[0]
    return _WILDCARD in text and any(prefix.startswith(f"{path}/") for path in modules)


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
    _regex: re.Pattern[str] | None
    _exact: str | None = None
    _names: frozenset[str] | None = None

    @classmethod
    def parse(cls, text: str, std: Collection[str] = (), named: Collection[str] | None = None) -> Pattern:
        """Read one pattern.

        ``std`` holds the import paths that the pattern ``std`` matches; ``named``, what Go says that this pattern
        names, if `is_for_go`. Raises `PatternError` for an empty or absolute pattern, and for one with more than 50
        wildcards.
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
            return cls(text, None, _exact=text)
        if text == "std":
            return cls(text, None, _names=frozenset(std))
        if named is not None:
            return cls(text, None, _names=frozenset(named))
        if text == "all":
            return cls(text, re.compile(".*", re.DOTALL))
        return cls(text, _regex("cmd/..." if text == "cmd" else text))

    def matches(self, package: str, full_name: str | None = None) -> bool:
        """Whether the pattern matches an import path; a pattern with ``[…]`` matches a variant's full name."""
        if self._exact is not None:
            return full_name == self._exact
        if self._names is not None:
            return package in self._names
        return self._regex is not None and bool(self._regex.fullmatch(_hide_vendor(package)))


def short_name(package: str, modules: Mapping[str, str]) -> str:
    """A package as people write it: ``./lib``, ``./lib [./lib.test]``.

    ``modules`` are folders relative to the root, and their module paths. The package of the root itself and packages of
    other modules keep their import paths.
    """
    name, bracket, variant = package.partition(" [")
    if bracket:
        return f"{short_name(name, modules)} [{short_name(variant.removesuffix(']'), modules)}]"
    inside = [folder for folder, module in modules.items() if f"{name}/".startswith(f"{module}/")]
    folder = max(inside, key=lambda folder: len(modules[folder]), default=".")
    path = posixpath.normpath(f"{folder}/{name.removeprefix(modules.get(folder, '')).lstrip('/')}") if inside else "."
    return name if path == "." else f"./{path}"


def full_name(text: str, modules: Mapping[str, str]) -> str:
    """The import path of what `short_name` gives, with the test variant; other text as it is."""
    name, bracket, variant = text.partition(" [")
    if bracket:
        return f"{full_name(name, modules)} [{full_name(variant.removesuffix(']'), modules)}]"
    if not name.startswith("./"):
        return text
    path = posixpath.normpath(name)
    above = [folder for folder in modules if folder == "." or f"{path}/".startswith(f"{folder}/")]
    if not above:
        return text
    folder = max(above, key=lambda folder: len(folder) if folder != "." else 0)
    return modules[folder] + (f"/{path}" if folder == "." else path[len(folder) :])


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
