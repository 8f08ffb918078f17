"""Why a command did what it did: the reasons of all its actions that ran, and what to do about them."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_gocache.explain.actions import Explainer
from pytest_gocache.explain.advice import advice_for
from pytest_gocache.explain.tests import why_test_ran
from pytest_gocache.golang.action import Action, Kind
from pytest_gocache.results.explanation import Explanation, Reason
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import compiles_of, matching

__all__ = ["Explainers", "explain"]

_EXPLAINED = (Kind.COMPILE, Kind.LINK, Kind.VET)


def explain(result: Result, patterns: Sequence[str] = ()) -> Explanation:
    """The explanation that `Result.explain` returns."""
    compiles_of(result)
    actions = [action for action in result.actions if action.kind in _EXPLAINED and not action.facts_only]
    chosen = matching(result, actions, patterns) if patterns else actions
    explainers = Explainers()
    reasons = explainers.reasons(result, [action for action in chosen if action.ran])
    packages = {action.import_path for action in chosen}
    ran = sorted(name for name, outcome in result.tests.items() if outcome.ran and name in packages)
    reasons += [explainers.why_test_ran(result, name) for name in ran]
    return Explanation(result.title, tuple(reasons), advice_for(reasons))


class Explainers:
    """Explains results; what it has found out of a go command once it does not look for again."""

    def __init__(self) -> None:
        self._of: dict[int, Explainer] = {}

    def _explainer(self, command: Result) -> Explainer:
        if id(command) not in self._of:
            self._of[id(command)] = Explainer(command)
        return self._of[id(command)]

    def reasons(self, result: Result, actions: Sequence[Action]) -> list[Reason]:
        """Why actions ran: compiles before links, the module's own packages before the standard library's."""
        ordered = sorted(actions, key=lambda a: (a.package in result.std, _EXPLAINED.index(a.kind), a.id))
        origins = map(result.origin, ordered)
        return [self._explainer(command).reason(action) for command, action in origins]

    def why_test_ran(self, result: Result, package: str) -> Reason:
        """Why a package's test was executed."""
        command = result.testing(package)
        return why_test_ran(command, package, self._explainer(command))
