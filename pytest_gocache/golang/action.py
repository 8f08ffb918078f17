"""What a go command consists of: its actions and its test verdicts, as frozen values."""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["Action", "Kind", "Status", "TestOutcome", "TestStatus", "without_variant"]


class Kind(enum.Enum):
    """What an action does, in Go's words."""

    # A new kind is one more member: graphs, hash logs, explanations and records take what they need from here.
    _value_: str
    modes: tuple[str, ...]
    """The modes of the action graph that are of this kind; Go versions add modes and drop them."""
    past: str
    """What such an action did: ``compiled``."""
    hashed_as: str
    """The first word in the name of such an action's hash block; empty when the hash log has no block of this kind."""

    COMPILE = "compile", ("build",), "compiled", "build"
    LINK = "link", ("link",), "linked", "link"
    VET = "vet", ("vet",), "vetted", "vet"
    TEST = "test", ("test run",), "executed"
    OTHER = "other", (), "run"

    def __new__(cls, value: str, modes: tuple[str, ...] = (), past: str = "", hashed_as: str = "") -> Kind:
        """A member with its words; ``value`` alone is its value."""
        kind = object.__new__(cls)
        kind._value_ = value
        kind.modes, kind.past, kind.hashed_as = modes, past, hashed_as
        return kind

    @property
    def explained(self) -> bool:
        """Whether the inputs of its cache keys explain why such an action ran."""
        return bool(self.hashed_as)

    def of(self, package: str) -> str:
        """An action of this kind: ``link of example.com/app``; a compile has the name of its package."""
        return package if self in (Kind.COMPILE, Kind.OTHER) else f"{self.value} of {package}"


class Status(enum.Enum):
    """What became of an action; of several actions, the status that stands first here says most."""

    FAILED = "failed"
    """It ran its commands, and they failed."""
    RAN = "ran"
    """It ran its commands, and they succeeded."""
    CACHED = "cached"
    """Its output came from the build cache; for a link: the target was up to date."""
    NOT_RUN = "not run"
    """Nothing needed it, or something it depends on failed."""

    @property
    def rank(self) -> int:
        """The position in the order above: 0 says most."""
        return list(Status).index(self)


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
    """Seconds after the command started."""
    ended: float
    commands: tuple[str, ...]
    """The command lines that it ran, as Go recorded them."""
    facts_only: bool = False
    """A vet action that only collects facts of a dependency, and reports nothing."""
    target: str = ""
    """Where a link's binary goes; empty when Go throws it away."""

    @property
    def plain(self) -> str:
        """The package without its test variant: ``lib_test``."""
        return without_variant(self.package)

    @property
    def ran(self) -> bool:
        """Whether the action ran its commands, successfully or not."""
        return self.status in (Status.RAN, Status.FAILED)

    @property
    def content_id(self) -> str:
        """The hash of the output, the last part of the build ID; empty when there is no output."""
        return self.build_id.rpartition("/")[2]


def without_variant(package: str) -> str:
    """A package's name without its test variant: ``lib`` for ``lib [lib.test]``."""
    return package.partition(" [")[0]


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
