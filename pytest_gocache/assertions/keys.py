"""Assertions on the inputs of cache keys."""

from __future__ import annotations

from pytest_gocache.assertions.failure import fail, named
from pytest_gocache.errors import UsageError
from pytest_gocache.explain.cache_keys import cache_keys
from pytest_gocache.golang.action import Kind
from pytest_gocache.results.cache_key import CacheKey, KeyInput
from pytest_gocache.results.inputs import Input, InputKind
from pytest_gocache.results.result import Result
from pytest_gocache.results.tables import counted, rows, shortened

__all__ = ["assert_in_cache_key", "assert_not_in_cache_key"]


@named
def assert_in_cache_key(
    result: Result,
    what: InputKind,
    *patterns: str,
    name: str | None = None,
    value: str | None = None,
    kind: Kind = Kind.COMPILE,
) -> None:
    """An input is in the cache key of every package that matches, cached packages included.

    ``patterns`` are Go package patterns; without a pattern, every package of the command counts. ``name`` is that of
    the input: a file, a variable, an import path. ``value`` is a part of its value. ``kind`` selects the keys of links,
    vets or test results instead of compiles.

    Raises `AssertionError` with the values that are there instead, `PatternError` for a pattern that matches nothing,
    `UsageError` for a command that has no action of the kind, and `NoEvidenceError` when Go's log does not have the
    inputs of a key.
    """
    keys = _keys(result, what, patterns, kind)
    without = [key for key in keys if not _found(key, what, name, value)]
    if without:
        wanted = _described(what, name, value)
        fail(
            "assert_in_cache_key",
            f"{wanted} is not in the cache key of {counted(without, kind.value, f'{kind.value}s')} of {result.title}",
            rows((result.short_name(key.package), _instead(key, what)) for key in without),
        )


@named
def assert_not_in_cache_key(
    result: Result,
    what: InputKind,
    *patterns: str,
    name: str | None = None,
    value: str | None = None,
    kind: Kind = Kind.COMPILE,
) -> None:
    """An input is in no cache key of the packages that match, cached packages included.

    Parameters and errors are those of `assert_in_cache_key`.
    """
    keys = _keys(result, what, patterns, kind)
    having = [(key, found) for key in keys if (found := _found(key, what, name, value))]
    if having:
        wanted = _described(what, name, value)
        fail(
            "assert_not_in_cache_key",
            f"{wanted} is in the cache key of {counted(having, kind.value, f'{kind.value}s')} of {result.title}",
            rows((result.short_name(key.package), [shortened(str(one)) for one in found]) for key, found in having),
        )


def _keys(result: Result, what: InputKind, patterns: tuple[str, ...], kind: Kind) -> list[CacheKey]:
    if not isinstance(what, InputKind):
        raise UsageError(f"the input is an InputKind, such as InputKind.TOOLCHAIN, and not {what!r}")
    return cache_keys(result, patterns, kind)


def _found(key: CacheKey, what: InputKind, name: str | None, value: str | None) -> list[KeyInput]:
    return [one for one in key.find(what, name) if value is None or value in one.value]


def _described(what: InputKind, name: str | None, value: str | None) -> str:
    text = str(Input(what, "…" if name is None else name))
    return text if value is None else f"{text} with {value!r}"


def _instead(key: CacheKey, what: InputKind) -> list[str]:
    return [shortened(str(one)) for one in key.find(what)] or ["its key has no such input"]
