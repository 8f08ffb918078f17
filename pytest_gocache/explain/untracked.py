"""Find what changed after a cached action or test ran, and is in no key of the command that it was cached for."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_gocache.explain.changes import folder_of
from pytest_gocache.explain.files_of_tests import files_read, kept_by, modification_time, replayed
from pytest_gocache.explain.history import block_of
from pytest_gocache.explain.key_files import key_inputs
from pytest_gocache.golang.action import Action, Kind, Status
from pytest_gocache.golang.hashlog import HashBlock
from pytest_gocache.golang.quoted import split_words
from pytest_gocache.results.c_files import c_files, c_rules
from pytest_gocache.results.cache_event import CacheEvent, CacheOperation
from pytest_gocache.results.file_tree import FileChange, changed_files
from pytest_gocache.results.given_flags import arguments_of
from pytest_gocache.results.inputs import Input, InputKind
from pytest_gocache.results.result import Result
from pytest_gocache.results.untracked import Untracked

__all__ = ["changed_variables", "untracked_by_actions", "untracked_by_tests"]

# Set by shells, by make and by the library: no program is made to depend on them.
_IGNORED = frozenset(
    "PWD OLDPWD SHLVL _ MAKELEVEL MAKEFLAGS MAKEOVERRIDES MFLAGS MAKE_TERMOUT MAKE_TERMERR GOCACHE GOMODCACHE".split()  # noqa: SIM905
)
# These differ between machines, whatever a test does.
_OF_MACHINE = frozenset(
    "HOME XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME XDG_STATE_HOME TMPDIR TMP TEMP GOPATH GOBIN".split()  # noqa: SIM905
)
# The programs of cgo. Go has its own ways to identify them.
_TOOLS = ("CC", "CXX", "FC", "AR", "PKG_CONFIG")
# Their go commands are the programs of users, which write files on purpose.
_RUN_PROGRAMS = frozenset({"run", "generate", "tool"})


def untracked_by_actions(result: Result, actions: Iterable[Action]) -> list[Untracked]:
    """What changed since cached compiles and links of the command ran, and is in none of its keys."""
    found: list[Untracked] = []
    for command, own in result.by_command(actions):
        steps = _Steps.of(command)
        cached = [(steps.made(action), action) for action in own if action.status is Status.CACHED]
        known = [(then, action) for then, action in cached if then is not None]
        by_step = {id(then): then for then, _ in known}
        for key, then in by_step.items():
            same_key = [action for step, action in known if id(step) == key]
            names = {name for action in same_key for name in _packages_of(command, action)}
            reads = _read_by_c_compiler(command, then, same_key)
            found += _Comparison(command, then, reads).untracked(names, same_key)
    return _latest(found)


def _read_by_c_compiler(result: Result, then: Result, actions: Iterable[Action]) -> dict[str, set[str]]:
    """Absolute path → import paths of the packages for which the C compiler read the file in the earlier command."""
    rules = c_rules(then)
    if not rules:
        return {}
    wanted = {action.import_path for action in actions if action.kind is Kind.COMPILE}
    packages: dict[str, tuple[str, tuple[str, ...]]] = {}
    for action in then.compiles():
        block = block_of(then, action)
        folder = folder_of(then, block, action) if block and _uses_cgo(block) else None
        if block and folder:
            packages[action.import_path] = (str(folder), block.files)
    found: dict[str, set[str]] = {}
    for package, paths in c_files(rules, packages).items():
        for path in paths if package in wanted and package not in result.std else ():
            found.setdefault(path, set()).add(package)
    return found


def _uses_cgo(block: HashBlock) -> bool:
    return any(line.startswith("cgo ") for line in block.inputs)


def _packages_of(result: Result, action: Action) -> Iterator[str]:
    """The import path of a compile; for a link, of the packages that it links."""
    yield action.import_path
    if action.kind is Kind.LINK:
        yield from (dep.import_path for dep in map(result.numbered, action.deps) if dep)


def untracked_by_tests(result: Result, packages: Iterable[str]) -> list[Untracked]:
    """What changed since the tests ran whose results the command replayed, and is in none of its keys."""
    found: list[Untracked] = []
    for package in packages:
        command = result.testing(package)
        if command.circumstances.log_off is not None:
            found += _untracked_without_log(command, package)
            continue
        hit = replayed(command, package)
        then = kept_by(command, package, hit) if hit else None
        if hit and then:
            reads = {path: {package} for path in files_read(command, package, hit.key)}
            found += _Comparison(command, then, reads).untracked({package}, ())
    return _latest(found)


def _untracked_without_log(result: Result, package: str) -> list[Untracked]:
    """The same for one test when Go's log, which names the run that kept the result, was off for tests.

    What is different from each earlier run of the test is in no key: with it in the key, Go had no result to replay.
    Nothing is known when a cache was restored: the result may be of a run that is none of these.
    """
    if any(event.operation is CacheOperation.RESTORED for event in _events(result)):
        return []
    runs = [then for then in result.earlier() if package in then.tests and then.tests[package].ran]
    changes = [
        [one for one in _Comparison(result, then, {}).untracked({package}, ()) if _visible_to_go(then, result, one)]
        for then in runs
    ]
    in_all = set.intersection(*({one.input for one in found} for found in changes)) if changes else set()
    return [one for one in (changes[0] if changes else []) if one.input in in_all]


def _events(result: Result) -> Iterator[CacheEvent]:
    """What the test did to its build cache until the command."""
    for command in (result, *result.earlier()):
        yield from command.circumstances.events


def _visible_to_go(then: Result, result: Result, one: Untracked) -> bool:
    """Whether a change is one of a variable, or of the size or the time of a file: Go does not compare contents."""
    if one.input.kind is not InputKind.FILE:
        return True
    before, now = (command.circumstances.files.files.get(one.input.name) for command in (then, result))
    return before != now


def changed_variables(then: Result, result: Result) -> list[str]:
    """The variables that differ between two commands, without those that shells, make and the library set."""
    before, now = then.circumstances.settings, result.circumstances.settings
    ignored = _IGNORED if before.get("GOCACHE") == now.get("GOCACHE") else _IGNORED | _OF_MACHINE
    return sorted(name for name in {*before, *now} - ignored if before.get(name) != now.get(name))


def _latest(found: Iterable[Untracked]) -> list[Untracked]:
    """Each file and variable once, with the latest step; those of the packages first."""
    by_input: dict[Input, Untracked] = {}
    for one in sorted(found, key=lambda one: (one.since, not one.elsewhere)):
        by_input[one.input] = one
    return sorted(by_input.values(), key=lambda one: (one.elsewhere, one.input.kind.value, one.input.name))


@dataclass(frozen=True, slots=True)
class _Steps:
    """The earlier commands by the keys of their actions."""

    ran: dict[str, Result]
    """Action ID → the latest command in which the action ran."""
    seen: dict[str, Result]
    """Action ID → the earliest command that has the action."""

    @classmethod
    def of(cls, result: Result) -> _Steps:
        ran: dict[str, Result] = {}
        seen: dict[str, Result] = {}
        for then in result.earlier():
            for action in then.actions:
                if action.action_id and action.status is Status.RAN:
                    ran.setdefault(action.action_id, then)
                if action.action_id:
                    seen[action.action_id] = then
        return cls(ran, seen)

    def made(self, action: Action) -> Result | None:
        """The command that made the output; if none of the test did, the first that found it in the cache."""
        return self.ran.get(action.action_id) or self.seen.get(action.action_id)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A go command, and an earlier one that made what came from the cache."""

    result: Result
    then: Result
    reads: Mapping[str, set[str]]
    """Absolute path → import paths of the packages whose test, or for which the C compiler, read the file."""

    def untracked(self, packages: set[str], same_key: Sequence[Action]) -> Iterator[Untracked]:
        """What changed between the commands and is in no key of the later one, as far as ``packages`` are concerned.

        ``same_key`` are actions with one key in both commands; for a test result there is none.
        """
        files = {**dict(self._files()), **self._files_outside()}
        variables = self._variables(of_test=not same_key)
        if not files and not variables:
            return
        keys = key_inputs(self.result)  # read from the log: only when something changed
        if keys is None:
            return
        if files and not self._identifies_tools(same_key):
            files = {name: change for name, change in files.items() if self._path(name) not in self._tools()}
        since = self.then.step
        for name, change in files.items():
            path = self._path(name)
            if keys.has_file(path) or self._is_output(name, change):
                continue
            # A package of the command that is not concerned has its own files.
            nearest = self.reads.get(path) or {keys.package_of(path)}
            package = min(nearest & packages, default="")
            yield Untracked(Input(InputKind.FILE, name), since, change, package, path in self.reads)
        for name in variables:
            if name not in keys.variables:
                yield Untracked(Input(InputKind.READ_VARIABLE, name), since)

    def _path(self, name: str) -> str:
        return os.path.normpath(self.result.cwd / name)

    def _files_outside(self) -> dict[str, FileChange]:
        """The files that were read outside of the module's folder, and that were written after that."""
        around = self.then.circumstances
        root = f"{self.result.cwd}{os.sep}"
        ended, now = around.started + self.then.seconds, self.result.circumstances.started
        found = {}
        for path in self.reads:
            if not path.startswith(root) and ended < modification_time(path) <= now:
                found[path] = FileChange.WRITTEN
        return found

    def _files(self) -> Iterator[tuple[str, FileChange]]:
        before, now = self.then.circumstances.files, self.result.circumstances.files
        if before.files and now.files:
            return changed_files(before, self._old_text, now, self._new_text)
        return self._edited_files()

    def _edited_files(self) -> Iterator[tuple[str, FileChange]]:
        """The files that the test itself changed: all that is known of a large repository."""
        root = f"{self.result.cwd}{os.sep}"
        for path in sorted(self.result.circumstances.texts.edited):
            name = path.removeprefix(root)
            old, new = self._old_text(name), self._new_text(name)
            if old is not None and new is not None and old != new:
                yield name, FileChange.CHANGED

    def _old_text(self, name: str) -> bytes | None:
        around = self.then.circumstances
        return around.texts.at(f"{self.then.cwd}{os.sep}{name}", around.started)

    def _new_text(self, name: str) -> bytes | None:
        around = self.result.circumstances
        return around.texts.at(self._path(name), around.started)

    def _variables(self, *, of_test: bool) -> list[str]:
        changed = changed_variables(self.then, self.result)
        if of_test:
            return changed  # also those of Go: a test may call go
        if arguments_of(self.result).verb == "test":
            return []  # they are meant for the tests
        # What the variables of Go select is in the keys.
        return [name for name in changed if not name.startswith(("GO", "CGO_")) and name not in _TOOLS]

    def _tools(self) -> set[str]:
        """The absolute paths in the settings that name programs of cgo."""
        around = self.result.circumstances
        words = (split_words(around.settings.get(name, "")) for name in _TOOLS)
        return {os.path.normpath(around.cwd / word) for found in words for word in found or ()}

    def _identifies_tools(self, same_key: Sequence[Action]) -> bool:
        """Whether one of the actions has the C compiler in its key, which is the same as before."""
        blocks = (block_of(self.result, action) for action in same_key)
        return any(line.startswith("CC=") for block in blocks if block for line in block.inputs)

    def _is_output(self, name: str, change: FileChange) -> bool:
        """Whether a go command wrote the file since then: a binary, a profile, or what a test writes."""
        around = self.result.circumstances
        state = around.files.files.get(name)
        edited = self._path(name) in around.texts.edited
        for command in self._go_commands():
            if any(action.target and posixpath.normpath(action.target) == name for action in command.links()):
                return True
            ended = command.circumstances.started + command.seconds
            runs_programs = arguments_of(command).verb in _RUN_PROGRAMS
            if state is None or edited or runs_programs or change is FileChange.REMOVED:
                continue
            if command.circumstances.started <= state.modified / 1e9 <= ended:
                return True
        return False

    def _go_commands(self) -> Iterator[Result]:
        """The go commands from the earlier one on, without the later one."""
        for command in self.result.earlier():
            yield command
            if command is self.then:
                return
