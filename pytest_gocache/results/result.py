"""What one go command did: frozen values, computed from facts and free of behaviour that touches the world."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pytest_gocache.errors import UsageError, printable
from pytest_gocache.golang.action import Action, Kind, Status, TestOutcome
from pytest_gocache.results.cache_event import CacheEvent
from pytest_gocache.results.explanation import Explanation
from pytest_gocache.results.logs import Logs
from pytest_gocache.results.seen_files import Texts

__all__ = ["Circumstances", "Origin", "PackageSet", "Result"]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a command ran in, kept for explanations."""

    env: Mapping[str, str] = field(default_factory=dict)
    """The whole environment."""
    goroot: Path = Path(os.devnull)
    """The GOROOT of the toolchain that ran it."""
    modcache: Path = Path(os.devnull)
    """The GOMODCACHE."""
    cwd: Path = Path()
    """The folder it ran in, from the module's root; absolute for a go command that a program called elsewhere."""
    cpus: int = 1
    """How many CPUs the command may use."""
    started: float = 0.0
    """Epoch seconds."""
    events: tuple[CacheEvent, ...] = ()
    """What the test did to the build cache since the command before."""
    texts: Texts = field(default_factory=Texts)
    """What the module's files were seen to contain, before this command and after it."""
    logs: Logs = field(default_factory=Logs)
    """The parsed logs of the test's commands."""
    explain: Callable[[Result, Sequence[str]], Explanation] | None = None
    """What `Result.explain` calls."""
    rerun: Callable[[Result], Result] | None = None
    """Runs the same command again in an empty build cache of its own, its binaries put elsewhere."""


class PackageSet(frozenset[str]):
    """A set of package names that knows what it is, so that a failing ``assert … == {…}`` can say why.

    Every set operation gives a plain ``frozenset``.
    """

    result: Result
    """The result that it is a part of."""
    what: str
    """The name of its attribute there."""
    kind: Kind
    """The kind of action whose packages these are."""

    @classmethod
    def of(cls, names: Iterable[str], result: Result, what: str, kind: Kind) -> PackageSet:
        """The set of ``names``, with what it knows of itself."""
        made = cls(names)
        made.result = result
        made.what = what
        made.kind = kind
        return made

    # Stated only for type checkers: they take a comparison of a subclass with a plain set for a mistake otherwise.
    def __eq__(self, other: object) -> bool:
        return frozenset.__eq__(self, other)

    __hash__ = frozenset.__hash__

    def __reduce__(self) -> tuple[type[frozenset[str]], tuple[list[str]]]:
        return frozenset, (sorted(self),)


class Origin(NamedTuple):
    """Where an action of a union is from."""

    command: int
    """The position of the go command among the union's."""
    position: int
    """The position of the action among that command's."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one go command did. The sets hold import paths, the standard library's among them."""

    command: tuple[str, ...]
    """The argument vector, as the test gave it."""
    step: int
    """The how-manieth command of the test this is; the first is 1."""
    cwd: Path
    """The module's root: what relative patterns, and relative paths of binaries, start from."""
    returncode: int
    stdout: str
    stderr: str
    """Without the debug lines that the library asked Go for."""
    seconds: float
    """Wall time of the command."""
    actions: tuple[Action, ...] = field(default=(), repr=False)
    """The action graph; empty for a command that has none, like ``go env``."""
    tests: Mapping[str, TestOutcome] = field(default_factory=dict, repr=False)
    """Import path → what ``go test`` said of the package."""
    std: frozenset[str] = field(default=frozenset(), repr=False)
    """The packages of the standard library (and of ``cmd``) among `packages`."""
    modules: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Folder relative to the module's root → module path: what relative patterns are resolved with."""
    downloads: tuple[str, ...] = field(default=(), repr=False)
    """``module@version`` of every module that came into the module cache during the command."""
    commands: tuple[Result, ...] = field(default=(), repr=False)
    """The go commands that a program has called, in the order of their starts; this result is their union."""
    origins: tuple[Origin, ...] = field(default=(), repr=False)
    """Of a union: where each of its actions is from, by action ID."""
    gaps: tuple[str, ...] = ()
    """What it may have compiled, linked or vetted unseen, a clause each; a verdict on these is a `NoEvidenceError`."""
    within: str = ""
    """Of such a go command: the program that called it, and where if it was not in the module's root."""
    circumstances: Circumstances = field(default_factory=Circumstances, repr=False, compare=False)
    """What it ran in; empty for a result that no command of this process gave."""
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
        """Packages whose compile ran its commands, the failed ones among them."""
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
        """Packages whose compiled form came from the build cache."""
        return self._set("cached", Kind.COMPILE, lambda a: a.status is Status.CACHED)

    @property
    def linked(self) -> PackageSet:
        """Main packages (``lib.test`` for a test binary) whose link ran."""
        return self._set("linked", Kind.LINK, lambda a: a.ran)

    @property
    def vetted(self) -> PackageSet:
        """Packages that vet analysed and reported on; those read only for their facts are left out."""
        return self._set("vetted", Kind.VET, lambda a: a.ran and not a.facts_only)

    @property
    def max_parallel(self) -> int:
        """How many compiles overlapped in time, at most."""
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
        """The compile actions, in the graph's order."""
        return (action for action in self.actions if action.kind is Kind.COMPILE)

    def links(self) -> Iterator[Action]:
        """The link actions, in the graph's order."""
        return (action for action in self.actions if action.kind is Kind.LINK)

    def numbered(self, number: int) -> Action | None:
        """The action with this ID; None when there is none."""
        # Go numbers them in the order of its graph. Looking through all of them would take forever in a large one.
        at = self.actions[number] if 0 <= number < len(self.actions) else None
        return at if at and at.id == number else next((a for a in self.actions if a.id == number), None)

    def earlier(self) -> Iterator[Result]:
        """The test's earlier go commands, the latest first; a program stands for those that it has called."""
        before = self.previous
        while before is not None:
            yield from reversed(before.go_commands)
            before = before.previous

    def origin(self, action: Action) -> tuple[Result, Action]:
        """The go command that an action is from, and the action there."""
        if not self.commands:
            return self, action
        origin = self.origins[action.id]
        command = self.commands[origin.command]
        return command, command.actions[origin.position]

    def by_command(self, actions: Iterable[Action]) -> list[tuple[Result, list[Action]]]:
        """The go commands that actions are from, each with its own of them."""
        grouped: dict[int, tuple[Result, list[Action]]] = {}
        for command, action in map(self.origin, actions):
            grouped.setdefault(id(command), (command, []))[1].append(action)
        return list(grouped.values())

    def testing(self, package: str) -> Result:
        """The go command whose outcome stands in `tests` for a package."""
        outcome = self.tests.get(package)
        return next((c for c in self.commands if outcome is not None and c.tests.get(package) is outcome), self)

    def explain(self, *patterns: str) -> Explanation:
        """Why each compile, link, vet and test of this command ran; with patterns: those of packages that match.

        The inputs of the cache keys are held against those of the latest earlier command of the same test. Raises
        `PatternError` for a pattern that matches no package of the command, and `UsageError` for a command without an
        action graph, or whose test has ended.
        """
        if self.circumstances.explain is None:
            raise UsageError(f"{self.title} cannot be explained: only the test that ran it has what it takes")
        return self.circumstances.explain(self, patterns)

    @property
    def go_commands(self) -> tuple[Result, ...]:
        """The go commands that it stands for: those that a program has called, or itself."""
        return (self,) if not self.commands and self.command[:1] == ("go",) else self.commands

    @property
    def title(self) -> str:
        """The command as a shell would read it, with its step: ``go build ./... (step 3)`` in backquotes."""
        return printable(f"`{shlex.join(self.command)}` (step {self.step}{self.within and f', by {self.within}'})")
