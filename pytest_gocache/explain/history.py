"""The hash inputs of an action, and the same action in earlier commands."""

from __future__ import annotations

from pytest_gocache.explain.key_inputs import changed_inputs, variant_of
from pytest_gocache.golang.action import Action, Kind, Status
from pytest_gocache.golang.hashlog import HashBlock
from pytest_gocache.results.inputs import own_changes
from pytest_gocache.results.logs import Log, LogIndex
from pytest_gocache.results.result import Result

__all__ = ["History", "block_of", "index_of", "key_of", "log_of", "vetted_by"]

_MOST_VARIANTS = 8


def log_of(result: Result) -> Log:
    """The log of a command; an empty log when the file is gone."""
    return Log() if result.evidence is None else result.circumstances.logs.read(result.evidence)


def index_of(result: Result) -> LogIndex:
    """The index of `log_of`."""
    return LogIndex() if result.evidence is None else result.circumstances.logs.index(result.evidence)


def key_of(result: Result, action: Action) -> str:
    """The action ID of an action; for a vet, which has no action ID in the graph, the SHA-256 of its inputs."""
    if action.kind is not Kind.VET:
        return action.action_id
    result, action = result.origin(action)
    vet = _vet_of(result, action)
    return index_of(result).vets.get(vet, "") if vet else ""


def block_of(result: Result, action: Action) -> HashBlock | None:
    """The hash inputs of one action; None when the log is gone, or does not contain them."""
    result, action = result.origin(action)
    if action.kind is not Kind.VET:
        # The inputs of a key may be in the log of an earlier command only: a build that should have only old keys runs
        # without the debug output.
        runs = (run for run in (result, *result.earlier()) if action.action_id in index_of(run).ids)
        return next((log_of(run).by_id.get(action.action_id) for run in runs), None)
    vet = _vet_of(result, action)
    return log_of(result).vets.get(vet) if vet else None


def _vet_of(result: Result, action: Action) -> tuple[str, str] | None:
    """The key of a vet in a log: its package without the variant, and the action ID of its compile."""
    compiled = vetted_by(result, action)
    return (action.plain, compiled.action_id) if compiled else None


def vetted_by(result: Result, action: Action) -> Action | None:
    """The compile of the package that a vet analyses; None when the graph does not have it."""
    vetted = result.numbered(action.deps[0]) if action.deps else None
    return vetted if vetted and vetted.kind is Kind.COMPILE else None


class History:
    """The actions of the commands that a test ran before one of its results."""

    def __init__(self, result: Result) -> None:
        self._result = result
        self._seen: dict[tuple[Kind, str, bool], list[tuple[Result, Action]]] = {}
        for then in result.earlier():
            for action in then.actions:
                self._seen.setdefault(_name(action), []).append((then, action))

    def last_seen(self, action: Action) -> tuple[Result, Action] | None:
        """The same action in an earlier command, and that command; None when no earlier command has it.

        An action with the same key comes first, then one of the same variant, then the one with the fewest differences;
        of equals, the latest.
        """
        seen = self._seen.get(_name(action), [])
        key = key_of(self._result, action)
        same = [pair for pair in seen if key and key_of(*pair) == key]
        if same:
            # Prefer an action with an output to an action that no package needed.
            return next((pair for pair in same if pair[1].status is not Status.NOT_RUN), same[0])
        computed: dict[str, tuple[Result, Action]] = {}
        for pair in seen:
            computed.setdefault(key_of(*pair), pair)
        latest = [pair for key, pair in computed.items() if key]
        variant = _variant(self._result, action)
        # Of several different variants, the one with the fewest differences explains best.
        return next((pair for pair in latest if variant == _variant(*pair)), None) or min(
            latest[:_MOST_VARIANTS], key=lambda pair: self._differences(pair, action), default=None
        )

    def _differences(self, pair: tuple[Result, Action], action: Action) -> int:
        return len(own_changes(changed_inputs(block_of(*pair), block_of(self._result, action))))


def _name(action: Action) -> tuple[Kind, str, bool]:
    return action.kind, action.package, action.facts_only


def _variant(result: Result, action: Action) -> tuple[str, ...] | None:
    block = block_of(result, action)
    return variant_of(block) if block else None
