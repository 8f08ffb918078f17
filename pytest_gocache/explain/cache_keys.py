"""The cache keys of a command's actions and tests, from Go's log."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_gocache.errors import NoEvidenceError, PatternError, UsageError
from pytest_gocache.explain.history import block_of, index_of, key_of, log_of
from pytest_gocache.explain.key_inputs import inputs_of
from pytest_gocache.explain.test_inputs import inputs_read
from pytest_gocache.golang.action import Action, Kind
from pytest_gocache.results.cache_key import CacheKey, KeyInput
from pytest_gocache.results.inputs import InputKind
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import matching, require_evidence, tests_of

__all__ = ["cache_key", "cache_keys"]


def cache_key(result: Result, pattern: str, kind: Kind) -> CacheKey:
    """What `Result.cache_key` returns, with its errors."""
    found = cache_keys(result, (pattern,), kind)
    # A package under test is compiled once more: its import path alone means the package itself.
    plain = [key for key in found if " [" not in key.package] or found
    if len(plain) > 1:
        names = ", ".join(result.short_name(key.package) for key in plain)
        raise PatternError(f"package pattern {pattern!r} matches {len(plain)} packages: name one of {names}")
    return plain[0]


def cache_keys(result: Result, patterns: tuple[str, ...], kind: Kind) -> list[CacheKey]:
    """The keys of all actions of a kind, or of all tests, that match; without patterns, all of them.

    Raises `NoEvidenceError` when the inputs of one are not in Go's log, `PatternError` for a pattern that matches none,
    and `UsageError` for a command without an action of the kind.
    """
    if not isinstance(kind, Kind):
        raise UsageError(f"the kind is a Kind, such as Kind.LINK, and not {kind!r}")
    if kind is Kind.TEST:
        return [_of_test(result.testing(one.package), one.package) for one in tests_of(result, patterns)]
    if not kind.explained:
        raise UsageError(
            f"an action of the kind {kind.value!r} has no cache key: name a compile, a link, a vet or a test"
        )
    require_evidence(result)
    actions = [action for action in result.actions if action.kind is kind and not action.facts_only]
    if not actions:
        raise UsageError(f"{result.title} has no {kind.value}, and so no key of one")
    chosen = matching(result, actions, patterns, scaffolds=False) if patterns else actions
    return [_of_action(result, action) for action in chosen]


def _of_action(result: Result, action: Action) -> CacheKey:
    block = block_of(result, action)
    if block is None:
        raise NoEvidenceError(
            f"the inputs of the cache key of the {action.kind.value} of {action.package} in {result.title} are not in "
            "Go's log"
        )
    return CacheKey(action.kind, action.package, key_of(result, action), tuple(inputs_of(block)))


def _of_test(result: Result, package: str) -> CacheKey:
    asked = index_of(result).lookups.packages.get(package)
    blocks = log_of(result).by_sum
    # Go looks first by the inputs of the test binary's link, and only after a miss by the binary. What the test reads
    # is known after its run, or from an earlier one.
    first = asked.lookups[0] if asked and asked.lookups else None
    reads = (asked.saved.get(first.key) or first.inputs) if asked and first else ""
    if first is None or first.key not in blocks or reads not in blocks:
        raise NoEvidenceError(
            f"what the result of the test of {package} in {result.title} depends on is not in Go's log: Go did not use "
            "the test cache for it, or did not keep the result"
        )
    found = (*_binary(blocks[first.key].inputs[-1]), *inputs_read(blocks[reads], result, package))
    return CacheKey(Kind.TEST, package, reads, found)


def _binary(line: str) -> Iterator[KeyInput]:
    yield KeyInput(InputKind.TEST_ARGUMENTS, "", line.strip())
