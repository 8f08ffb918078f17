"""The explanation of a command: the reasons of its actions that ran, and advice."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_gocache.explain.actions import Explainer
from pytest_gocache.explain.advice import advice_for
from pytest_gocache.explain.flag_origin import flag_origins
from pytest_gocache.explain.tests import why_test_ran
from pytest_gocache.explain.untracked_text import untracked_in_explanation
from pytest_gocache.results.explanation import Explanation
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import matching, require_evidence, why_nothing_ran

__all__ = ["explain"]


def explain(result: Result, patterns: Sequence[str] = ()) -> Explanation:
    """What `Result.explain` returns, with its errors."""
    if nothing := why_nothing_ran(result):
        return Explanation(result.title, (), nothing_ran=nothing)
    if not result.actions:  # of the actions of a program that are seen, the reasons are known
        require_evidence(result)
    actions = [action for action in result.actions if action.kind.explained and not action.facts_only]
    chosen = matching(result, actions, patterns) if patterns else actions
    explainer = Explainer()
    reasons = explainer.reasons(result, [action for action in chosen if action.ran])
    packages = {action.import_path for action in chosen}
    ran = sorted(name for name, outcome in result.tests.items() if outcome.ran and name in packages)
    reasons += [why_test_ran(result, name, explainer) for name in ran]
    untracked, remedies = untracked_in_explanation(result, chosen, anything_ran=bool(reasons))
    advice = (*flag_origins(result, reasons), *advice_for(reasons), *remedies)
    return Explanation(result.title, tuple(reasons), advice, untracked=tuple(untracked))
