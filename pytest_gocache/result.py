"""What one go command did: frozen values, computed from facts and free of behaviour that touches the world."""

from __future__ import annotations

import enum
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Action", "Kind", "PackageSet", "Result", "Status", "TestOutcome", "TestStatus"]


class Kind(enum.Enum):
    """What an action does, in Go's words."""

    COMPILE = "compile"
    LINK = "link"
    VET = "vet"
    TEST = "test"
    OTHER = "other"


class Status(enum.Enum):
    """What became of an action."""

    RAN = "ran"
    """It ran its commands, and they succeeded."""
    FAILED = "failed"
    """It ran its commands, and they failed."""
    CACHED = "cached"
    """Its output came from the build cache; for a link: the target was up to date."""
    NOT_RUN = "not run"
    """Nothing needed it, or something it depends on failed."""


@dataclass(frozen=True, slots=True)
class Action:
    """One node of Go's action graph."""

    id: int
    """Its number in this command's graph."""
    mode: str
    """Go's own word: ``build``, ``link``, ``vet``, ``test run``, … (source: ``Mode``)."""
    kind: Kind
    package: str
    """Import path, with the test variant as Go names it: ``lib``, ``lib [lib.test]``, ``lib_test [lib.test]``."""
    import_path: str
    """The package that it belongs to, which patterns match: ``lib`` for all three above and for ``lib.test``."""
    scaffold: bool
    """It exists only for a test: the generated ``lib.test`` main package, or the external ``lib_test``."""
    status: Status
    action_id: str
    """The cache key, as Go prints it: 20 characters of base64url; empty when it was never computed."""
    build_id: str
    """``actionID/contentID`` of the output; empty when there is none."""
    deps: tuple[int, ...]
    started: float
    """Seconds after the command's first action became ready."""
    ended: float
    commands: tuple[str, ...]
    """The command lines that it ran, as Go recorded them."""
    facts_only: bool = False
    """A vet action that only collects facts of a dependency, and reports nothing."""

    @property
    def ran(self) -> bool:
        """Whether the action ran its commands, successfully or not."""
        return self.status in (Status.RAN, Status.FAILED)

    @property
    def content_id(self) -> str:
        """The hash of the output, the last part of the build ID; empty when there is no output."""
        return self.build_id.rpartition("/")[2]


class TestStatus(enum.Enum):
    """The verdict that ``go test`` printed for a package."""

    __test__ = False

    PASSED = "passed"
    FAILED = "failed"
    BUILD_FAILED = "build failed"
    NO_TESTS = "no test files"


@dataclass(frozen=True, slots=True)
class TestOutcome:
    """What ``go test`` said about one package."""

    __test__ = False

    package: str
    status: TestStatus
    cached: bool
    """The result was replayed from the test result cache: nothing was executed."""
    seconds: float | None
    """What Go printed; None when it printed no time."""

    @property
    def ran(self) -> bool:
        """Whether the test binary was executed by this command."""
        return not self.cached and self.status in (TestStatus.PASSED, TestStatus.FAILED)


class PackageSet(frozenset[str]):
    """A set of package names that knows what it is, so that a failing ``assert … == {…}`` can say why.

    Every set operation gives a plain ``frozenset``.
    """

    result: Result
    what: str

    @classmethod
    def of(cls, names: Iterable[str], result: Result, what: str) -> PackageSet:
        """The set of ``names``, remembering the ``result`` that it is a part of and its attribute's name."""
        made = cls(names)
        made.result = result
        made.what = what
        return made

    # Stated only for type checkers: they take a comparison of a subclass with a plain set for a mistake otherwise.
    def __eq__(self, other: object) -> bool:
        return frozenset.__eq__(self, other)

    __hash__ = frozenset.__hash__

    def __reduce__(self) -> tuple[type[frozenset[str]], tuple[list[str]]]:
        return frozenset, (sorted(self),)


@dataclass(frozen=True, slots=True)
class Result:
    """What one go command did. The sets hold import paths, the standard library's among them."""

    command: tuple[str, ...]
    """The argument vector, as the test gave it."""
    step: int
    """The how-manieth command of the test this is; the first is 1."""
    cwd: Path
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
    """The go commands inside a command that is not go itself."""
    evidence: Path | None = field(default=None, repr=False, compare=False)
    """The folder with this command's ``graph.json``, ``stdout`` and ``stderr``, until the test ends."""
    previous: Result | None = field(default=None, repr=False, compare=False)
    """The command that the same test ran before this one."""

    def _set(self, what: str, kind: Kind, wanted: Callable[[Action], bool]) -> PackageSet:
        names = (a.package for a in self.actions if a.kind is kind and wanted(a))
        return PackageSet.of(names, self, what)

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

    def earlier(self) -> Iterator[Result]:
        """The test's earlier commands, the latest first."""
        before = self.previous
        while before is not None:
            yield before
            before = before.previous

    @property
    def title(self) -> str:
        """The command as a shell would read it, with its step: ``go build ./... (step 3)`` in backquotes."""
        return f"`{shlex.join(self.command)}` (step {self.step})"
