"""The text of failures: what happened, why, and what to do; each cause once, causes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pytest_gocache.explain.actions import Explainer
from pytest_gocache.explain.advice import advice_for, advice_on_bare_flags
from pytest_gocache.explain.changes import folder_of
from pytest_gocache.explain.explainer import explain
from pytest_gocache.explain.flag_origin import flag_origins
from pytest_gocache.explain.history import History, block_of
from pytest_gocache.explain.tests import why_test_cached, why_test_ran
from pytest_gocache.explain.untracked_text import untracked_in_build, untracked_in_tests
from pytest_gocache.golang.action import Action, Kind, Status, TestOutcome
from pytest_gocache.golang.patterns import near_misses
from pytest_gocache.results.explanation import by_folder, table
from pytest_gocache.results.reasons import Reason
from pytest_gocache.results.result import PackageSet, Result
from pytest_gocache.results.tables import listed, rows, step_name

__all__ = [
    "causes_in_brief",
    "compiled_packages",
    "explain_set_difference",
    "hint_on_links",
    "why_not_linked",
    "why_not_rebuilt",
    "why_tests_did_not_run",
    "why_tests_ran",
    "why_they_ran",
]

_MOST_EXPLAINED = 200
_MOST_NAMED = 10
_MOST_CAUSES = 3
_LONGEST = 200
_LONGEST_NAMES = 150


def why_they_ran(result: Result, actions: Sequence[Action]) -> list[str]:
    """Why actions ran, and what to do: a table of each cause with its followers, then advice."""
    own_first = sorted(actions, key=lambda action: action.package in result.std)
    reasons = Explainer().reasons(result, own_first[:_MOST_EXPLAINED])
    return [table(reasons, total=len(actions)), *flag_origins(result, reasons), *advice_for(reasons)]


def why_not_rebuilt(result: Result, actions: Sequence[Action], prefix: str = "") -> list[str]:
    """Why packages were not compiled although a test expects it, and what to do."""
    found: list[tuple[str, list[str]]] = []
    advice: list[str] = []
    for command, own in result.by_command(actions):
        history = History(command)
        found += [
            (prefix + command.short_name(action.package), [_why_cached(command, action, history)]) for action in own
        ]
        advice += advice_on_bare_flags(command, own)
    return [rows(found), *untracked_in_build(result, actions), *advice]


def _why_cached(result: Result, action: Action, history: History) -> str:
    if action.ran:
        return f"compiled only for its stamps: {Explainer().reason(result, action).line()}"
    if action.status is not Status.CACHED:
        return "not run: nothing needed it, or an import failed to compile"
    before = history.last_seen(action)
    if before is None or before[1].action_id != action.action_id:
        return "cached: its key was in the cache"
    then = before[0]
    touched = _touched_since(then, result, action)
    return f"cached: nothing in its key changed since {step_name(then.step)}" + (
        f"; {touched[0]} was written since then, but its content is the same" if touched else ""
    )


def _touched_since(then: Result, result: Result, action: Action) -> list[str]:
    """The names of the package's source files that changed on disk after an earlier command with the same key."""
    block = block_of(result, action)
    folder = folder_of(result, block, action) if block else None
    files = [folder / name for name in block.files] if block and folder else []
    return [file.name for file in files if file.is_file() and file.stat().st_mtime > then.circumstances.started]


def compiled_packages(result: Result) -> str:
    """The packages that a command compiled, in one line."""
    compiled = [result.short_name(name) for name in sorted(result.compiled)]
    more = " …" if len(compiled) > _MOST_NAMED else ""
    return f"compiled: {', '.join(compiled[:_MOST_NAMED]) or 'nothing'}{more}"


def why_not_linked(action: Action) -> str:
    """Why a binary was not linked although a test expects it."""
    if action.status is Status.CACHED:
        return "up to date: the binary in place has the build ID that the link would give it"
    return "not run: nothing needed the binary, or a package failed to compile"


def hint_on_links(result: Result) -> str:
    """A note on the links of ``go build`` without ``-o``; empty for a different command."""
    if result.command[1:2] == ("build",) and not any(word.startswith(("-o", "--o")) for word in result.command):
        return (
            "`go build` always links when it builds several packages, or when its main package has no binary in place"
        )
    return ""


def why_tests_ran(result: Result, outcomes: Sequence[TestOutcome]) -> list[str]:
    """Why tests ran, and their results did not come from the cache, and what to do."""
    explainer = Explainer()
    found, reasons = [], []
    for outcome in outcomes:
        if not outcome.ran:
            found.append((result.short_name(outcome.package), [outcome.status.value]))
            continue
        reason = why_test_ran(result, outcome.package, explainer)
        reasons.append(reason)
        first, *more = reason.lines()
        status = outcome.status.value
        lines = [f"{first}: {status}" if reason.first else f"{reason.kind.past}, {status}: {first}", *more]
        if reason.cause is not None:
            lines += [f"  {line}" for line in reason.cause.lines()]
        found.append((result.short_name(outcome.package), lines))
    return [rows(found), *flag_origins(result, reasons), *advice_for(reasons)]


def why_tests_did_not_run(result: Result, outcomes: Sequence[TestOutcome]) -> list[str]:
    """Why tests did not run, and what to do."""
    why = [why_test_cached(result, outcome.package) if outcome.cached else outcome.status.value for outcome in outcomes]
    found = [(result.short_name(outcome.package), [text]) for outcome, text in zip(outcomes, why, strict=True)]
    return [rows(found), *untracked_in_tests(result, outcomes)]


def causes_in_brief(result: Result) -> list[str]:
    """The causes of the compiles, links and test runs of a command, one line each, without first runs."""
    if not any(action.ran for action in result.compiles()) and not any(o.ran for o in result.tests.values()):
        return []
    causes = [cause for cause in explain(result).causes if not cause.first and cause.kind is not Kind.VET]
    lines = _with_labels(cause for cause in causes if cause.kind is not Kind.LINK or cause.changes)
    shown = [line if len(line) <= _LONGEST else f"{line[:_LONGEST]} …" for line in lines[:_MOST_CAUSES]]
    return [*shown, *([f"and {len(lines) - len(shown)} more causes"] if len(lines) > len(shown) else ())]


def _with_labels(causes: Iterable[Reason]) -> list[str]:
    """One line for causes that read alike: ``lib and 2 more: compile flags changed``."""
    labels: dict[str, list[str]] = {}
    for said, group in by_folder(causes):
        labels.setdefault(said.line(), []).extend(cause.label for cause in group)
    return [f"{listed(names, most=1)}: {line}" for line, names in labels.items()]


def explain_set_difference(actual: PackageSet, expected: Iterable[str]) -> list[str]:
    """The lines of a failing ``assert result.compiled == {…}``: extra and missing packages, each with the reason."""
    result = actual.result
    own_kind = [action for action in result.actions if action.kind is actual.kind and not action.facts_only]
    # One go command of a program may compile a package that the next one finds in the cache: prefer the compile.
    actions = {action.package: action for action in sorted(own_kind, key=lambda action: action.ran)}
    explainer = Explainer()
    absent = sorted(frozenset(expected) - actual)
    # One line for each package, the most important first: pytest shows only the first lines of a comparison.
    missing = [
        f"  missing: {result.short_name(name)}  {_why_missing(name, actions, result, explainer)}" for name in absent
    ]
    extra = sorted(actual - frozenset(expected), key=lambda name: (name in result.std, name))
    own = [name for name in extra if name not in result.std]
    shown = own or extra[:_MOST_NAMED]
    ran = [actions[name] for name in shown if name in actions and actions[name].ran]
    reasons = {reason.package: reason for reason in explainer.reasons(result, ran)}
    lines = [
        f"result.{actual.what} of {result.title}",
        f"  {_named_shortly('extra', extra, result)}",
        f"  {_named_shortly('missing', absent, result)}",
        *missing,
        *_unexpected(result, shown, reasons),
    ]
    if own and len(extra) > len(own):
        lines.append(f"  not expected: {len(extra) - len(own)} packages of the standard library")
    untracked = untracked_in_build(result, filter(None, map(actions.get, absent)))
    return [*lines, *untracked, *advice_for(reasons.values())]


def _named_shortly(what: str, names: Sequence[str], result: Result) -> str:
    """``2 extra: lib cmd/app``: one line that names many packages, because pytest cuts the lines after it."""
    own = [name for name in names if name not in result.std] or names
    line = " ".join(map(result.short_name, own))
    if len(line) > _LONGEST_NAMES:
        line = f"{line[:_LONGEST_NAMES].rpartition(' ')[0]} …"
    if len(names) > len(own):
        line += f" and {len(names) - len(own)} of the standard library"
    return f"{len(names)} {what}: {line}" if names else f"none {what}"


def _why_missing(name: str, actions: Mapping[str, Action], result: Result, explainer: Explainer) -> str:
    action = actions.get(name)
    if action is None:
        candidates = [package for package in actions if package not in result.std]
        near = ", ".join(map(result.short_name, near_misses(name, candidates)))
        return "not in the action graph of this command" + (f"; near it: {near}" if near else "")
    if action.ran:
        return f"it ran: {explainer.reason(result, action).line()}"
    if action.kind is Kind.COMPILE:
        command, own = result.origin(action)
        return _why_cached(command, own, History(command))
    return f"it was {action.status.value}"


def _unexpected(result: Result, names: Sequence[str], reasons: Mapping[str, Reason]) -> list[str]:
    """A line for each package: causes before followers. A cause without a line is shown with its first follower."""
    lines = []
    shown = set(reasons.values())
    for name in sorted(names, key=lambda name: name in reasons and reasons[name].cause is not None):
        reason = reasons.get(name)
        line = f"  not expected: {result.short_name(name)}  {reason.line() if reason else ''}"
        if reason and reason.cause and reason.cause not in shown:
            shown.add(reason.cause)
            line += f": {reason.cause.line()}"
        lines.append(line.rstrip())
    return lines
