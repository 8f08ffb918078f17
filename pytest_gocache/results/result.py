"""What one go command did, as a frozen value."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pytest_gocache.errors import UsageError, called, printable
from pytest_gocache.golang.action import Action, Kind, Status, TestOutcome
from pytest_gocache.golang.patterns import short_name
from pytest_gocache.results.cache_event import CacheEvent
from pytest_gocache.results.cache_key import CacheKey
from pytest_gocache.results.explanation import Explanation
from pytest_gocache.results.file_tree import FileTree
from pytest_gocache.results.logs import Logs
from pytest_gocache.results.seen_files import Texts
from pytest_gocache.results.tables import step_name

__all__ = ["Circumstances", "Layout", "Origin", "PackageSet", "Result"]


class Layout(NamedTuple):
    """What decides which packages there are, as hashes that are comparable in this process only."""

    modules: int
    """Of go.mod and go.work files: they decide the import path of a folder."""
    files: int
    """Of the names, build constraints and package clauses of Go files: they decide which folders are packages."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The surroundings of a command, for explanations and for running it again."""

    env: Mapping[str, str] = field(default_factory=dict)
    """The whole environment."""
    from_files: Mapping[str, str] = field(default_factory=dict)
    """The settings of the go command from files, for which the environment has no value."""
    goroot: Path = Path(os.devnull)
    """The GOROOT of the toolchain that ran it."""
    modcache: Path = Path(os.devnull)
    """The GOMODCACHE."""
    cwd: Path = Path()
    """The working folder: an absolute path in the result of a command."""
    cpus: int = 1
    """How many CPUs the command may use."""
    started: float = 0.0
    """When the command started, in epoch seconds."""
    events: tuple[CacheEvent, ...] = ()
    """What the test did to the build cache between the previous command and this one."""
    texts: Texts = field(default_factory=Texts)
    """Known contents of the module's files, before and after the command."""
    files: FileTree = field(default_factory=FileTree)
    """The module's files before the command."""
    logs: Logs = field(default_factory=Logs)
    """The parsed logs of the test's commands."""
    explain: Callable[[Result, Sequence[str]], Explanation] | None = None
    """The function that `Result.explain` calls; None when no command of this process returned the result."""
    cache_key: Callable[[Result, str, Kind], CacheKey] | None = None
    """The function that `Result.cache_key` calls; None as for ``explain``."""
    save: Callable[[Result, Path], None] | None = None
    """The function that `Result.save` calls; None as for ``explain``."""
    rerun: Callable[[Result], Result] | None = None
    """A function that runs the command again: in an empty build cache, and with a different folder for binaries."""
    list_packages: Callable[[Result, Sequence[str]], Mapping[str, frozenset[str]]] | None = None
    """A function that asks Go which packages patterns name: pattern → import paths."""
    compiled_package: Callable[[Action], bytes | None] | None = None
    """A function that reads the archive of a compile from GOCACHE; None when it is no longer there."""
    test_log: Callable[[str], bytes | None] | None = None
    """A function that reads from GOCACHE what a test did, by the key of its result; None when it is not there."""
    warm: bool = False
    """Whether its build cache has a warm standard library."""
    layout: Layout = Layout(0, 0)  # noqa: RUF009 - a value
    """What decides which packages there are."""
    log_off: str | None = None
    """None when Go's log is on for tests; else a Go file that may start go, or empty when GODEBUG has it off."""

    @property
    def settings(self) -> dict[str, str]:
        """The environment, with the settings that the go command takes from files."""
        return {**self.env, **self.from_files}


class PackageSet(frozenset[str]):
    """A set of package names with its result, so that a failing ``assert … == {…}`` can explain the difference.

    Set operations return a plain ``frozenset``.
    """

    result: Result
    """The result that has this set."""
    what: str
    """The attribute of the result: ``compiled``."""
    kind: Kind
    """The kind of the actions that the packages are from."""

    @classmethod
    def of(cls, names: Iterable[str], result: Result, what: str, kind: Kind) -> PackageSet:
        """Make the set of ``names`` that is the attribute ``what`` of ``result``."""
        made = cls(names)
        made.result = result
        made.what = what
        made.kind = kind
        return made

    # For type checkers only: without it, they report each comparison of this subclass with a plain set.
    def __eq__(self, other: object) -> bool:
        return frozenset.__eq__(self, other)

    __hash__ = frozenset.__hash__

    def __reduce__(self) -> tuple[type[frozenset[str]], tuple[list[str]]]:
        return frozenset, (sorted(self),)


class Origin(NamedTuple):
    """The origin of an action in the result of a program."""

    command: int
    """The index of the go command in `Result.commands`."""
    position: int
    """The index of the action in the actions of that command."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one go command did, or a program that calls go. The sets contain import paths, std included."""

    command: tuple[str, ...]
    """The arguments, as the test gave them; the first is ``go`` or the program."""
    step: int
    """Position of the command in the test, from 1."""
    cwd: Path
    """The root of the module. Relative patterns and relative paths of binaries start here."""
    returncode: int
    """The exit status; negative for a command that a signal ended, as in `subprocess`."""
    stdout: str
    """What the command printed, whole."""
    stderr: str
    """Without the debug lines that Go prints for pytest-gocache."""
    seconds: float
    """Wall time of the command; of a program, without the time in which the library warms a cache for it."""
    actions: tuple[Action, ...] = field(default=(), repr=False)
    """The action graph; empty for a command that has none, like ``go env``."""
    tests: Mapping[str, TestOutcome] = field(default_factory=dict, repr=False)
    """Import path → the outcome that ``go test`` printed for the package."""
    std: frozenset[str] = field(default=frozenset(), repr=False)
    """The packages of the standard library (and of ``cmd``) among `packages`."""
    modules: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Folder relative to the module's root → module path, for each module in the root."""
    downloads: tuple[str, ...] = field(default=(), repr=False)
    """``module@version`` of every module that the command added to the module cache."""
    commands: tuple[Result, ...] = field(default=(), repr=False)
    """The go commands that a program called, in the order of their starts. This result is then the union of them."""
    origins: tuple[Origin, ...] = field(default=(), repr=False)
    """For a union: the origin of each action, by action ID."""
    gaps: tuple[str, ...] = ()
    """What the command may have compiled, linked or vetted unseen, a clause for each gap. Assertions on these actions
    raise `NoEvidenceError`."""
    idle: tuple[str, ...] = ()
    """How it is known that a program compiled, linked and tested nothing, a clause for each fact: ``it called no go
    command``. Empty when a go command that builds was called, when the program failed, and when it is not known."""
    written: tuple[str, ...] = field(default=(), repr=False)
    """The files of the module that a program created or changed, relative to `cwd`; empty for a go command."""
    within: str = ""
    """For a go command of a program: the program, and the folder unless it is the module's root."""
    circumstances: Circumstances = field(default_factory=Circumstances, repr=False, compare=False)
    """The surroundings of the command; default values for a result that is unpickled or made by hand."""
    evidence: Path | None = field(default=None, repr=False, compare=False)
    """The folder with this command's ``graph.json``, ``stdout`` and ``stderr``, until the test ends."""
    previous: Result | None = field(default=None, repr=False, compare=False)
    """The command that the same test ran before this one."""

    def _set(self, what: str, kind: Kind, wanted: Callable[[Action], bool]) -> PackageSet:
        names = (a.package for a in self.actions if a.kind is kind and wanted(a))
        return PackageSet.of(names, self, what, kind)

    @property
    def packages(self) -> PackageSet:
        """Every package that the command considered, compiled or not, in each of its test variants."""
        return self._set("packages", Kind.COMPILE, lambda _: True)

    @property
    def packages_outside_std(self) -> PackageSet:
        """`packages` without the standard library."""
        return self._set("packages_outside_std", Kind.COMPILE, lambda a: a.package not in self.std)

    @property
    def compiled(self) -> PackageSet:
        """Packages whose compile ran, also when the compile failed."""
        return self._set("compiled", Kind.COMPILE, lambda a: a.ran)

    @property
    def compiled_outside_std(self) -> PackageSet:
        """`compiled` without the standard library."""
        return self._set("compiled_outside_std", Kind.COMPILE, lambda a: a.ran and a.package not in self.std)

    @property
    def failed(self) -> PackageSet:
        """Packages whose compile ran and failed."""
        return self._set("failed", Kind.COMPILE, lambda a: a.status is Status.FAILED)

    @property
    def cached(self) -> PackageSet:
        """Packages whose compile came from the build cache."""
        return self._set("cached", Kind.COMPILE, lambda a: a.status is Status.CACHED)

    @property
    def linked(self) -> PackageSet:
        """Main packages (``lib.test`` for a test binary) whose link ran."""
        return self._set("linked", Kind.LINK, lambda a: a.ran)

    @property
    def vetted(self) -> PackageSet:
        """Packages that vet analysed and reported on, without those that it only read for facts."""
        return self._set("vetted", Kind.VET, lambda a: a.ran and not a.facts_only)

    @property
    def max_parallel(self) -> int:
        """The largest number of compiles that ran at the same time."""
        edges: list[tuple[float, int]] = []
        for action in self.compiles():
            if action.ran:
                edges += [(action.started, 1), (action.ended, -1)]
        most = now = 0
        for _, change in sorted(edges):
            now += change
            most = max(most, now)
        return most

    def compiles(self) -> Iterator[Action]:
        """The compile actions, in the order of the graph."""
        return (action for action in self.actions if action.kind is Kind.COMPILE)

    def links(self) -> Iterator[Action]:
        """The link actions, in the order of the graph."""
        return (action for action in self.actions if action.kind is Kind.LINK)

    def numbered(self, number: int) -> Action | None:
        """The action with this ID; None when no action has it."""
        # Go numbers actions in the order of the graph. A search through a large graph for each action takes too long.
        at = self.actions[number] if 0 <= number < len(self.actions) else None
        return at if at and at.id == number else next((a for a in self.actions if a.id == number), None)

    def earlier(self) -> Iterator[Result]:
        """The earlier go commands of the test, the latest first, those that programs called among them."""
        before = self.previous
        while before is not None:
            yield from reversed(before.go_commands)
            before = before.previous

    def origin(self, action: Action) -> tuple[Result, Action]:
        """The go command that has an action of this result, and the action in the result of that command."""
        if not self.commands:
            return self, action
        origin = self.origins[action.id]
        command = self.commands[origin.command]
        return command, command.actions[origin.position]

    def by_command(self, actions: Iterable[Action]) -> list[tuple[Result, list[Action]]]:
        """The go commands that have these actions, each with its actions."""
        grouped: dict[int, tuple[Result, list[Action]]] = {}
        for command, action in map(self.origin, actions):
            grouped.setdefault(id(command), (command, []))[1].append(action)
        return list(grouped.values())

    def testing(self, package: str) -> Result:
        """The go command whose outcome `tests` has for a package."""
        outcome = self.tests.get(package)
        return next((c for c in self.commands if outcome is not None and c.tests.get(package) is outcome), self)

    def short_name(self, package: str) -> str:
        """A package as messages call it: ``./lib`` instead of ``example.com/app/lib``."""
        return short_name(package, self.modules)

    def explain(self, *patterns: str) -> Explanation:
        """Why each compile, link, vet and test of this command ran; with patterns: those of packages that match.

        The explanation compares the inputs of each cache key with those in the latest earlier command of the same
        test. Raises `PatternError` for a pattern that matches no package of the command. Raises `UsageError` for a
        command without an action graph, and for a result that is unpickled or made by hand.
        """
        if self.circumstances.explain is None:
            raise UsageError(
                f"Result.explain: {self.title} has no explanation, because no command of this process returned this "
                "Result: it is unpickled or made by hand"
            )
        with called("Result.explain"):
            return self.circumstances.explain(self, patterns)

    def cache_key(self, pattern: str, kind: Kind = Kind.COMPILE) -> CacheKey:
        """The key under which Go caches the compile of a package, or its link, its vet or its test result.

        ``pattern`` matches one package; ``lib [lib.test]`` names a test variant. Raises `PatternError` for a pattern
        that matches no package or several, `NoEvidenceError` when Go's log does not have the inputs of the key, and
        `UsageError` as `explain` does.
        """
        if self.circumstances.cache_key is None:
            raise UsageError(
                f"Result.cache_key: the keys of {self.title} are not known, because no command of this process "
                "returned this Result: it is unpickled or made by hand"
            )
        with called("Result.cache_key"):
            return self.circumstances.cache_key(self, pattern, kind)

    def save(self, folder: Path | str) -> None:
        """Write what the command did, and the inputs of its cache keys, into a new or empty folder.

        ``load_result(folder)`` reads it, on any machine. The recording has no output of the command, and of its
        environment only settings of the go command, and variables that a cached test read. Raises `RecordingError` for
        a folder that is not empty or cannot be written, and `UsageError` as `explain` does.
        """
        if self.circumstances.save is None:
            raise UsageError(
                f"Result.save: {self.title} cannot be saved, because no command of this process returned this Result: "
                "it is unpickled or made by hand"
            )
        if not isinstance(folder, str | os.PathLike):
            raise UsageError(f"Result.save: {folder!r} is no path of a folder")
        self.circumstances.save(self, Path(folder))

    @property
    def go_commands(self) -> tuple[Result, ...]:
        """The go commands of this result: those that the program called, or the command itself."""
        return (self,) if not self.commands and self.command[:1] == ("go",) else self.commands

    @property
    def title(self) -> str:
        """The command in shell syntax and backquotes, with its step: ``go build ./... (step 3)``."""
        return printable(f"`{shlex.join(self.command)}` ({step_name(self.step)}{self.within and f', {self.within}'})")
