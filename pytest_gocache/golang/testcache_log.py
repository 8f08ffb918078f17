"""Reads ``GODEBUG=gocachetest=1`` output: the lookups of ``go test`` in the test result cache."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Lookup", "Lookups", "Miss", "PackageLookups", "parse_lookups", "without_lookups"]

_SUM = r"[0-9a-f]{64}"
# The lines of cmd/go/internal/test.runCache in Go 1.21 to 1.27.
_LINE = re.compile(
    rb"^testcache: (?:"
    rb"caching disabled for test argument: (?P<argument>[^\n]*)"
    rb"|caching disabled (?P<disabled>in local directory mode|for package outside [^\n]*)"
    rb"|(?P<package>[^\n ]+): (?:"
    rb"test ID [0-9a-f]+ => (?P<test>%(sum)s)"
    rb"|(?P<save>save )?test ID (?P<of>%(sum)s) => input ID (?P<inputs>%(sum)s) => %(sum)s"
    rb"|input file (?P<too_new>[^\n]*): file used as input is too new"
    rb"|(?P<message>(?:input (?:list|file)|test output|reading|cached cover|coverage metadata)[^\n]*)"
    rb"))\n" % {b"sum": _SUM.encode("ascii")},
    re.MULTILINE,
)


class Miss(enum.Enum):
    """The causes of a miss that an explanation names, each as Go's message starts."""

    EXPIRED = "test output expired"
    NO_COVERAGE_PROFILE = "cached cover profile missing"
    COVERAGE_CHANGED = "coverage metadata changed"


@dataclass(slots=True)
class Lookup:
    """One lookup of a result. Go looks first by the inputs of the test binary's link, then by the binary."""

    key: str
    """The SHA-256 over the binary and the test's arguments."""
    inputs: str = ""
    """The SHA-256 over the present state of what the last run read; empty when Go has no record of that run."""
    missed: str = ""
    """Why Go found no result, in Go's words."""
    too_new: str = ""
    """A file that the last run read and that is less than two seconds old; Go then stops the lookup."""

    @property
    def miss(self) -> Miss | None:
        """The cause in `missed`; None for a different one."""
        return next((miss for miss in Miss if self.missed.startswith(miss.value)), None)


@dataclass(slots=True)
class PackageLookups:
    """The lookups for one package, in order."""

    lookups: list[Lookup] = field(default_factory=list)
    saved: dict[str, str] = field(default_factory=dict)
    """A `Lookup`'s key → the SHA-256 over what this run read; absent when Go did not store the result."""
    too_new: str = ""
    """A file that this run read and that was too new; Go then does not store the result."""


@dataclass(frozen=True, slots=True)
class Lookups:
    """The lookups of one command in the test result cache."""

    packages: Mapping[str, PackageLookups]
    argument: str | None = None
    """The argument that switches the cache off for the whole command, as ``go test`` takes it: ``-count=1``."""
    disabled: str | None = None
    """A different reason why the cache is off, in Go's words."""

    @property
    def names_no_package(self) -> bool:
        """The cache is off because the command names no package."""
        return self.disabled == "in local directory mode"


def parse_lookups(stderr: bytes) -> Lookups:
    """Read a command's stderr. Text without these lines gives no lookups."""
    packages: dict[str, PackageLookups] = {}
    argument = disabled = None
    # Picked by hand first: a regular expression over the thousands of other lines takes ten times as long.
    picked = [line + b"\n" for line in stderr.split(b"\n")[:-1] if line.startswith(b"testcache: ")]
    for match in _LINE.finditer(b"".join(picked)):
        text = {name: value.decode("utf-8", "replace") for name, value in match.groupdict().items() if value}
        if "argument" in text:
            argument = re.sub(r"^-test\.", "-", text["argument"])
        elif "disabled" in text:
            disabled = text["disabled"]
        else:
            _note(packages.setdefault(text["package"], PackageLookups()), text)
    return Lookups(packages, argument, disabled)


def _note(asked: PackageLookups, text: Mapping[str, str]) -> None:
    if "test" in text:
        asked.lookups.append(Lookup(text["test"]))
    elif "save" in text:
        asked.saved[text["of"]] = text["inputs"]
    elif not asked.lookups:
        return  # the line that starts this lookup is missing
    elif "inputs" in text:
        asked.lookups[-1].inputs = text["inputs"]
    elif asked.lookups[-1].missed or asked.lookups[-1].too_new:
        # The lookup has ended. This line is about the run that follows it.
        asked.too_new = text.get("too_new", asked.too_new)
    elif "too_new" in text:
        asked.lookups[-1].too_new = text["too_new"]
    else:
        asked.lookups[-1].missed = text["message"]


def without_lookups(stderr: bytes) -> bytes:
    """The text without these lines."""
    return _LINE.sub(b"", stderr) if b"testcache: " in stderr else stderr
