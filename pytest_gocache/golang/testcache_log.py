"""``GODEBUG=gocachetest=1`` output: what ``go test`` asked of the test result cache, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Lookup", "Lookups", "PackageLookups", "parse_lookups", "without_lookups"]

_SUM = r"[0-9a-f]{64}"
# What cmd/go/internal/test.runCache prints, in Go 1.21 to 1.27.
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


@dataclass(slots=True)
class Lookup:
    """One lookup of a result: first by the inputs of the test binary's link, then by the binary itself."""

    key: str
    """The SHA-256 over the binary and the test's arguments."""
    inputs: str = ""
    """The SHA-256 over what the test had read when it ran last, as that is now; empty when nothing was known of it."""
    missed: str = ""
    """Why nothing was found, in Go's words."""
    too_new: str = ""
    """A file that the test had read, and that was modified less than two seconds ago: Go looks no further."""


@dataclass(slots=True)
class PackageLookups:
    """What ``go test`` asked of the cache for one package, in order."""

    lookups: list[Lookup] = field(default_factory=list)
    saved: dict[str, str] = field(default_factory=dict)
    """A `Lookup`'s key → the SHA-256 over what the test has read in this run; without it the result was not kept."""
    too_new: str = ""
    """A file that the test has read in this run, and that was too new for the result to be kept."""


@dataclass(frozen=True, slots=True)
class Lookups:
    """What ``go test`` asked of the test result cache."""

    packages: Mapping[str, PackageLookups]
    argument: str | None = None
    """The argument that switched the cache off for the whole command, as ``go test`` takes it: ``-count=1``."""
    disabled: str | None = None
    """Another reason for which it was off, in Go's words."""


def parse_lookups(stderr: bytes) -> Lookups:
    """Read a command's stderr; text without such lines gives no lookups."""
    packages: dict[str, PackageLookups] = {}
    argument = disabled = None
    for match in _LINE.finditer(stderr):
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
        return  # the line that it belongs to is lost
    elif "inputs" in text:
        asked.lookups[-1].inputs = text["inputs"]
    elif asked.lookups[-1].missed or asked.lookups[-1].too_new:
        # The lookup has ended: this is said of the run that followed it.
        asked.too_new = text.get("too_new", asked.too_new)
    elif "too_new" in text:
        asked.lookups[-1].too_new = text["too_new"]
    else:
        asked.lookups[-1].missed = text["message"]


def without_lookups(stderr: bytes) -> bytes:
    """The text without these lines."""
    return _LINE.sub(b"", stderr) if b"testcache: " in stderr else stderr
