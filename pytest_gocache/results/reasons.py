"""Why one action or test ran: a code with the facts, and the sentence that renders them."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from pytest_gocache.golang.action import Kind
from pytest_gocache.results.cache_event import CacheEvent
from pytest_gocache.results.inputs import Change, own_changes, with_values
from pytest_gocache.results.tables import listed

__all__ = ["Details", "Reason", "ReasonCode"]


class ReasonCode(enum.Enum):
    """What can make an action or a test run, each with the sentence for a person."""

    text: str
    """The sentence, with places for the facts of a `Reason`."""

    # There is nothing to compare with.
    FIRST_TIME = "{ran} for the first time in this test"
    FORCED_FIRST_TIME = "forced by {flag}"
    NOT_IN_STEP = "it was no part of step {step}"
    # The key changed.
    CHANGED = "{changes}{also} since step {since}"
    KEY_CHANGED = "its action ID changed since step {since}: {before} -> {now}; Go's log does not say why"
    FOLLOWS_VETTED = "only followed: {packages} changed"
    FOLLOWS_IMPORT = "only followed: it imports {packages}"
    FOLLOWS_LINKED = "only followed: it links {packages}"
    FOLLOWS_IMPORTS = "only followed: {chain}"
    FOLLOWS_LINKED_IMPORTS = "only followed: it links {chain}"
    # The key is the same.
    FORCED = "forced by {flag}: {same}"
    FAILED_BEFORE = "its last {kind} (step {since}) failed, and failures are not cached"
    VET_NOT_CACHED = "{same}, but before Go 1.26 vet analyses the packages that it is given every time"
    NOT_NEEDED_BEFORE = "{same}, which looked its key up and did not need it"
    NOT_REACHED_BEFORE = "{same}, which failed and did not compile it"
    TEST_BINARY_NOT_KEPT = "{same}, but Go keeps no test binaries"
    TEST_BINARY_NEEDED = "{same}, but the test had to run, and Go keeps no test binaries"
    TARGET_NOT_UP_TO_DATE = "{same}, but no binary with its build ID was at {file}"
    GO_RUN_KEEPS_NO_BINARY = "{same}, but go run keeps no binary before Go 1.24"
    BINARY_NOT_KEPT = "{same}, but no binary of it was kept"
    CACHE_EMPTIED = "{same}, but {command} emptied the build cache"
    CACHE_CHANGED = "{same}, but {event} before step {step}"
    OTHER_GOCACHE = "{same}, but in another GOCACHE: that was {before}, this is {now}"
    OUTPUT_GONE = "{same}, but its output was no longer in the build cache"
    # A test.
    TEST_CACHE_OFF = "{flag} switches the test cache off"
    TEST_CACHE_OFF_BY_ARGUMENT = "the argument {flag} switches the test cache off"
    NO_PACKAGE_NAMED = "no package is named, and then go test uses no cached result: `go test .` does"
    RESULT_NOT_CACHEABLE = "Go caches no result {in_go_words}"
    FILE_TOO_NEW = "{file}, which it reads, was modified less than two seconds before the command"
    RESULT_EXPIRED = "its result of step {since} was expired by {command}"
    RESULT_EXPIRED_BY_TEST = "its result of step {since} was expired by gocache.clear_tests before step {step}"
    RESULT_WITHOUT_PROFILE = "step {since} has kept its result without a coverage profile"
    COVERED_PACKAGE_CHANGED = "a package whose coverage it measures changed since step {since}"
    TEST_FAILED_BEFORE = "it failed in step {since}, and failures are not cached"
    RESULT_TOO_NEW = (
        "the result of step {since} was not kept: {file}, which it reads, was modified less than two seconds before "
        "the command"
    )
    RESULT_OF_ARGUMENT_NOT_KEPT = "step {since} ran it with {flag}, and so kept no result"
    RESULT_OF_UNNAMED_NOT_KEPT = "step {since} ran it without a package named, and so kept no result"
    RESULT_GONE = "{same}, but it was no longer in the build cache"
    TEST_BINARY_CHANGED = "its test binary changed: {chain}"
    NO_EVIDENCE = "Go's log does not say why"

    def __new__(cls, text: str) -> ReasonCode:
        """A member with its sentence; its value is a number."""
        code = object.__new__(cls)
        code._value_ = len(cls.__members__)
        code.text = text
        return code


_FIRST = frozenset({ReasonCode.FIRST_TIME, ReasonCode.FORCED_FIRST_TIME, ReasonCode.NOT_IN_STEP})
_WITHOUT_EVIDENCE = frozenset({ReasonCode.KEY_CHANGED, ReasonCode.NO_EVIDENCE})
# Parts of the sentences above.
_PARTS = {
    "same": "nothing in its key changed since step {since}",
    "same test": "nothing changed since step {since}, which kept its result",
    "also": ", and so did {packages}",
    "output differs": "; its output is another one, so something that Go does not track changed",
}


@dataclass(frozen=True, slots=True)
class Details:
    """The facts that a reason's sentence names; its code decides which of them there are."""

    flag: str = ""
    """A flag or an argument, with the place where it was given: ``-a in GOFLAGS``."""
    file: str = ""
    """A file that a test reads, or the target of a link."""
    command: str = ""
    """A different command of the test, with its step."""
    event: CacheEvent | None = None
    """What the test did to the build cache."""
    step: int | None = None
    """The step before which it did so; the step that lacks the action."""
    before: str = ""
    now: str = ""
    """What differs, before and now: an action ID, a GOCACHE."""
    packages: tuple[str, ...] = ()
    """Packages: what the action imports or links, and what changed as well."""
    chain: tuple[str, ...] = ()
    """From the action to the package that changed on its own, with short names."""
    in_go_words: str = ""
    """What Go's log says."""
    output_differs: bool = False
    """The same key gave a different output this time."""


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
    """The facts that `summary` names: a flag, a file, a command."""
    changes: tuple[Change, ...] = ()
    """What differs in the cache key; empty when the key is the same, or was never computed before."""
    since: int | None = None
    """The step that the action is held against; None when it ran for the first time."""
    follows: tuple[str, ...] = ()
    """For a follower: the packages from what it imports down to the one that changed on its own."""
    cause: Reason | None = None
    """For a follower: why the last one of `follows` is not what it was."""

    @property
    def known(self) -> bool:
        """False when there is no evidence: Go's log is gone, or lacks this key."""
        return self.code not in _WITHOUT_EVIDENCE

    @property
    def first(self) -> bool:
        """No earlier command of the test had this action."""
        return self.code in _FIRST

    @property
    def own(self) -> tuple[Change, ...]:
        """The changes that no import brought, without those that only say again what another one says."""
        return tuple(own_changes(self.changes))

    @property
    def label(self) -> str:
        """The package with what ran, unless it is a compile: ``link of example.com/app/cmd/app``."""
        return self.kind.of(self.package)

    @property
    def summary(self) -> str:
        """One line without the package's name; with a colon when the values of `changes` follow in `lines`."""
        shown = self.code is ReasonCode.CHANGED and any(change.lines() for change in self.own)
        return f"{self._sentence()}:" if shown else self._sentence()

    def lines(self) -> list[str]:
        """The summary, then what changed, indented below it."""
        return with_values(self.summary, self.own)

    def line(self) -> str:
        """All in one line."""
        changes = [(change.what, change.line()) for change in self.own]
        changes = [(what, values) for what, values in changes if values]
        values = [values if len(changes) == 1 else f"{what} {values}" for what, values in changes]
        return f"{self.summary} {'; '.join(values)}" if values else self._sentence()

    def _sentence(self) -> str:
        details = self.details
        facts = {
            "kind": self.kind.value,
            "ran": self.kind.past,
            "since": self.since,
            "changes": self._what_changed(),
            "flag": details.flag,
            "file": details.file,
            "command": details.command,
            "event": details.event.what if details.event else "",
            "step": details.step,
            "before": details.before,
            "now": details.now,
            "packages": listed(details.packages),
            "chain": " ← ".join(details.chain),
            "in_go_words": details.in_go_words,
        }
        same = _PARTS["same test" if self.kind is Kind.TEST else "same"].format_map(facts)
        also = _PARTS["also"].format_map(facts) if details.packages else ""
        sentence = self.code.text.format_map({**facts, "same": same, "also": also})
        return sentence + _PARTS["output differs"] if details.output_differs else sentence

    def _what_changed(self) -> str:
        # Without changes of its own, imports changed that are no part of the command's graph.
        changes = self.own or self.changes
        most = len(changes) if self.kind is Kind.TEST else 3
        return listed([change.how for change in changes], most)
