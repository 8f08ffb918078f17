"""The actions and test outcomes of a go command, as frozen values."""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["Action", "Kind", "Status", "TestOutcome", "TestStatus", "without_variant"]


class Kind(enum.Enum):
    """What an action does."""

    # To add a kind, add a member: graphs, hash logs, explanations and records read its words.
    _value_: str
    modes: tuple[str, ...]
    """The modes of this kind in the action graph. Go versions add and remove modes."""
    past: str
    """The verb in the past: ``compiled``."""
    hashed_as: str
    """The first word of the name of its hash blocks; empty when the hash log has no blocks of this kind."""

    COMPILE = "compile", ("build",), "compiled", "build"
    LINK = "link", ("link",), "linked", "link"
    VET = "vet", ("vet",), "vetted", "vet"
    TEST = "test", ("test run",), "executed"
    OTHER = "other", (), "run"

    def __new__(cls, value: str, modes: tuple[str, ...] = (), past: str = "", hashed_as: str = "") -> Kind:
        """Make a member with its words. Its value is ``value``."""
        kind = object.__new__(cls)
        kind._value_ = value
        kind.modes, kind.past, kind.hashed_as = modes, past, hashed_as
        return kind

    @property
    def explained(self) -> bool:
        """Whether the hash log has the inputs of such actions, so that these can be explained."""
        return bool(self.hashed_as)

    def of(self, package: str) -> str:
        """The text for an action of this kind: ``link of example.com/app``; for a compile only the package."""
        return package if self in (Kind.COMPILE, Kind.OTHER) else f"{self.value} of {package}"


class Status(enum.Enum):
    """What happened to an action, in the order of `rank`."""

    FAILED = "failed"
    """The action ran its commands, and they failed."""
    RAN = "ran"
    """The action ran its commands, and they succeeded."""
    CACHED = "cached"
    """The output came from the build cache. For a link: the target was up to date."""
    NOT_RUN = "not run"
    """Nothing needed the action, or a dependency failed."""

    @property
    def rank(self) -> int:
        """The position in the order of the members: 0 for a failure."""
        return list(Status).index(self)


@dataclass(frozen=True, slots=True)
class Action:
    """One action of Go's action graph."""

    id: int
    """The number of the action in the graph of this command."""
    mode: str
    """``Mode`` in the graph: ``build``, ``link``, ``vet``, ``test run``, …"""
    kind: Kind
    package: str
    """The import path, with the test variant as Go names it: ``lib``, ``lib [lib.test]``, ``lib_test [lib.test]``."""
    import_path: str
    """The package that patterns match: ``lib`` for ``lib [lib.test]``, ``lib_test [lib.test]`` and ``lib.test``."""
    scaffold: bool
    """Whether the package exists only for a test: the generated main package ``lib.test``, or ``lib_test``."""
    status: Status
    action_id: str
    """The cache key, as Go prints it: 20 characters of base64url; empty when Go did not compute it."""
    build_id: str
    """``actionID/contentID`` of the output; empty when there is no output."""
    deps: tuple[int, ...]
    """The IDs of the actions that this one depends on."""
    started: float
    """Seconds after the command started."""
    ended: float
    """Seconds since the first action of the command became ready."""
    commands: tuple[str, ...]
    """The command lines that the action ran, as Go records them."""
    facts_only: bool = False
    """Whether a vet only collects facts of a dependency, and reports nothing."""
    target: str = ""
    """The file of a link's binary; empty when Go throws the binary away."""

    @property
    def plain(self) -> str:
        """The package without its test variant: ``lib_test`` for ``lib_test [lib.test]``."""
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
    """The name of a package without its test variant: ``lib`` for ``lib [lib.test]``."""
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
    """The outcome that ``go test`` printed for one package."""

    __test__ = False

    package: str
    status: TestStatus
    cached: bool
    """Whether Go replayed the result from the test result cache, and executed nothing."""
    seconds: float | None
    """The seconds that Go printed; None when it printed no time."""

    @property
    def ran(self) -> bool:
        """Whether the command executed the test binary."""
        return not self.cached and self.status in (TestStatus.PASSED, TestStatus.FAILED)
