"""The work of a job that its commit does not need: compiles and test runs whose sources are as in an earlier job."""

from __future__ import annotations

from dataclasses import replace

from pytest_gocache.explain.actions import Explainer
from pytest_gocache.explain.tests import why_test_ran
from pytest_gocache.results.ci_job import JobRecord
from pytest_gocache.results.given_flags import arguments_of
from pytest_gocache.results.inputs import Change, InputKind
from pytest_gocache.results.reasons import Reason, ReasonCode
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import compiles_of

__all__ = ["needless_work"]

# Inputs that a commit has: files, and what go.mod says.
_OF_A_COMMIT = frozenset({
    *(InputKind.FILE, InputKind.EMBEDDED_FILE, InputKind.IMPORT, InputKind.TEST_LIST, InputKind.PGO_PROFILE),
    *(InputKind.MODULE_VERSION, InputKind.LANGUAGE_VERSION, InputKind.DEFAULT_GODEBUG, InputKind.READ_FILE),
})  # fmt: skip


def needless_work(record: JobRecord, *, tests: bool) -> tuple[list[Reason], int]:
    """Why packages were compiled, and with ``tests`` why tests ran, without a change in the commit of a job.

    Only the commands of earlier jobs count for what changed. Also returns the number of commands that were judged.
    Raises `NoEvidenceError` when it is not known what a command compiled.
    """
    results = _in_series(record)
    steps = frozenset(result.step for result in results)
    explainer = Explainer()
    found: list[Reason] = []
    judged = 0
    for result in results:
        if not _compiles(result):
            continue
        judged += 1
        reasons = explainer.reasons(result, [action for action in compiles_of(result) if action.ran])
        if tests:
            ran = sorted(name for name, outcome in result.tests.items() if outcome.ran)
            reasons += [why_test_ran(result, name, explainer) for name in ran]
        found += [reason for reason in reasons if not _is_needed(reason, steps)]
    return found, judged


def _in_series(record: JobRecord) -> list[Result]:
    """The commands of a job. What they follow are the commands of earlier jobs, and no others of the test."""
    previous: Result | None = None
    own: list[Result] = []
    for job in (*reversed(record.earlier()), record):
        own = []
        for result in job.results:
            previous = _following(result, previous)
            own.append(previous)
    return own


def _following(result: Result, previous: Result | None) -> Result:
    commands: list[Result] = []
    for command in result.commands:
        commands.append(replace(command, previous=commands[-1] if commands else previous))
    return replace(result, previous=previous, commands=tuple(commands))


def _compiles(result: Result) -> bool:
    """Whether a command can compile something, as far as it was seen."""
    if result.idle:
        return False
    if result.gaps or not result.go_commands:
        return True  # compiles_of says what is missing
    return any(arguments_of(command).compiles for command in result.go_commands)


def _is_needed(reason: Reason, steps: frozenset[int]) -> bool:
    cause = reason.cause or reason
    if cause.code in (ReasonCode.FIRST_TIME, ReasonCode.NOT_IN_STEP):
        return True
    if cause.code is not ReasonCode.CHANGED:
        return False
    # A job may build a package in two variants: the difference between its own commands is no change.
    return cause.since in steps or any(map(_is_of_a_commit, cause.own or cause.changes))


def _is_of_a_commit(change: Change) -> bool:
    kind = change.input.kind
    if kind is InputKind.SETTING:
        return change.input.name.startswith("vcs")
    if kind is InputKind.DIRECTORY:
        return "@" in f"{change.old}{change.new}"  # a different version of a module
    return kind in _OF_A_COMMIT
