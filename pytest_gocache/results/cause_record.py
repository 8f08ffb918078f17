"""Why the actions of a go command ran, as plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from pytest_gocache.errors import GoCacheError
from pytest_gocache.results.cache_event import CacheEvent
from pytest_gocache.results.inputs import Change
from pytest_gocache.results.reasons import Details, Reason
from pytest_gocache.results.result import Result
from pytest_gocache.results.tables import shortened

__all__ = ["cause_data", "cause_records"]


def cause_records(result: Result, named: Callable[[str], str]) -> dict[str, Any]:
    """Why each action and test of a command ran: ``causes``, a list, and ``causes_unknown``, a text.

    Each cause is a mapping of JSON types: ``kind`` (``compile``, ``link``, ``vet``, ``test``), ``package``, ``code`` (a
    name of `ReasonCode`), ``since`` (the earlier step; None for the first time), ``inputs``, ``follows`` and
    ``follows_kind`` (for a follower: the package and kind of its cause, else None), ``details`` (the facts of the code)
    and ``text`` (a sentence for people). An input has ``kind`` (a name of `InputKind`), ``name``, ``old`` and ``new``
    (about 200 characters at most; None where the input is missing) and ``diff`` (changed lines of a file). ``causes``
    is None when the command cannot be explained, and ``causes_unknown`` says why. ``named`` replaces folders in texts.
    """
    try:
        reasons = result.explain().reasons
    except GoCacheError as error:
        return {"causes": None, "causes_unknown": named(str(error))}
    return {"causes": [cause_data(reason, named) for reason in reasons], "causes_unknown": ""}


def cause_data(reason: Reason, named: Callable[[str], str]) -> dict[str, Any]:
    """One reason as a mapping of JSON types, with the fields of the causes in `cause_records`."""
    return {
        "kind": reason.kind.value,
        "package": reason.package,
        "code": reason.code.name,
        "since": reason.since,
        "inputs": [_input(change, named) for change in reason.own],
        "follows": reason.cause.package if reason.cause else None,
        "follows_kind": reason.cause.kind.value if reason.cause else None,
        "details": _details(reason.details, named),
        "text": named(reason.line()),
    }


def _input(change: Change, named: Callable[[str], str]) -> dict[str, Any]:
    return {
        "kind": change.input.kind.name,
        "name": named(change.input.name),
        "old": None if change.old is None else named(shortened(change.old, change.new)),
        "new": None if change.new is None else named(shortened(change.new, change.old)),
        "diff": [named(line) for line in change.diff],
    }


def _details(details: Details, named: Callable[[str], str]) -> dict[str, Any]:
    """The details that are set."""
    found: dict[str, Any] = {}
    for field in fields(details):
        value = getattr(details, field.name)
        if value in ("", None, (), False):
            continue
        if isinstance(value, CacheEvent):
            found[field.name] = value.operation.name
        elif isinstance(value, tuple):
            found[field.name] = list(value)
        else:
            found[field.name] = named(value) if isinstance(value, str) else value
    return found
