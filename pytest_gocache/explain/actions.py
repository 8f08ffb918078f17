"""Why an action ran: the inputs of its cache key, held against those of the last time, and the chain to the cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pytest_gocache.explain.changes import changes_between
from pytest_gocache.explain.history import History, key_of, vetted_by
from pytest_gocache.explain.same_key import forced, why_same_key_ran
from pytest_gocache.golang.action import Action, Kind
from pytest_gocache.golang.patterns import short_name
from pytest_gocache.results.explanation import FACTS, Change, Reason
from pytest_gocache.results.result import Result

__all__ = ["Explainer", "build_settings_only"]

_RAN = {Kind.COMPILE: "compiled", Kind.LINK: "linked", Kind.VET: "vetted"}


class Explainer:
    """Explains the compiles, links and vets of one command; what it has found once it does not look for again."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.history = History(result)
        self._by_id = {action.id: action for action in result.actions}
        # Of another step: its actions by kind and name.
        self._named: dict[int, dict[tuple[Kind, str], Action]] = {}
        # An action, held against its own last time (None), or against another step.
        self._reasons: dict[tuple[int, int | None], Reason] = {}

    def reason(self, action: Action) -> Reason:
        """Why a compile, a link or a vet ran."""
        # On a stack of our own: a follower's reason takes those of what it imports, as deep as imports go.
        stack: list[tuple[Action, Result | None]] = [(action, None)]
        waiting: set[tuple[int, int | None]] = set()
        while stack:
            current, against = stack[-1]
            key = _memo(current, against)
            if key in self._reasons:
                stack.pop()
                continue
            first, behind = self._compare(current, against)
            missing = [] if key in waiting else [pair for pair in behind if _memo(*pair) not in self._reasons]
            waiting.add(key)
            if missing:
                stack += missing
            else:
                self._reasons[key] = self._with_cause(current, first, behind)
                stack.pop()
        return self._reasons[_memo(action, None)]

    def _in(self, then: Result, action: Action) -> tuple[Result, Action] | None:
        """The same action in another step."""
        if id(then) not in self._named:
            # The first of a name counts.
            self._named[id(then)] = {(old.kind, old.package): old for old in reversed(then.actions)}
        old = self._named[id(then)].get((action.kind, action.package))
        return (then, old) if old else None

    def _compare(self, action: Action, against: Result | None) -> tuple[Reason, list[tuple[Action, Result | None]]]:
        """An action's own reason; and the actions, each with what to hold it against, that it follows if it follows."""
        result = self.result
        bare = Reason(action.package, action.kind, "")
        before = self.history.last_seen(action) if against is None else self._in(against, action)
        if before is None:
            first = f"{_RAN[action.kind]} for the first time in this test"
            absent = f"it was no part of step {against.step}" if against else ""
            return replace(bare, summary=absent or forced(result) or first, first=True), []
        then, old = before
        bare = replace(bare, since=then.step)
        if key_of(then, old) == key_of(result, action):
            return replace(bare, summary=why_same_key_ran(result, action, then, old)), []
        changes = changes_between(then, old, result, action)
        if action.kind is Kind.VET and changes:
            # What vet found out about the imports follows from its flags, and from what they are.
            changes = tuple(change for change in changes if not change.what.startswith(FACTS)) or changes
        if action.kind is Kind.VET and all(change.what.startswith(FACTS) for change in changes or ()):
            compiled, compiled_then = vetted_by(result, action), vetted_by(then, old)
            if compiled and compiled_then and compiled.action_id != compiled_then.action_id:
                return bare, [self._against(compiled, then)]
        if not changes:
            ids = f"{old.action_id or '(none)'} -> {action.action_id or '(none)'}"
            summary = f"its action ID changed since step {then.step}: {ids}; Go's log does not say why"
            return replace(bare, summary=summary, known=False), []
        reason = replace(bare, changes=changes)
        behind = self._behind(action, changes)
        own = reason.own
        # What Go generates for a test has its settings and its list of tests from the package under test.
        generated = action.kind is Kind.COMPILE and action.package == f"{action.import_path}.test"
        if own and not (generated and behind):
            shown = ":" if any(change.lines() for change in own) else ""
            # A stamp must not hide that there was more to compile it for.
            below = behind if all(change.stamped for change in own) else []
            also = f", and so did {_few([other.package for other in below])}" if below else ""
            how = f"{_few([change.how for change in own])}{also} since step {then.step}{shown}"
            return replace(reason, summary=how), []
        return reason, [self._against(other, then) for other in behind]

    def _behind(self, action: Action, changes: Sequence[Change]) -> list[Action]:
        """The compiles of the imports that changed."""
        imports = {change.imported for change in changes}
        below = [
            self._by_id[dep]
            for dep in action.deps
            if dep in self._by_id and self._by_id[dep].kind is Kind.COMPILE and self._by_id[dep].plain in imports
        ]
        # A main package depends on all that is below it: what another one of them imports is not its own import.
        passed_on = {dep for other in below for dep in other.deps}
        return [other for other in below if other.id not in passed_on] or below

    def _against(self, action: Action, then: Result) -> tuple[Action, Result | None]:
        return action, None if action.ran else then

    def _with_cause(self, action: Action, reason: Reason, behind: Sequence[tuple[Action, Result | None]]) -> Reason:
        """The reason with its cause, when it is a follower: of several causes, the first that is not a test's own."""
        found = [
            (other, self._reasons[_memo(other, against)])
            for other, against in behind
            if _memo(other, against) in self._reasons
        ]
        # An import that is new says less than one that changed, and of a test the package under test says most.
        found.sort(key=lambda pair: (pair[1].first, pair[0].scaffold, pair[0].import_path != action.import_path))
        if not found:
            if reason.summary:
                return reason
            # An import of another content that is no part of this graph.
            how = [change.how for change in reason.changes]
            return replace(reason, summary=f"{_few(how)} since step {reason.since}")
        nearest, below = found[0]
        follows = (nearest.plain, *below.follows)
        verb = "links" if reason.kind is Kind.LINK else "imports"
        others = [other.plain for other, _ in found[1:]]
        if reason.kind is Kind.VET:
            summary = f"only followed: {follows[0]} changed"
        elif len(follows) == 1:
            summary = f"only followed: it {verb} {_few([follows[0], *others])}"
        else:
            chain = follows if reason.kind is Kind.LINK else [reason.package, *follows]
            links = "it links " if reason.kind is Kind.LINK else ""
            summary = f"only followed: {links}{' ← '.join(short_name(name, self.result.modules) for name in chain)}"
        return replace(reason, summary=summary, follows=follows, cause=below.cause or below)


def _memo(action: Action, against: Result | None) -> tuple[int, int | None]:
    # Not its step: the go commands of a program have one together.
    return action.id, None if against is None else id(against)


def build_settings_only(result: Result, actions: Sequence[Action]) -> list[Action]:
    """The compiles that ran for no other reason than the build settings that Go stamps into main packages."""
    histories: dict[int, History] = {}
    found = []
    for action in actions:
        command, own = result.origin(action)
        history = histories.setdefault(id(command), History(command))
        before = history.last_seen(own)
        changes = changes_between(*before, command, own) if before else ()
        if changes and all(change.stamped for change in changes):
            found.append(action)
    return found


def _few(names: Sequence[str], most: int = 3) -> str:
    shown = ", ".join(names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")
