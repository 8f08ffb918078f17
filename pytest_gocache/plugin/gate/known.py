"""The public issues of Go behind changes that a gate finds, as docs/known-go-bugs.md lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pytest_gocache.golang.version import GoVersion

__all__ = ["known_issue"]


@dataclass(frozen=True, slots=True)
class _KnownChange:
    """What a release of Go changed about its caches."""

    issue: str
    since: str
    """The first version with the change, as far as this project has measured."""
    command: re.Pattern[str]
    kind: str
    """The word that the subject of the change starts with."""
    states: frozenset[tuple[str, str]]
    """What an action did before and after."""


_NO_LONGER_RUNS = frozenset({("ran", "cached"), ("ran", "not run")})
_PROFILE = re.compile(r"go test .*-coverprofile\b")
_PROFILE_OF_OTHERS = re.compile(r"go test (?=.*-coverpkg\b).*-coverprofile\b")
_KNOWN = (
    _KnownChange("golang/go#23565", "1.25", _PROFILE, "test", frozenset({("passed", "cached")})),
    _KnownChange("golang/go#23565", "1.25", _PROFILE, "link", _NO_LONGER_RUNS),
    _KnownChange("golang/go#74873", "1.26.6", _PROFILE_OF_OTHERS, "test", frozenset({("cached", "passed")})),
    _KnownChange("golang/go#74873", "1.26.6", _PROFILE_OF_OTHERS, "link", frozenset({("not run", "ran")})),
    _KnownChange("golang/go#33468", "1.24", re.compile(r"go run\b"), "link", _NO_LONGER_RUNS),
    _KnownChange("golang/go#53014", "1.26", re.compile(r"go (test|vet)\b"), "vet", _NO_LONGER_RUNS),
)


def known_issue(command: str, subject: str, states: tuple[str, str], versions: tuple[str, str]) -> str:
    """The issue behind a change, ``golang/go#23565``; empty when none is known.

    ``states`` and ``versions`` are those of the base and of the candidate; a version is as Go prints it, ``go1.25.5``.
    """
    base, candidate = map(GoVersion.parse, versions)
    if candidate < base:
        (candidate, base), states = (base, candidate), (states[1], states[0])
    kind = subject.partition(" ")[0]
    for known in _KNOWN:
        crossed = base < GoVersion.parse(known.since) <= candidate
        if crossed and kind == known.kind and states in known.states and known.command.match(command):
            return known.issue
    return ""
