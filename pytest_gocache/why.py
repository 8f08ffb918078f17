"""Why a command did what it did: the reasons of all its actions that ran, and what to do about them."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_gocache.action import Action, Kind
from pytest_gocache.advice import advice_for
from pytest_gocache.explain import Explainer
from pytest_gocache.explanation import Explanation, Reason
from pytest_gocache.result import Result
from pytest_gocache.selection import compiles_of, matching
from pytest_gocache.testreasons import why_test_ran

__all__ = ["explain", "reasons_of"]

_EXPLAINED = (Kind.COMPILE, Kind.LINK, Kind.VET)


def explain(result: Result, patterns: Sequence[str] = ()) -> Explanation:
    """The explanation that `Result.explain` returns."""
    compiles_of(result)
    actions = [action for action in result.actions if action.kind in _EXPLAINED and not action.facts_only]
    chosen = matching(result, actions, patterns) if patterns else actions
    explainer = Explainer(result)
    reasons = reasons_of(result, [action for action in chosen if action.ran], explainer)
    packages = {action.import_path for action in chosen}
    ran = sorted(name for name, outcome in result.tests.items() if outcome.ran and name in packages)
    reasons += [why_test_ran(result, name, explainer) for name in ran]
    return Explanation(result.title, tuple(reasons), advice_for(reasons))


def reasons_of(result: Result, actions: Sequence[Action], explainer: Explainer | None = None) -> list[Reason]:
    """Why actions ran: compiles before links, the module's own packages before the standard library's."""
    explainer = explainer or Explainer(result)
    ordered = sorted(actions, key=lambda a: (a.package in result.std, _EXPLAINED.index(a.kind), a.id))
    return [explainer.reason(action) for action in ordered]
