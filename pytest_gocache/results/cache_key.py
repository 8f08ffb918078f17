"""The cache key of an action or of a test result, as a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pytest_gocache.golang.action import Kind
from pytest_gocache.results.inputs import Input, InputKind

__all__ = ["CacheKey", "KeyInput"]


@dataclass(frozen=True, slots=True)
class KeyInput:
    """One input of a cache key. ``str()`` of it is the text for a person: ``compile flags: -N -l``."""

    kind: InputKind
    name: str
    """A file, an import path, a variable or a build setting; empty for a kind with only one input."""
    value: str
    """As Go hashes it: for a file or an import, the ID of the content."""

    def __str__(self) -> str:
        return f"{Input(self.kind, self.name)}: {self.value}"


@dataclass(frozen=True, slots=True)
class CacheKey:
    """The key under which Go caches an output: two builds share the output if and only if the key is the same."""

    kind: Kind
    """The kind of the action: a compile, a link, a vet, or the run of a test."""
    package: str
    """The package as Go names it, with its test variant."""
    id: str
    """For a compile or a link, the action ID as Go prints it; for a vet or a test, a SHA-256 in hexadecimal digits."""
    inputs: tuple[KeyInput, ...]
    """What Go hashes into it, in Go's order."""

    def find(self, kind: InputKind, name: str | None = None) -> Iterator[KeyInput]:
        """The inputs of a kind; with a name, those of this name."""
        return (one for one in self.inputs if one.kind is kind and name in (None, one.name))
