"""What assertions say of a program that called no go command that builds."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_gocache.assertions.failure import fail
from pytest_gocache.errors import printable
from pytest_gocache.explain.left_in_place import changed_since_built
from pytest_gocache.golang.patterns import Pattern
from pytest_gocache.results.result import Result

__all__ = ["is_idle", "printed_by", "refuse_idle", "what_happened"]

_MOST_LINES = 12  # of what the program printed
_MOST_CHARACTERS = 200  # of a line


def is_idle(result: Result, patterns: Iterable[str]) -> bool:
    """Whether a program compiled, linked and tested nothing, whatever the patterns name.

    Raises `PatternError` for text that is no pattern. It is not known what a pattern names: Go was not called.
    """
    for text in patterns if result.idle else ():
        Pattern.parse(text)
    return bool(result.idle)


def refuse_idle(assertion: str, result: Result, patterns: Iterable[str], nothing: str) -> None:
    """Fail for such a program. ``nothing`` is what it did: ``compiled nothing``."""
    if is_idle(result, patterns):
        fail(
            assertion,
            f"{result.title} {nothing}: {result.idle[0]}",
            *what_happened(result),
        )


def what_happened(result: Result) -> list[str]:
    """What an idle program printed, what it did not see change, and what to do."""
    return [
        *printed_by(result),
        *changed_since_built(result),
        "the program found nothing to build: check the files that its targets depend on",
    ]


def printed_by(result: Result) -> list[str]:
    """The end of what a program printed, as lines of a message."""
    lines = [line for text in (result.stdout, result.stderr) for line in text.splitlines() if line.strip()]
    if not lines:
        return ["  it printed nothing"]
    shown = [line if len(line) <= _MOST_CHARACTERS else f"{line[:_MOST_CHARACTERS]}…" for line in lines[-_MOST_LINES:]]
    above = [f"    … {len(lines) - len(shown)} lines above"] if len(lines) > len(shown) else []
    return ["  it printed:", *above, *(f"    {printable(line)}" for line in shown)]
