"""Why actions ran: frozen values, and how they read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pytest_gocache.golang.action import Kind
from pytest_gocache.results.tables import rows

__all__ = ["FACTS", "IMPORT", "NOT_THERE", "SETTING", "Change", "Explanation", "Reason", "table"]

_MOST_ALIKE = 6  # rows for one cause, or for one reason that many have
_SHORT_LINE = 45
IMPORT = "import "
"""How an input begins that is the content of an imported (or linked) package."""
SETTING = "build setting "
"""How an input begins that Go stamps into a main package."""
FACTS = "facts of "
"""How the input of a vet begins that vet itself has written about an import."""
# Inputs whose values say nothing to a person: content IDs, and words that are there or not.
_WITHOUT_VALUE = ("file ", "embedded file ", IMPORT, FACTS, "list of its tests", "-trimpath", "test variant")
# What says once more what another input says: Go stamps flags into main packages, and a flag may select other inputs.
_REPEATED = {
    "toolchain": ("compiler", "assembler", "linker", "cgo tool", "vet tool", "coverage tool"),
    "target": (
        "GOOS",
        "GOARCH",
        "GO386",
        "GOAMD64",
        "GOARM",
        "GOARM64",
        "GOMIPS",
        "GOMIPS64",
        "GOPPC64",
        "GORISCV64",
        "GOWASM",
    ),
    "-trimpath": (
        *("directory", "module version", "GOROOT"),
        *("-ldflags", "CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_LDFLAGS"),  # not stamped with it
    ),
    "compile flags": ("-gcflags", "-race", "-msan", "-asan", "-buildmode"),
    "assembler flags": ("-asmflags",),
    "cgo preprocessor flags": ("CGO_CPPFLAGS",),
    "cgo C flags": ("CGO_CFLAGS",),
    "cgo C++ flags": ("CGO_CXXFLAGS",),
    "cgo linker flags": ("CGO_LDFLAGS",),
    "GOEXPERIMENT": ("compiler", "assembler", "linker"),
    "coverage mode": ("coverage tool", "list of its tests", "-cover", "-covermode"),
    "PGO profile": ("-pgo",),
    "build mode": ("-buildmode",),
}
_CONTENT_ID = re.compile(r"[\w-]+$|packagemain ")
_LONGEST_VALUE = 200
NOT_THERE = "(not there)"
"""The value of a file that a test looked for in vain."""
_LABELS = {Kind.LINK: "link of ", Kind.VET: "vet of ", Kind.TEST: "test of "}


@dataclass(frozen=True, slots=True)
class Change:
    """One input of a cache key that is not what it was."""

    what: str
    """``file lib.go``, ``compile flags``, ``import example.com/app/lib``, ``build setting -ldflags``, …"""
    old: str | None
    """The value before; None when the input is new."""
    new: str | None
    """The value now; None when the input is gone."""
    diff: tuple[str, ...] = ()
    """For a file whose two texts are known: the lines that differ, each with a ``-`` or a ``+`` before it."""

    @property
    def imported(self) -> str | None:
        """The import path, when the input is the content of an imported (or linked) package."""
        return self.what.removeprefix(IMPORT) if self.what.startswith(IMPORT) else None

    @property
    def stamped(self) -> bool:
        """Whether the input is one of the build settings that Go stamps into a main package."""
        return self.what.startswith(SETTING)

    @property
    def how(self) -> str:
        """What happened to the input: ``compile flags changed``, ``file lib.go was added``."""
        gone = (None, NOT_THERE)
        happened = "was added" if self.old in gone else "was removed" if self.new in gone else "changed"
        return f"{self.what} {happened}"

    def lines(self) -> list[str]:
        """The old and new values, a line each, marked as a diff marks them; none where they are only content IDs."""
        values = [value for value in (self.old, self.new) if value]
        only_ids = self.what.startswith(_WITHOUT_VALUE) and all(_CONTENT_ID.match(value) for value in values)
        if self.diff or only_ids or not values:
            return list(self.diff)
        pairs = (("-", self.old, self.new), ("+", self.new, self.old))
        return [f"{sign} {shortened(value, other) or '(empty)'}" for sign, value, other in pairs if value is not None]

    def line(self) -> str:
        """The old and new values in one line; empty where they are only content IDs."""
        lines = self.lines()
        if self.diff:
            return " ".join(lines) if len(lines) <= 2 else ""  # noqa: PLR2004 - one line changed
        return f"{self.old or 'nothing'} -> {self.new or 'nothing'}" if lines else ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one action ran."""

    package: str
    """The package as Go names it, with its test variant: ``lib``, ``lib [lib.test]``."""
    kind: Kind
    """What ran: a compile, a link, a vet, or the package's test."""
    summary: str
    """One line without the package's name."""
    changes: tuple[Change, ...] = ()
    """What differs in the cache key; empty when the key is the same, or was never computed before."""
    since: int | None = None
    """The step that the action is held against; None when it ran for the first time."""
    follows: tuple[str, ...] = ()
    """For a follower: the packages from what it imports down to the one that changed on its own."""
    cause: Reason | None = None
    """For a follower: why the last one of `follows` is not what it was."""
    known: bool = True
    """False when there is no evidence: Go's log is gone, or lacks this key."""
    first: bool = False
    """No earlier command of the test had this action."""

    @property
    def own(self) -> tuple[Change, ...]:
        """The changes that no import brought, without those that only say again what another one says."""
        return tuple(telling([change for change in self.changes if not change.imported]))

    @property
    def label(self) -> str:
        """The package with what ran, unless it is a compile: ``link of example.com/app/cmd/app``."""
        return f"{_LABELS.get(self.kind, '')}{self.package}"

    def lines(self) -> list[str]:
        """The summary, then what changed, indented below it."""
        values = [(change.what, change.lines()) for change in self.own]
        values = [(what, lines) for what, lines in values if lines]
        if len(self.own) == 1 and values:
            return [self.summary, *(f"  {line}" for line in values[0][1])]
        return [self.summary, *(line for what, lines in values for line in (f"  {what}", *(f"    {x}" for x in lines)))]

    def line(self) -> str:
        """All in one line."""
        changes = [(change.what, change.line()) for change in self.own]
        changes = [(what, values) for what, values in changes if values]
        values = [values if len(changes) == 1 else f"{what} {values}" for what, values in changes]
        return (f"{self.summary} {'; '.join(values)}" if values else self.summary.rstrip(":")).strip()


def shortened(value: str, other: str | None = "") -> str:
    """A long value without what another one has as well, word by word."""
    if len(value) <= _LONGEST_VALUE:
        return value
    words, others = (re.findall(r"[^\s,]+", text) for text in (value, other or ""))
    differing = ", ".join(word for word in words if word not in set(others))
    text = f"… {differing} …" if differing and len(differing) < len(value) else value
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]} …"


def telling(changes: Sequence[Change]) -> list[Change]:
    """The changes without those that only repeat another one: ``-gcflags`` is among the stamped settings, too."""
    repeated = {name for change in changes for name in _REPEATED.get(change.what, ())}
    stamps = repeated | {change.what for change in changes if not change.stamped}
    return [
        change
        for change in changes
        if change.what not in repeated and not (change.stamped and change.what.removeprefix(SETTING) in stamps)
    ]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the actions of one command ran. ``str()`` of it reads as the failure messages do."""

    title: str
    """The command that is explained, with its step."""
    reasons: tuple[Reason, ...]
    """One for each action that ran and was asked for, in the action graph's order."""
    advice: tuple[str, ...] = ()
    """What to do, a line each; only where the evidence fits a known mistake."""

    @property
    def causes(self) -> tuple[Reason, ...]:
        """What is behind it all: the reasons that follow from no other, those outside the patterns included."""
        found = [reason.cause if reason.cause is not None else reason for reason in self.reasons]
        return tuple(dict.fromkeys(found))

    @property
    def followers(self) -> tuple[Reason, ...]:
        """The actions that ran only because of what they import or link."""
        return tuple(reason for reason in self.reasons if reason.cause is not None)

    @property
    def inputs(self) -> tuple[Change, ...]:
        """Every input of a cause that is not what it was, each once."""
        return tuple(dict.fromkeys(change for cause in self.causes for change in cause.own))

    @property
    def unknown(self) -> tuple[Reason, ...]:
        """The actions for which there is no evidence."""
        return tuple(reason for reason in self.reasons if not reason.known)

    def __str__(self) -> str:
        if not self.reasons:
            return f"{self.title}: nothing that was asked for ran"
        listed = set(self.reasons)
        outside = [cause for cause in self.causes if cause not in listed]
        return "\n".join([self.title, table([*outside, *self.reasons], label=True), *self.advice])


def table(reasons: Sequence[Reason], prefix: str = "", *, label: bool = False, total: int = 0) -> str:
    """Reasons in two columns: each cause with its followers below it; what was said once is not said again.

    ``total`` counts the reasons that were left out, too.
    """
    said: list[tuple[str, Sequence[str]]] = []
    first_name: dict[tuple[str, ...], str] = {}
    times = Counter[tuple[str, ...]]()
    last: tuple[str, ...] = ()  # what the last row is about, however short it says that
    all_listed = set(reasons)
    followers: dict[Reason, list[Reason]] = {reason.cause or reason: [] for reason in reasons}
    for reason in reasons:
        if reason.cause is not None:
            followers[reason.cause].append(reason)
    for cause, behind in followers.items():
        listed = cause in all_listed
        if listed:
            lines = tuple(cause.lines())
            name = cause.label if label else cause.package
            first = first_name.setdefault(lines, name)
            times[lines] += 1
            if times[lines] <= _MOST_ALIKE:
                in_full = times[lines] == 1 or (len(lines) == 1 and len(lines[0]) <= _SHORT_LINE)
                said.append((prefix + name, lines if in_full else ["the same" if last == lines else f"as {first}"]))
                last = lines
        rest = [reason for reason in behind[_MOST_ALIKE:] if reason.kind is not Kind.TEST]
        hidden = set(rest if len(rest) > 1 else ())
        for reason in behind:
            if reason in hidden:
                continue
            why = [reason.summary]
            if not listed and reason is behind[0]:
                # Its cause is not in this list: it was expected.
                why = [f"{reason.summary}:", *(f"  {line}" for line in cause.lines())]
            said.append((prefix + (reason.label if label else reason.package), why))
            last = ()
    return rows(said, total=max(total, len(reasons)))
