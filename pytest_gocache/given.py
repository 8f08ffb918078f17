"""What a go command was given: its flags as they count, those of GOFLAGS among them."""

from __future__ import annotations

from pytest_gocache.goflags import GoArguments, flags_of, is_set
from pytest_gocache.result import Result

__all__ = ["flags_given", "switched_on"]


def flags_given(result: Result) -> list[tuple[str, str, str]]:
    """The flags in the order in which Go reads them: name, value, and where (``""`` or ``" in GOFLAGS"``)."""
    goflags = result.circumstances.env.get("GOFLAGS", "") if result.circumstances else ""
    arguments = GoArguments.read(result.command[1:])
    return [(*pair, " in GOFLAGS") for pair in flags_of(goflags)] + [(*pair, "") for pair in arguments.flags]


def switched_on(result: Result, name: str) -> str:
    """A boolean flag that is on, with where it was given: ``-a in GOFLAGS``; empty when it is off. The last counts."""
    last = [(value, where) for given, value, where in flags_given(result) if given == name][-1:]
    return next((f"-{name}{where}" for value, where in last if is_set(value)), "")
