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

__all__ = ["Reason", "build_settings_only", "reason_for", "root_of", "why_test_cached", "why_test_ran"]


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
        values = [(change.what, change.lines()) for change in _telling(self.own)]
        values = [(what, lines) for what, lines in values if lines]
        if len(values) == 1:
            return [self.summary, *(f"  {line}" for line in values[0][1])]
        return [self.summary, *(line for what, lines in values for line in (f"  {what}", *(f"    {x}" for x in lines)))]

    def line(self) -> str:
        """All in one line."""
        changes = [change for change in _telling(self.own) if change.lines()]
        values = [f"{change.old or 'nothing'} -> {change.new or 'nothing'}" for change in changes]
        if len(changes) > 1:
            values = [f"{change.what} {value}" for change, value in zip(changes, values, strict=True)]
        return f"{self.summary} {'; '.join(values)}".strip()


def _telling(changes: Sequence[Change]) -> list[Change]:
    """The changes without the stamped settings that only repeat another one: ``-gcflags`` is among both."""
    said = {(change.old, change.new) for change in changes if not change.stamped}
    return [change for change in changes if not change.stamped or (change.old, change.new) not in said]


def reason_for(result: Result, action: Action) -> Reason:
    """Why a compile or a link of ``result`` ran: its hash inputs, held against those of the test's earlier commands."""
    before = _last_seen(result, action)
    if before is None:
        first = f"{_verb(action)} for the first time in this test"
        return Reason(action, "forced by -a" if action.kind is Kind.COMPILE and _forces(result) else first)
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
        verb = "links" if action.kind is Kind.LINK else "imports"
        summary = f"only followed: it {verb} {_few(_compiled_among(result, reason.follows) or reason.follows)}"
    else:
        own = _telling(reason.own)
        shown = ":" if any(change.lines() for change in own) else ""
        summary = f"{_few([change.how for change in own])} {since}{shown}"
    return Reason(action, summary, changes, then.step)


def root_of(result: Result, reason: Reason) -> tuple[list[str], Reason]:
    """The chain of imports from a follower down to the package that changed on its own, and why that one ran.

    The chain starts with what the follower imports; it is empty for a cause of its own.
    """
    compiled = {action.package: action for action in result.compiles() if action.ran}
    chain: list[str] = []
    while reason.follows:
        below = [name for name in _compiled_among(result, reason.follows) if name not in chain]
        if not below:
            break
        chain.append(below[0])
        # The variant that the same test uses, when there is one.
        suffix = reason.action.package.partition(" ")[2]
        action = compiled.get(f"{below[0]} {suffix}") or compiled.get(below[0])
        if action is None:
            break
        reason = reason_for(result, action)
    return chain, reason


def why_test_ran(result: Result, package: str) -> str:
    """Why a test's result did not come from the cache, as far as the hash inputs of this command tell."""
    link = _test_link(result, package)
    if link is None:
        return "it has no test binary"
    log = "" if result.evidence is None else (result.evidence / "stderr").read_text("utf-8", "surrogateescape")
    if f'HASH[testResult]: "test binary {link.action_id} ' not in log:
        # Go looks a result up by its binary; where it did not, its command line has ruled the cache out.
        given = [name for name, _ in GoArguments.read(result.command[1:]).flags if name in _NEVER_CACHED]
        what = f"-{given[0]}" if given else "an argument, or no package being named,"
        return f"{what} switches the test cache off"
    before = _last_seen(result, link)
    if before is None:
        return "its test binary is used for the first time in this test"
    then, old = before
    if old.action_id == link.action_id:
        return (
            f"its test binary is that of step {then.step}: a variable or a file that it reads changed, a file that it "
            "reads was younger than two seconds, or the earlier result was a failure or expired"
        )
    reason = reason_for(result, link)
    chain, root = root_of(result, reason)
    return f"its test binary changed: {' <- '.join([*chain, root.line()])}"


def why_test_cached(result: Result, package: str) -> str:
    """What made a test's result a hit."""
    link = _test_link(result, package)
    before = _last_seen(result, link) if link else None
    same = f" (that of step {before[0].step})" if before and link and before[1].action_id == link.action_id else ""
    return f"(cached): the same test binary{same} has passed, and nothing that it read has changed"


# The flags of `go help test` that always switch its cache off, in every version since 1.21.
_NEVER_CACHED = frozenset(
    "bench benchmem blockprofile count cpuprofile fuzz memprofile mutexprofile shuffle trace".split()  # noqa: SIM905
)


def _test_link(result: Result, package: str) -> Action | None:
    return next((a for a in result.links() if a.scaffold and a.import_path == package), None)


def _compiled_among(result: Result, imports: Sequence[str]) -> list[str]:
    compiled = {action.package.partition(" [")[0]: action for action in result.compiles() if action.ran}
    found = [name for name in imports if name in compiled]
    # What Go generates for a test only passes on what is below it.
    return [name for name in found if not compiled[name].scaffold] or found


def _forces(result: Result) -> bool:
    flags = GoArguments.read(result.command[1:]).flags
    return any(name == "a" and value in ("", "true", "1") for name, value in flags)


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
    if _forces(result):
        return f"forced by -a: its action ID is that of step {then.step}"
    if action.kind is Kind.LINK:
        return f"nothing in its key changed since step {then.step}: the binary was not where Go looks for it"
    return f"its action ID is that of step {then.step}, but its output was no longer in the build cache"


def _last_seen(result: Result, action: Action) -> tuple[Result, Action] | None:
    """The same action in an earlier command: the latest with the same key, else the latest that computed one."""
    seen = [
        (then, old)
        for then in result.earlier()
        for old in then.actions
        if old.kind is action.kind and old.package == action.package and old.action_id
    ]
    return next((pair for pair in seen if pair[1].action_id == action.action_id), seen[0] if seen else None)


def _verb(action: Action) -> str:
    return "linked" if action.kind is Kind.LINK else "compiled"


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
