"""What a command did, as lines of text that are the same on every machine and for every version of Go."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_gocache.golang.action import Action, Kind, Status, TestOutcome, TestStatus
from pytest_gocache.golang.patterns import short_name
from pytest_gocache.results.reasons import Reason
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import require_evidence

__all__ = ["behaviour_of", "deed_of", "state_of"]

_ORDER = ("compile", "link", "vet", "test", "download")
_STD = "std"
_ABSENT = "not part of the command"


def behaviour_of(result: Result) -> tuple[str, ...]:
    """What the command compiled, linked, vetted, tested and downloaded: ``compile ./lib``, ``test ./lib cached``.

    Packages are relative to the module. All packages of the standard library are one line, ``compile std``. A download
    has no version. Packages that exist only for a test have no lines. Raises `NoEvidenceError` when it is not known
    what the command did.
    """
    if not result.idle:
        require_evidence(result)
    found = {_deed(action.kind, _name(result, action)) + _failed(action) for action in _deeds(result)}
    found |= {f"{_deed(Kind.TEST, result.short_name(name))} {state}" for name, state in _tests(result)}
    found |= {f"download {module.partition('@')[0]}" for module in result.downloads}
    status = (f"exit status {result.returncode}",) if result.returncode else ()
    return (*sorted(found, key=lambda line: (_ORDER.index(line.partition(" ")[0]), line)), *status)


def deed_of(reason: Reason, result: Result) -> str:
    """The beginning of the line for an action that a reason is about: ``compile ./lib``."""
    std = reason.kind is not Kind.TEST and reason.package in result.std
    return _deed(reason.kind, _STD if std else reason.name)


def state_of(line: str, result: Result) -> str:
    """Why a line is not in the behaviour of a command: ``cached``, ``not run``, or ``not part of the command``."""
    word, _, rest = line.partition(" ")
    if word == Kind.TEST.value:
        found = (state for name, state in _tests(result) if rest.startswith(f"{result.short_name(name)} "))
        return next(found, _ABSENT)
    states = {_deed(a.kind, _name(result, a)): a.status.value for a in result.actions if not a.facts_only}
    return states.get(line.removesuffix(" failed"), _ABSENT)


def _deeds(result: Result) -> Iterable[Action]:
    for action in result.actions:
        scaffold = action.kind is Kind.COMPILE and action.scaffold
        if action.ran and action.kind.explained and not action.facts_only and not scaffold:
            yield action


def _tests(result: Result) -> Iterable[tuple[str, str]]:
    for package, outcome in result.tests.items():
        if outcome.status is not TestStatus.NO_TESTS:
            yield package, _state(outcome)


def _state(outcome: TestOutcome) -> str:
    return "cached" if outcome.cached else outcome.status.value


def _deed(kind: Kind, name: str) -> str:
    return f"{kind.value} {name}"


def _name(result: Result, action: Action) -> str:
    is_std = action.plain in result.std or action.import_path in result.std
    return _STD if is_std else short_name(action.package, result.modules)


def _failed(action: Action) -> str:
    return " failed" if action.status is Status.FAILED else ""
