"""Why one action or test ran: a code and facts for programs, and a sentence for people."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_gocache.golang.action import Kind
from pytest_gocache.golang.patterns import short_name
from pytest_gocache.results.cache_event import CacheEvent
from pytest_gocache.results.inputs import Change, own_changes, with_values
from pytest_gocache.results.tables import listed, step_name

__all__ = ["Details", "Reason", "ReasonCode"]


class ReasonCode(enum.Enum):
    """What can make an action or a test run. Each code has the sentence for a person."""

    text: str
    """The sentence, with ``{…}`` for the facts of a `Reason`."""

    # No earlier command had the action.
    FIRST_TIME = "{ran} for the first time in this test"
    FORCED_FIRST_TIME = "forced by {flag}"
    NOT_IN_STEP = "{step} did not include it"
    # The key changed.
    CHANGED = "{changes}{also} since {since}"
    KEY_CHANGED = "its action ID changed since {since}: {before} -> {now}; Go's log does not say why"
    FOLLOWS_VETTED = "only followed: {packages} changed"
    FOLLOWS_IMPORT = "only followed: it imports {packages}"
    FOLLOWS_LINKED = "only followed: it links {packages}"
    FOLLOWS_IMPORTS = "only followed: {chain}"
    FOLLOWS_LINKED_IMPORTS = "only followed: it links {chain}"
    # The key is the same.
    FORCED = "forced by {flag}: {same}"
    FAILED_BEFORE = "its last {kind} ({since}) failed, and failures are not cached"
    VET_NOT_CACHED = "{same}, but before Go 1.26 Go does not cache the vet of named packages"
    NOT_NEEDED_BEFORE = "{same}, but that step did not need its output"
    NOT_REACHED_BEFORE = "{same}, but that step failed before it compiled the package"
    TEST_BINARY_NOT_KEPT = "{same}, but Go keeps no test binaries"
    TEST_BINARY_NEEDED = "{same}, but the test had to run, and Go keeps no test binaries"
    TARGET_NOT_UP_TO_DATE = "{same}, but {file} was missing or had a different build ID"
    GO_RUN_KEEPS_NO_BINARY = "{same}, but before Go 1.24 go run does not keep its binary"
    BINARY_NOT_KEPT = "{same}, but Go did not keep its binary"
    CACHE_EMPTIED = "{same}, but {command} emptied the build cache"
    CACHE_CHANGED = "{same}, but {event} before {step}"
    OLDER_CACHE = "{same}, but the cache restored before {step} is older: {saved}"
    OTHER_GOCACHE = "{same}, but GOCACHE changed: {before} -> {now}"
    OUTPUT_GONE = "{same}, but its output was no longer in the build cache"
    # Tests.
    TEST_CACHE_OFF = "{flag} switches the test cache off"
    TEST_CACHE_OFF_BY_ARGUMENT = "the argument {flag} switches the test cache off"
    NO_PACKAGE_NAMED = "go test without package arguments does not use the test cache: `go test .` does"
    RESULT_NOT_CACHEABLE = "Go does not cache test results {in_go_words}"
    FILE_TOO_NEW = "{file}, which it reads, was modified less than two seconds before the command"
    RESULT_EXPIRED = "its result of {since} was expired by {command}"
    RESULT_EXPIRED_BY_TEST = "its result of {since} was expired by gocache.clear_tests before {step}"
    RESULT_WITHOUT_PROFILE = "{since} kept its result without a coverage profile"
    COVERED_PACKAGE_CHANGED = "a package whose coverage it measures changed since {since}"
    TEST_FAILED_BEFORE = "it failed in {since}, and failures are not cached"
    RESULT_TOO_NEW = (
        "the result of {since} was not kept: {file}, which it reads, was modified less than two seconds before "
        "the command"
    )
    READ_FILE_WRITTEN = (
        "{file}, which it reads, was written while {step} ran: Go keeps no result of a test that reads a file "
        "younger than two seconds"
    )
    RESULT_OF_ARGUMENT_NOT_KEPT = "{since} kept no result: {flag} switches the test cache off"
    RESULT_OF_UNNAMED_NOT_KEPT = "{since} kept no result: go test without package arguments does not use the test cache"
    RESULT_GONE = "{same}, but the result was no longer in the build cache"
    RESULT_NOT_SAVED = "{since} saved no result; Go's log does not say why"
    TEST_BINARY_CHANGED = "its test binary changed: {chain}"
    READS_MIXED = (
        "something that it reads changed since {since}; Go's log does not say what: it has the reads of several "
        "tests mixed, and the list of what this test reads is not in the build cache"
    )
    LOG_OFF_FOR_FILE = "Go's log, which would say why, is off for tests: {file} may start go"
    LOG_OFF_BY_SETTING = "Go's log, which would say why, is off for tests: GODEBUG has gocachehash=0"
    NO_EVIDENCE = "Go's log does not say why"

    def __new__(cls, text: str) -> ReasonCode:
        """Make a member with its sentence. The value of the member is a number."""
        code = object.__new__(cls)
        code._value_ = len(cls.__members__)
        code.text = text
        return code

    @property
    def first(self) -> bool:
        """Whether no earlier command of the test had the action."""
        return self in _FIRST


_FIRST = frozenset({ReasonCode.FIRST_TIME, ReasonCode.FORCED_FIRST_TIME, ReasonCode.NOT_IN_STEP})
_WITHOUT_EVIDENCE = frozenset(
    {
        *(ReasonCode.KEY_CHANGED, ReasonCode.READS_MIXED, ReasonCode.RESULT_NOT_SAVED, ReasonCode.NO_EVIDENCE),
        *(ReasonCode.LOG_OFF_FOR_FILE, ReasonCode.LOG_OFF_BY_SETTING),
    }
)
# Parts of the sentences of the codes.
_PARTS = {
    "same": "nothing in its key changed since {since}",
    "same test": "nothing changed since {since}, which kept its result",
    "also": ", and so did {packages}",
    "output differs": "; the new output differs, so an input that Go does not track changed",
}


@dataclass(frozen=True, slots=True)
class Details:
    """The facts in the sentence of a reason. The code decides which fields are set."""

    flag: str = ""
    """A flag or an argument, with its place: ``-a in GOFLAGS``."""
    file: str = ""
    """A file that a test reads, the target of a link, or a Go file that may start go."""
    command: str = ""
    """The command that cleaned a cache, with its step."""
    event: CacheEvent | None = None
    """What the test did to the build cache."""
    step: int | None = None
    """The step after the event, the step that did not include the action, or that wrote a file."""
    before: str = ""
    """The earlier action ID or GOCACHE."""
    now: str = ""
    """The present action ID or GOCACHE."""
    packages: tuple[str, ...] = ()
    """The imports that an action follows, or that changed together with it."""
    chain: tuple[str, ...] = ()
    """Packages, from the action to the cause."""
    in_go_words: str = ""
    """A phrase from Go's log."""
    output_differs: bool = False
    """Whether the same key gave a different output this time."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one action ran."""

    package: str
    """The package as Go names it, with its test variant: ``lib``, ``lib [lib.test]``."""
    kind: Kind
    """What ran: a compile, a link, a vet, or the package's test."""
    code: ReasonCode
    """The reason, for programs."""
    details: Details = Details()
    """The facts in `summary`: a flag, a file, a command."""
    changes: tuple[Change, ...] = ()
    """The changed inputs of the cache key; empty when the key is the same, or has no earlier key to compare with."""
    since: int | None = None
    """The earlier step that the action is compared with; None when the action ran for the first time."""
    follows: tuple[str, ...] = ()
    """For a follower: the chain of imports, from the package that it imports to the package of `cause`."""
    cause: Reason | None = None
    """For a follower: why the last package of `follows` changed. None when the action is no follower."""
    modules: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """The modules of the command, by folder. Texts name their packages by folder: ``./lib``."""

    @property
    def known(self) -> bool:
        """Whether there is evidence; False when Go's log is gone, or does not contain the key."""
        return self.code not in _WITHOUT_EVIDENCE

    @property
    def first(self) -> bool:
        """Whether no earlier command of the test had the action."""
        return self.code.first

    @property
    def own(self) -> tuple[Change, ...]:
        """The changes that are not in the content of an import, without those that repeat a different change."""
        return tuple(own_changes(self.changes))

    @property
    def name(self) -> str:
        """The package as messages call it: ``./cmd/app``."""
        return short_name(self.package, self.modules)

    @property
    def label(self) -> str:
        """The name, and the kind of action unless it is a compile: ``link of ./cmd/app``."""
        return self.kind.of(self.name)

    @property
    def summary(self) -> str:
        """The sentence, without the name of the package; with a colon when `lines` shows values after it."""
        shown = self.code is ReasonCode.CHANGED and any(change.lines() for change in self.own)
        return f"{self._sentence()}:" if shown else self._sentence()

    def lines(self) -> list[str]:
        """The summary, then the changed values in indented lines."""
        return with_values(self.summary, self.own)

    def line(self) -> str:
        """The summary and the changed values in one line."""
        changes = [(change.what, change.line()) for change in self.own]
        changes = [(what, values) for what, values in changes if values]
        values = [values if len(changes) == 1 else f"{what} {values}" for what, values in changes]
        return f"{self.summary} {'; '.join(values)}" if values else self._sentence()

    def _sentence(self) -> str:
        details = self.details
        names = [short_name(name, self.modules) for name in details.packages]
        facts = {
            "kind": self.kind.value,
            "ran": self.kind.past,
            "since": step_name(self.since),
            "changes": self._what_changed(),
            "flag": details.flag,
            "file": details.file,
            "command": details.command,
            "event": details.event.what if details.event else "",
            "step": step_name(details.step),
            "saved": (details.event.saved or "it was saved earlier") if details.event else "",
            "before": details.before,
            "now": details.now,
            "packages": listed(names),
            "chain": " ← ".join(short_name(name, self.modules) for name in details.chain),
            "in_go_words": details.in_go_words,
        }
        same = _PARTS["same test" if self.kind is Kind.TEST else "same"].format_map(facts)
        also = _PARTS["also"].format_map(facts) if details.packages else ""
        sentence = self.code.text.format_map({**facts, "same": same, "also": also})
        return sentence + _PARTS["output differs"] if details.output_differs else sentence

    def _what_changed(self) -> str:
        # Without own changes, an import changed that is not in the graph of the command.
        changes = self.own or self.changes
        return listed([change.how for change in changes])
