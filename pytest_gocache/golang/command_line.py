"""Reads the arguments of a go command as the go command does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pytest_gocache.golang.quoted import split_words, trimmed

__all__ = [
    "NO_STAMPS",
    "VARIANT_ENV",
    "FlagsForPackages",
    "GoArguments",
    "flags_for_all",
    "flags_of",
    "int_of",
    "is_set",
    "tags_of",
    "variant_flags",
    "without_flag",
]

# Commands that build, and so write an action graph (measured on Go 1.21 to 1.27). go fix does both since Go 1.26.
_BUILDING = frozenset({"build", "fix", "install", "run", "test", "vet"})
# With these, go list computes what a build would do.
_STALE = frozenset({"Stale", "StaleReason"})

# Flags that take the next argument as their value. Every other flag is boolean or is written with "=". Source:
# `go help build`, `go help testflag`, `go help list`, `go help vet`.
_TAKES_VALUE = frozenset(
    """
    C asmflags buildmode compiler covermode coverpkg debug-actiongraph debug-runtime-trace debug-trace exec f gccgoflags
    gcflags installsuffix ldflags mod modfile o overlay p pgo pkgdir reuse tags toolexec vettool
    bench benchtime blockprofile blockprofilerate count coverprofile cpu cpuprofile fuzz fuzzminimizetime fuzztime list
    memprofile memprofilerate mutexprofile mutexprofilefraction outputdir parallel run shuffle skip timeout trace vet
    """.split()  # noqa: SIM905 - a list of words
)

NO_STAMPS = "-buildvcs=false"
"""A GOFLAGS that switches off the stamps of version control. An empty GOFLAGS would not hide that of a file."""

VARIANT_ENV = tuple(
    """
    GOOS GOARCH GO386 GOAMD64 GOARM GOARM64 GOMIPS GOMIPS64 GOPPC64 GORISCV64 GOWASM GOEXPERIMENT GOFIPS140
    CGO_ENABLED CC CXX FC AR GCCGO PKG_CONFIG CGO_CFLAGS CGO_CPPFLAGS CGO_CXXFLAGS CGO_FFLAGS CGO_LDFLAGS
    GOCLOBBERDEADHASH GOSSAFUNC GOSSADIR GOCOMPILEDEBUG GO_EXTLINK_ENABLED
    """.split()  # noqa: SIM905 - a list of words
)
"""The environment variables that select a variant of the standard library's packages."""

# Flags that select a variant. -gcflags and -asmflags do not: without a package pattern they do not reach the standard
# library, and with one they rebuild it.
_VARIANT_BOOLEANS = frozenset({"asan", "cover", "linkshared", "msan", "race", "trimpath"})
_VARIANT_VALUES = frozenset({"buildmode", "compiler", "fuzz", "installsuffix", "pgo", "tags", "toolexec", "vet"})
_FOR_PACKAGES = frozenset({"asmflags", "gcflags"})
_REACH_STD = frozenset({"all", "std", "..."})
_MEANS_COVER = frozenset({"covermode", "coverpkg", "coverprofile"})
_GOFLAG = re.compile(r"--?[^-=]")  # Go refuses any other word in GOFLAGS
_MOST_DIGITS = 70  # in a 64-bit number, written in binary
_TRUE = frozenset({"", "1", "t", "T", "true", "TRUE", "True"})
_FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})
_DEFAULTS = {
    ("buildmode", "default"),
    ("buildmode", "exe"),
    ("compiler", "gc"),
    ("pgo", "auto"),
    ("pgo", "off"),
    ("vet", "off"),
}


@dataclass(frozen=True, slots=True)
class GoArguments:
    """The parts of a go command line. Build one with `GoArguments.read`."""

    verb: str
    """``build``, ``test``, ``mod``, …; empty without one."""
    insert_at: int
    """The index at which the library inserts its flags: after the verb and after ``-C``, which must come first."""
    chdir: str | None
    """The value of ``-C``."""
    flags: tuple[tuple[str, str], ...]
    """``(name, value)`` in the order in which Go reads them, without dashes: those in GOFLAGS first, since the last one
    counts. The value of a bare boolean flag is empty."""
    in_goflags: int
    """How many of `flags`, the first ones, are in GOFLAGS."""
    packages: tuple[str, ...]
    """The arguments after the flags: package patterns or files, and for ``go run`` the program's arguments too."""

    @property
    def builds(self) -> bool:
        """Whether this command writes an action graph."""
        lists = self.is_on("export") or self.is_on("compiled") or ".Stale" in self.value("f") or self._prints_stale()
        return self.verb in _BUILDING or (self.verb == "list" and lists)

    @property
    def compiles(self) -> bool:
        """Whether this command can compile packages: a ``go list`` without ``-export`` does not, and runs only cgo."""
        return self.builds and (self.verb != "list" or self.is_on("export"))

    def value(self, name: str) -> str:
        """The value of a flag; empty without one. The last one counts."""
        return next((value for given, value in reversed(self.flags) if given == name), "")

    def is_on(self, name: str) -> bool:
        """Whether a boolean flag is on. The last one counts."""
        return next((is_set(value) for given, value in reversed(self.flags) if given == name), False)

    def _prints_stale(self) -> bool:
        """Whether a ``go list -json`` prints ``Stale``. Source: ``cmd/go/internal/list``, ``jsonFlag``."""
        on, fields = False, set[str]()
        for name, value in self.flags:
            if name == "json":
                on = value not in _FALSE
                if value not in _TRUE | _FALSE:
                    fields.update(value.split(","))
        return on and (not fields or not fields.isdisjoint(_STALE))

    @classmethod
    def read(cls, args: Sequence[str], goflags: str) -> GoArguments:
        """Read the arguments after ``go``, and the value of GOFLAGS."""
        chdir: str | None = None
        index = 0
        if args and args[0].lstrip("-").partition("=")[0] == "C" and args[0].startswith("-"):
            chdir, index = _value_of(args, 0)
        verb = args[index] if index < len(args) else ""
        index += 1
        if index < len(args) and args[index].startswith("-") and _name(args[index]) == "C":
            chdir, index = _value_of(args, index)
        insert_at = min(index, len(args))
        flags, packages = _split(args, index, flags_after_packages=verb == "test")
        before = flags_of(goflags)
        return cls(verb, insert_at, chdir, (*before, *flags), len(before), tuple(packages))


def _name(arg: str) -> str:
    return arg.lstrip("-").partition("=")[0]


def _flag(arg: str) -> str:
    """The name of a flag; go test takes ``-test.run`` for ``-run``."""
    return _name(arg).removeprefix("test.")


def _value_of(args: Sequence[str], index: int) -> tuple[str, int]:
    """A flag's value and the index after it."""
    _, equals, value = args[index].partition("=")
    if equals:
        return value, index + 1
    return (args[index + 1] if index + 1 < len(args) else ""), index + 2


def _split(args: Sequence[str], index: int, *, flags_after_packages: bool) -> tuple[list[tuple[str, str]], list[str]]:
    flags: list[tuple[str, str]] = []
    packages: list[str] = []
    while index < len(args):
        arg = args[index]
        if arg in ("-args", "--args"):
            break
        if arg == "--":
            packages += args[index + 1 :]
            break
        if arg.startswith("-") and arg != "-":
            name = _flag(arg)
            value, after = _value_of(args, index)
            if "=" not in arg and name not in _TAKES_VALUE:
                value, after = "", index + 1
            flags.append((name, value))
            index = after
            continue
        if not flags_after_packages:
            packages += args[index:]
            break
        packages.append(arg)
        index += 1
    return flags, packages


def without_flag(args: Sequence[str], name: str) -> list[str]:
    """The arguments after ``go``, without every use of the flag ``name`` and its value."""
    kept: list[str] = []
    index = 0
    while index < len(args) and args[index] not in ("--", "-args", "--args"):
        after = index + 1
        if args[index].startswith("-") and _flag(args[index]) in _TAKES_VALUE:
            _, after = _value_of(args, index)
        if not (args[index].startswith("-") and _flag(args[index]) == name):
            kept += args[index:after]
        index = after
    return [*kept, *args[index:]]


def is_set(value: str) -> bool:
    """Whether a boolean flag with this value is on."""
    return value in _TRUE


def flags_for_all(arguments: GoArguments) -> tuple[str, ...]:
    """The ``-gcflags`` and ``-asmflags`` whose pattern reaches the standard library: ``all=…``, ``std=…``, ``…``.

    Go applies the last one that matches a package.
    """
    chosen: dict[str, str] = {}
    for name, value in arguments.flags:
        read = FlagsForPackages.read(value) if name in _FOR_PACKAGES else None
        if read is not None and read.pattern in _REACH_STD:
            chosen.pop(name, None)
            chosen[name] = value
    return tuple(sorted(f"-{name}={value}" for name, value in chosen.items()))


def variant_flags(arguments: GoArguments) -> tuple[str, ...]:
    """The flags that select a variant of the standard library: sorted and normalised."""
    chosen: dict[str, str] = {}
    for name, value in arguments.flags:
        if name in _MEANS_COVER:
            chosen["cover"] = ""
        elif name in _VARIANT_BOOLEANS:
            chosen.pop(name, None)
            if value in _TRUE:
                chosen[name] = ""
        elif name in _VARIANT_VALUES:
            chosen.pop(name, None)
            if value and (name, value) not in _DEFAULTS:
                # Every fuzz target instruments the same packages.
                chosen[name] = "Fuzz" if name == "fuzz" else value
        elif name == "ldflags" and _links_externally(value):
            # External linking pulls in runtime/cgo.
            chosen["ldflags"] = "-linkmode=external"
    return tuple(sorted(f"-{name}={value}" if value else f"-{name}" for name, value in chosen.items()))


def _links_externally(ldflags: str) -> bool:
    read = FlagsForPackages.read(ldflags)
    return read is not None and "linkmode=external" in "=".join(read.words)


def tags_of(value: str) -> frozenset[str]:
    """The build tags in a value of ``-tags``: words if it has a space or a quotation mark, else parted by commas."""
    words = split_words(value) or [] if " " in value or "'" in value else value.split(",")
    return frozenset(filter(None, words))


def flags_of(goflags: str) -> list[tuple[str, str]]:
    """The flags in a GOFLAGS value, as `GoArguments.flags` has them; none in a value that every go command refuses."""
    words = split_words(goflags)
    if words is None or not all(map(_GOFLAG.match, words)):
        return []
    return [(_flag(word), word.partition("=")[2]) for word in words]


@dataclass(frozen=True, slots=True)
class FlagsForPackages:
    """The value of ``-gcflags`` and the like: flags for the tool that compiles or links certain packages."""

    pattern: str
    """The pattern of the packages; empty for those that the command names."""
    words: tuple[str, ...]

    @classmethod
    def read(cls, value: str) -> FlagsForPackages | None:
        """Read a value; None for one that Go refuses. Source: ``cmd/go/internal/load.PerPackageFlag``."""
        value = trimmed(value)
        pattern = ""
        if value and not value.startswith("-"):
            pattern, equals, value = value.partition("=")
            if not equals or not pattern or pattern[0] in "'\"":
                return None
        words = split_words(value)
        return None if words is None else cls(trimmed(pattern), tuple(words))


def int_of(value: str) -> int | None:
    """The value of a flag that takes a number, such as ``-p``; None for one that Go refuses. ``010`` is eight."""
    digits = re.sub(r"^([+-]?)0(?=_?[0-7])", r"\g<1>0o", value)
    try:
        return int(digits, 0) if len(digits) <= _MOST_DIGITS and digits.isascii() and digits == digits.strip() else None
    except ValueError:
        return None
