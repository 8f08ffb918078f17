"""The inputs of a cache key: their kinds, the text of each kind, and the changes between two keys."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pytest_gocache.results.tables import difference, shortened

__all__ = ["TARGET_VARIABLES", "Change", "Input", "InputKind", "own_changes", "with_values", "without_repetitions"]

TARGET_VARIABLES = (
    *("GOOS", "GOARCH", "GO386", "GOAMD64", "GOARM", "GOARM64"),
    *("GOMIPS", "GOMIPS64", "GOPPC64", "GORISCV64", "GOWASM"),
)
"""The environment variables that select a target."""


_HIDDEN, _SHOWN = False, True


class InputKind(enum.Enum):
    """The kinds of inputs that Go hashes into cache keys, those of test results among them."""

    text: str
    """The text for a person, with ``{name}`` for the name of the input."""
    shown: bool
    """Whether messages show the values. A person learns nothing from a content ID, or from a flag without a value."""
    absent: str | None
    """The text for a missing file or folder; None for an input that shows nothing when it is missing."""

    TOOLCHAIN = "toolchain"
    TARGET = "target"
    TARGET_VARIABLE = "{name}"
    GOEXPERIMENT = "GOEXPERIMENT"
    GOROOT = "GOROOT"
    VARIABLE = "{name}"  # noqa: PIE796 - __new__ gives it a different value
    LANGUAGE_VERSION = "language version in go.mod"
    MODULE_VERSION = "module version"
    DIRECTORY = "directory"
    TRIMPATH = "-trimpath", _HIDDEN
    BUILD_MODE = "build mode"
    OMIT_DEBUG = "debug information"
    TEST_VARIANT = "test variant", _HIDDEN
    TEST_LIST = "list of tests", _HIDDEN
    FILE = "file {name}", _HIDDEN
    EMBEDDED_FILE = "embedded file {name}", _HIDDEN
    IMPORT = "import {name}", _HIDDEN
    SETTING = "build setting {name}"
    COMPILER = "compiler"
    COMPILE_FLAGS = "compile flags"
    ASSEMBLER = "assembler"
    ASSEMBLER_FLAGS = "assembler flags"
    PGO_PROFILE = "PGO profile"
    COVERAGE_MODE = "coverage mode"
    COVERAGE_TOOL = "coverage tool"
    FUZZING = "fuzzing instrumentation"
    CGO_TOOL = "cgo tool"
    CGO_PREPROCESSOR_FLAGS = "cgo preprocessor flags"
    CGO_C_FLAGS = "cgo C flags"
    CGO_CXX_FLAGS = "cgo C++ flags"
    CGO_FORTRAN_FLAGS = "cgo Fortran flags"
    CGO_LINKER_FLAGS = "cgo linker flags"
    C_COMPILER = "C compiler command"
    C_COMPILER_ID = "C compiler identity"
    CXX_COMPILER = "C++ compiler command"
    CXX_COMPILER_ID = "C++ compiler identity"
    FORTRAN_COMPILER = "Fortran compiler command"
    FORTRAN_COMPILER_ID = "Fortran compiler identity"
    LINKER = "linker"
    LINK_MODE = "link mode"
    LINK_FLAGS = "link flags"
    DEFAULT_GODEBUG = "default GODEBUG settings"
    VET_TOOL = "vet tool"
    VET_TASK = "vet's task"
    VET_FLAGS = "vet flags"
    VET_FACTS = "vet facts of {name}", _HIDDEN
    UNKNOWN = "input {name!r}"
    # What a test reads while it runs.
    TEST_ARGUMENTS = "test arguments"
    READ_VARIABLE = "environment variable {name}"
    READ_FILE = "file {name}", _SHOWN, "(missing)"
    READ_FILE_TIME = "modification time of file {name}"
    READ_FOLDER = "folder {name}", _SHOWN, "(missing)"
    WORKING_FOLDER = "working folder {name}", _SHOWN, "(missing)"

    def __new__(cls, text: str, shown: bool = True, absent: str | None = None) -> InputKind:  # noqa: FBT001, FBT002
        """Make a member with its text. Its value is a number, because two kinds may have the same text."""
        kind = object.__new__(cls)
        kind._value_ = len(cls.__members__)
        kind.text, kind.shown, kind.absent = text, shown, absent
        return kind


_TOOLS = (InputKind.COMPILER, InputKind.ASSEMBLER, InputKind.LINKER)
# An input → the inputs that repeat it: kinds of inputs, and names of the build settings that Go stamps into main
# packages. A variable is also a build setting of the same name.
_REPEATED: Mapping[InputKind, tuple[InputKind | str, ...]] = {
    InputKind.TOOLCHAIN: (*_TOOLS, InputKind.CGO_TOOL, InputKind.VET_TOOL, InputKind.COVERAGE_TOOL),
    InputKind.TARGET: (InputKind.TARGET_VARIABLE, *TARGET_VARIABLES),
    InputKind.TRIMPATH: (
        *(InputKind.DIRECTORY, InputKind.MODULE_VERSION, InputKind.GOROOT, "-trimpath"),
        *("-ldflags", "CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_LDFLAGS"),  # not stamped with -trimpath
    ),
    InputKind.COMPILE_FLAGS: ("-gcflags", "-race", "-msan", "-asan", "-buildmode"),
    InputKind.ASSEMBLER_FLAGS: ("-asmflags",),
    InputKind.CGO_PREPROCESSOR_FLAGS: ("CGO_CPPFLAGS",),
    InputKind.CGO_C_FLAGS: ("CGO_CFLAGS",),
    InputKind.CGO_CXX_FLAGS: ("CGO_CXXFLAGS",),
    InputKind.CGO_LINKER_FLAGS: ("CGO_LDFLAGS",),
    InputKind.GOEXPERIMENT: (*_TOOLS, "GOEXPERIMENT"),
    InputKind.GOROOT: ("GOROOT",),
    InputKind.COVERAGE_MODE: (InputKind.COVERAGE_TOOL, InputKind.TEST_LIST, "-cover", "-covermode"),
    InputKind.PGO_PROFILE: ("-pgo",),
    InputKind.BUILD_MODE: ("-buildmode",),
}
_TIMES = (InputKind.READ_FILE, InputKind.READ_FILE_TIME, InputKind.READ_FOLDER, InputKind.WORKING_FOLDER)
_MOST_CHANGES = 4  # of one action, with their values
_LONGEST_ROW = 120  # characters
_NAMED_AS_SETTINGS = (InputKind.TARGET_VARIABLE, InputKind.VARIABLE)
_HOW = {"added": "{what} was added", "removed": "{what} was removed", "changed": "{what} changed"}


@dataclass(frozen=True, slots=True)
class Input:
    """One input. ``str()`` of it is the text for a person: ``file lib.go``."""

    kind: InputKind
    name: str = ""
    """A file, an import path, a variable or a build setting; empty for a kind with only one input."""

    def __str__(self) -> str:
        return self.kind.text.format(name=self.name)


@dataclass(frozen=True, slots=True)
class Change:
    """One input of a cache key that changed."""

    input: Input
    old: str | None
    """The value before; None when the input is new."""
    new: str | None
    """The value now; None when the input is gone."""
    diff: tuple[str, ...] = ()
    """For a file whose two texts are known: the lines that differ, each after a ``-`` or a ``+``."""

    @property
    def what(self) -> str:
        """The input as text: ``file lib.go``, ``compile flags``, ``import example.com/app/lib``."""
        return str(self.input)

    @property
    def imported(self) -> str | None:
        """The import path, when the input is the content of an imported (or linked) package."""
        return self.input.name if self.input.kind is InputKind.IMPORT else None

    @property
    def stamped(self) -> bool:
        """Whether the input is one of the build settings that Go stamps into a main package."""
        return self.input.kind is InputKind.SETTING

    @property
    def how(self) -> str:
        """What happened to the input: ``compile flags changed``, ``file lib.go was added``."""
        happened = "added" if self.old is None else "removed" if self.new is None else "changed"
        return _HOW[happened].format(what=self.what)

    def lines(self) -> list[str]:
        """The old and the new value, one line each, after ``-`` and ``+``; empty for values that are not shown.

        Two long values that differ in one place are one line: the place, ``…T22:[28:01→33:09]Z``.
        """
        if self.diff or not self.input.kind.shown or not (self.old or self.new):
            return list(self.diff)
        old, new = self._values()
        if differs := self._difference():
            return [differs]
        pairs = (("-", old, new), ("+", new, old))
        return [f"{sign} {shortened(value, other) or '(empty)'}" for sign, value, other in pairs if value is not None]

    def line(self) -> str:
        """The old and the new value in one line; empty for values that are not shown."""
        lines = self.lines()
        if self.diff:
            return " ".join(lines) if len(lines) <= 2 else ""  # noqa: PLR2004 - one line changed
        old, new = self._values()
        if differs := self._difference():
            return differs
        return f"{old or 'nothing'} -> {new or 'nothing'}" if lines else ""

    def _difference(self) -> str:
        old, new = self._values()
        # A row that shows two times as one is half as long, and a folder's time tells little.
        if self.input.kind in _TIMES:
            return difference(old or "", new or "", longer_than=0, share=1 / 3)
        return difference(old or "", new or "")

    def _values(self) -> tuple[str | None, str | None]:
        absent = self.input.kind.absent
        return absent if self.old is None else self.old, absent if self.new is None else self.new


def without_repetitions(changes: Sequence[Change]) -> list[Change]:
    """The changes without those that repeat a different change: Go also stamps ``-gcflags`` as a build setting."""
    repeated: set[InputKind | str] = set()
    for change in changes:
        repeated.update(_REPEATED.get(change.input.kind, ()))
        if change.input.kind in _NAMED_AS_SETTINGS:
            repeated.add(change.input.name)
    return [
        change for change in changes if (change.input.name if change.stamped else change.input.kind) not in repeated
    ]


def own_changes(changes: Iterable[Change]) -> list[Change]:
    """The changes that are not in the content of an import, `without_repetitions`."""
    return without_repetitions([change for change in changes if not change.imported])


def with_values(heading: str, changes: Sequence[Change]) -> list[str]:
    """A heading, and the values of the first changes in indented lines. Of several changes, each has a line, too."""
    values = [(change.what, change.lines()) for change in changes]
    values = [(what, lines) for what, lines in values if lines]
    if len(changes) == 1 and values:
        return [heading, *(f"  {line}" for line in values[0][1])]
    shown = values[:_MOST_CHANGES]
    more = [f"  and {len(values) - len(shown)} more"] if values[_MOST_CHANGES:] else []
    return [heading, *(f"  {line}" for what, lines in shown for line in _row(what, lines)), *more]


def _row(what: str, lines: Sequence[str]) -> list[str]:
    """The name of an input and its values; in one line if they fit."""
    together = f"{what}  {lines[0]}"
    if len(lines) == 1 and len(together) <= _LONGEST_ROW:
        return [together]
    return [what, *(f"  {line}" for line in lines)]
