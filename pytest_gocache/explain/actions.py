"""Why an action ran: the changed inputs of its cache key, or the chain of imports to the cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pytest_gocache.explain.changes import changes_between
from pytest_gocache.explain.history import History, key_of, vetted_by
from pytest_gocache.explain.same_key import reason_with_same_key
from pytest_gocache.golang.action import Action, Kind
from pytest_gocache.results.given_flags import arguments_of, enabled_flag
from pytest_gocache.results.inputs import Change, InputKind
from pytest_gocache.results.reasons import Details, Reason, ReasonCode
from pytest_gocache.results.result import Result

__all__ = ["Explainer", "build_settings_only", "stamps_only"]

_ORDER = list(Kind)


class Explainer:
    """Explains the compiles, links and vets of results. Keeps what it computes for each go command."""

    def __init__(self) -> None:
        self._commands: dict[int, _Command] = {}

    def reasons(self, result: Result, actions: Sequence[Action]) -> list[Reason]:
        """Why actions ran: compiles before links before vets, and the standard library after the other packages."""
        ordered = sorted(actions, key=lambda a: (a.package in result.std, _ORDER.index(a.kind), a.id))
        return [self.reason(result, action) for action in ordered]

    def reason(self, result: Result, action: Action) -> Reason:
        """Why one action ran."""
        command, own = result.origin(action)
        if id(command) not in self._commands:
            self._commands[id(command)] = _Command(command)
        return self._commands[id(command)].reason(own)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """An action, and the earlier command to compare it with."""

    action: Action
    then: Result | None
    """The earlier command; None for the latest one that has the action."""

    @property
    def key(self) -> tuple[int, int | None]:
        # The id() of the result, not its step: the go commands of one program have the same step.
        return self.action.id, None if self.then is None else id(self.then)


@dataclass(frozen=True, slots=True)
class _Finding:
    """The result of a comparison."""

    reason: Reason
    """The reason of the action itself. It counts when `followed` is empty."""
    followed: tuple[_Comparison, ...] = ()
    """The comparisons of the imports whose change made the action run."""


class _Command:
    """The reasons of the actions of one go command."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self._history = History(result)
        self._by_id = {action.id: action for action in result.actions}
        # id() of an earlier result → the result's actions by kind and name.
        self._named: dict[int, dict[tuple[Kind, str], Action]] = {}
        self._reasons: dict[tuple[int, int | None], Reason] = {}

    def reason(self, action: Action) -> Reason:
        """Why a compile, a link or a vet of the command ran."""
        asked = _Comparison(action, None)
        # With a stack, not recursion: the reason of a follower needs the reasons of its imports, and chains are long.
        stack = [asked]
        findings: dict[tuple[int, int | None], _Finding] = {}
        while stack:
            current = stack[-1]
            finding = findings.get(current.key)
            if current.key in self._reasons:
                stack.pop()
            elif finding is None:
                findings[current.key] = finding = self._compare(current)
                stack += [followed for followed in finding.followed if followed.key not in self._reasons]
            else:
                self._reasons[current.key] = self._with_cause(current.action, finding)
                stack.pop()
        return self._reasons[asked.key]

    def _compare(self, comparison: _Comparison) -> _Finding:
        action = comparison.action
        before = self._before(comparison)
        if before is None:
            return _Finding(self._first_reason(comparison))
        then, old = before
        if key_of(then, old) == key_of(self.result, action):
            return _Finding(reason_with_same_key(self.result, action, then, old))
        changes = changes_between(then, old, self.result, action)
        reason = Reason(action.package, action.kind, ReasonCode.CHANGED, since=then.step, modules=self.result.modules)
        if action.kind is Kind.VET:
            # The facts about imports follow from the flags of vet and from the imports.
            changes = tuple(change for change in changes or () if not _is_fact(change)) or changes
            followed = self._vetted_if_changed(then, old, action, changes or ())
            if followed:
                return _Finding(reason, followed)
        if not changes:
            ids = Details(before=old.action_id or "(none)", now=action.action_id or "(none)")
            imports = self._imports_with_other_keys(action, then) if self._only_imports_differ(action, then) else []
            reason = replace(reason, code=ReasonCode.KEY_CHANGED, details=ids)
            return _Finding(reason, tuple(_comparison(other, then) for other in imports))
        return self._finding(action, replace(reason, changes=changes), then)

    def _before(self, comparison: _Comparison) -> tuple[Result, Action] | None:
        """The command to compare the action with, and the action there; None when no command has it."""
        action, then = comparison.action, comparison.then
        if then is None:
            return self._history.last_seen(action)
        if id(then) not in self._named:
            # Of several actions with one name, the first counts.
            self._named[id(then)] = {(old.kind, old.package): old for old in reversed(then.actions)}
        old = self._named[id(then)].get((action.kind, action.package))
        return (then, old) if old else None

    def _first_reason(self, comparison: _Comparison) -> Reason:
        """The reason when there is no earlier action to compare with."""
        action = comparison.action
        reason = Reason(action.package, action.kind, ReasonCode.FIRST_TIME, modules=self.result.modules)
        if comparison.then is not None:
            return replace(reason, code=ReasonCode.NOT_IN_STEP, details=Details(step=comparison.then.step))
        flag = enabled_flag(self.result, "a")
        return replace(reason, code=ReasonCode.FORCED_FIRST_TIME, details=Details(flag=flag)) if flag else reason

    def _vetted_if_changed(
        self, then: Result, old: Action, action: Action, changes: Sequence[Change]
    ) -> tuple[_Comparison, ...]:
        """The compile that a vet follows, if the compile changed and the vet has no changes except facts."""
        if not all(map(_is_fact, changes)):
            return ()
        compiled, before = vetted_by(self.result, action), vetted_by(then, old)
        changed = compiled and before and compiled.action_id != before.action_id
        return (_comparison(compiled, then),) if compiled and changed else ()

    def _finding(self, action: Action, reason: Reason, then: Result) -> _Finding:
        """The finding of an action with changes: its own changes are the reason, else it follows its imports."""
        imports = self._changed_imports(action, reason.changes)
        own = reason.own
        # The main package that Go generates for a test follows the package under test, also with its list of tests.
        generated = action.kind is Kind.COMPILE and action.package == f"{action.import_path}.test"
        if own and not (generated and imports):
            # A stamped setting must not hide that imports changed, too.
            also = imports if all(change.stamped for change in own) else []
            return _Finding(replace(reason, details=Details(packages=tuple(other.package for other in also))))
        return _Finding(reason, tuple(_comparison(other, then) for other in imports))

    def _only_imports_differ(self, action: Action, then: Result) -> bool:
        """Whether the key of an action that Go's log leaves out can differ in imports only: the flags are the same.

        When the log is off for tests, it leaves out what exists only for a test.
        """
        off = self.result.circumstances.log_off is not None
        return off and action.scaffold and arguments_of(then).flags == arguments_of(self.result).flags

    def _imports_with_other_keys(self, action: Action, then: Result) -> list[Action]:
        """The compiles of the imports whose keys differ from those of an earlier command, or that are new."""
        deps = [self._by_id[dep] for dep in action.deps if dep in self._by_id]
        olds = [(dep, self._before(_Comparison(dep, then))) for dep in deps if dep.kind is Kind.COMPILE]
        return self._nearest([dep for dep, old in olds if old is None or old[1].action_id != dep.action_id])

    def _changed_imports(self, action: Action, changes: Sequence[Change]) -> list[Action]:
        """The compiles of the changed imports."""
        changed = {change.imported for change in changes}
        deps = [self._by_id[dep] for dep in action.deps if dep in self._by_id]
        return self._nearest([dep for dep in deps if dep.kind is Kind.COMPILE and dep.plain in changed])

    @staticmethod
    def _nearest(imports: list[Action]) -> list[Action]:
        # A main package depends on everything that it links: leave out the imports of its imports.
        indirect = {dep for other in imports for dep in other.deps}
        return [other for other in imports if other.id not in indirect] or imports

    def _with_cause(self, action: Action, finding: _Finding) -> Reason:
        """The reason of an action, with its cause if the action is a follower."""
        reason = finding.reason
        found = [(followed.action, self._reasons[followed.key]) for followed in finding.followed]
        if not found:
            return reason
        # Imports that changed come before new ones, packages before test-only packages, the package under test first.
        found.sort(key=lambda pair: (pair[1].first, pair[0].scaffold, pair[0].import_path != action.import_path))
        nearest, its_reason = found[0]
        follows = (nearest.plain, *its_reason.follows)
        code, details = self._how_it_follows(reason, follows, [imported.plain for imported, _ in found])
        return replace(reason, code=code, details=details, follows=follows, cause=its_reason.cause or its_reason)

    def _how_it_follows(
        self, reason: Reason, follows: tuple[str, ...], direct: Sequence[str]
    ) -> tuple[ReasonCode, Details]:
        """The code and the details of a follower. ``direct`` has the imports that changed."""
        linked = reason.kind is Kind.LINK
        if reason.kind is Kind.VET:
            return ReasonCode.FOLLOWS_VETTED, Details(packages=follows[:1])
        if len(follows) == 1:
            code = ReasonCode.FOLLOWS_LINKED if linked else ReasonCode.FOLLOWS_IMPORT
            return code, Details(packages=tuple(direct))
        code = ReasonCode.FOLLOWS_LINKED_IMPORTS if linked else ReasonCode.FOLLOWS_IMPORTS
        names = follows if linked else (reason.package, *follows)
        return code, Details(chain=tuple(names))


def _comparison(action: Action, then: Result) -> _Comparison:
    """The comparison of an import: with its own last command if it ran, else with the command of its importer."""
    return _Comparison(action, None if action.ran else then)


def _is_fact(change: Change) -> bool:
    return change.input.kind is InputKind.VET_FACTS


def build_settings_only(result: Result, actions: Sequence[Action]) -> list[Action]:
    """The compiles that ran only because of changed build settings that Go stamps into main packages.

    A compile whose inputs are unknown is not among them, and neither is one that ``-a`` forces.
    """
    histories: dict[int, History] = {}
    found = []
    for action in actions:
        command, own = result.origin(action)
        history = histories.setdefault(id(command), History(command))
        before = history.last_seen(own)
        changes = changes_between(*before, command, own) if before else None
        if stamps_only(changes) and not enabled_flag(command, "a"):
            found.append(action)
    return found


def stamps_only(changes: Sequence[Change] | None) -> bool:
    """Whether the inputs of two keys are known, and differ only in build settings that Go stamps into main packages."""
    return bool(changes) and all(change.stamped for change in changes or ())
