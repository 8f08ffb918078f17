"""Why an action ran: the inputs of its cache key, held against those of the last time."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.goflags import GoArguments
from pytest_gocache.hashlog import HashBlock, parse_hash_log
from pytest_gocache.inputs import Change, changed_inputs
from pytest_gocache.result import Action, Kind, Result, Status

__all__ = ["Reason", "build_settings_only", "reason_for"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one action ran."""

    action: Action
    summary: str
    """One line without the package's name."""
    changes: tuple[Change, ...] = ()
    since: int | None = None
    """The step that the action is held against."""

    @property
    def follows(self) -> tuple[str, ...]:
        """The imports behind it, when nothing else changed: a follower; empty for a cause of its own."""
        imports = tuple(change.imported for change in self.changes if change.imported)
        return imports if len(imports) == len(self.changes) else ()

    @property
    def own(self) -> tuple[Change, ...]:
        """The changes that no import brought."""
        return tuple(change for change in self.changes if not change.imported)

    def lines(self) -> list[str]:
        """The summary, then what changed, indented below it."""
        values = [(change.what, change.lines()) for change in self.own]
        values = [(what, lines) for what, lines in values if lines]
        if len(values) == 1:
            return [self.summary, *(f"  {line}" for line in values[0][1])]
        return [self.summary, *(line for what, lines in values for line in (f"  {what}", *(f"    {x}" for x in lines)))]

    def line(self) -> str:
        """All in one line."""
        values = [f"{c.what}: {c.old or 'nothing'} -> {c.new or 'nothing'}" for c in self.own if c.lines()]
        return f"{self.summary} {'; '.join(values)}".strip()


def reason_for(result: Result, action: Action) -> Reason:
    """Why a compile or a link of ``result`` ran: its hash inputs, held against those of the test's earlier commands."""
    before = _last_seen(result, action)
    if before is None:
        return Reason(action, f"{_verb(action)} for the first time in this test")
    then, old = before
    since = f"since step {then.step}"
    if old.action_id == action.action_id:
        return Reason(action, _same_key(result, action, old, then), since=then.step)
    changes = changed_inputs(_block(then, old), _block(result, action))
    if not changes:
        ids = f"{old.action_id} -> {action.action_id}"
        return Reason(action, f"its action ID changed {since}: {ids}", since=then.step)
    reason = Reason(action, "", changes, then.step)
    if reason.follows:
        ran = result.compiled
        followed = [name for name in reason.follows if name in {_bare(package) for package in ran}]
        summary = (
            f"only followed: it {'links' if action.kind is Kind.LINK else 'imports'} {_few(followed or reason.follows)}"
        )
    else:
        shown = ":" if any(change.lines() for change in reason.own) else ""
        summary = f"{_few([change.how for change in reason.own])} {since}{shown}"
    return Reason(action, summary, changes, then.step)


def build_settings_only(result: Result, action: Action) -> bool:
    """Whether a main package's compile ran for no other reason than the build settings that Go stamps into it."""
    before = _last_seen(result, action)
    if before is None:
        return False
    then, old = before
    changes = changed_inputs(_block(then, old), _block(result, action))
    return bool(changes) and all(change.stamped for change in changes)


def _same_key(result: Result, action: Action, old: Action, then: Result) -> str:
    if old.status is Status.FAILED:
        return f"its last compile (step {then.step}) failed, and failures are not cached"
    arguments = GoArguments.read(result.command[1:])
    if any(name == "a" and value in ("", "true", "1") for name, value in arguments.flags):
        return "forced by -a: its action ID is that of step " + str(then.step)
    if action.kind is Kind.LINK:
        return f"nothing in its key changed since step {then.step}: the binary was not where Go looks for it"
    return f"its action ID is that of step {then.step}, but its output was no longer in the build cache"


def _last_seen(result: Result, action: Action) -> tuple[Result, Action] | None:
    """The same action in the latest earlier command that computed its key."""
    for then in result.earlier():
        for old in then.actions:
            if old.kind is action.kind and old.package == action.package and old.action_id:
                return then, old
    return None


def _verb(action: Action) -> str:
    return "linked" if action.kind is Kind.LINK else "compiled"


def _bare(package: str) -> str:
    return package.partition(" [")[0]


def _few(names: Sequence[str], most: int = 3) -> str:
    shown = ", ".join(names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")


def _block(result: Result, action: Action) -> HashBlock | None:
    """The hash inputs of one action; None when the log is gone or has them not."""
    if result.evidence is None:
        return None
    return _blocks(result.evidence / "stderr").get(action.action_id)


@functools.lru_cache(maxsize=16)
def _blocks(log: Path) -> dict[str, HashBlock]:
    try:
        text = log.read_bytes()
    except OSError:
        return {}
    return {block.action_id: block for block in parse_hash_log(text) if block.name.startswith(("build ", "link "))}
