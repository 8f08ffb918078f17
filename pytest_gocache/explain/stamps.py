"""The ``-X`` flags of links that set no variable. Go ignores such a flag without a word."""

from __future__ import annotations

import contextlib
import enum
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_gocache.explain.changes import folder_of
from pytest_gocache.explain.history import block_of
from pytest_gocache.golang.action import Action, Kind, Status
from pytest_gocache.golang.hashlog import quoted_words
from pytest_gocache.golang.object_file import StringVariable, in_symbols, string_variables
from pytest_gocache.golang.patterns import near_misses
from pytest_gocache.results.given_flags import enabled_flag, last_value
from pytest_gocache.results.packages import binary_of
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import dependencies_of

__all__ = ["EmptyStamp", "StampFault", "empty_stamps"]

# Flags of the linker whose value may be the next word (`go tool link -h` of Go 1.21 to 1.27), without -X.
_WITH_VALUE = frozenset(
    "B E H I L R T buildid buildmode capturehostobjs cpuprofile extar extld extldflags fipso installsuffix k libgcc "  # noqa: SIM905
    "linkmode memprofile memprofilerate o r tmpdir".split()
)
# The linker sets this variable itself. A binary without a symbol table does not have the name.
_SET_BY_THE_LINKER = b"runtime.buildVersion.str\0"
_VARIABLES = re.compile(r"^var[ \t]+\((.*?)^\)|^var[ \t]+([^(\n].*?)$", re.MULTILINE | re.DOTALL)


class StampFault(enum.Enum):
    """Why a ``-X`` sets no variable. The value is the sentence, for a person."""

    NO_PACKAGE = "the binary has no package {package}"
    NO_VARIABLE = "{package} has no string variable {name}"
    SET_AT_START = "{package} calls a function for the initial value of {name}, which replaces the stamp"
    NOT_USED = "no code of the binary uses {name}"


@dataclass(frozen=True, slots=True)
class EmptyStamp:
    """A ``-X`` that sets a variable in none of several binaries."""

    variable: str
    """The variable as in the flag: ``main.version``."""
    fault: StampFault
    nearest: str = ""
    """The string variable of the binaries with the most similar name; empty when none is similar."""

    def __str__(self) -> str:
        package, _, name = self.variable.rpartition(".")
        fault = self.fault.value.format(package=package, name=name)
        return f"-X {self.variable} stamps nothing: {fault}" + (f"; nearest: {self.nearest}" if self.nearest else "")


def empty_stamps(result: Result, links: Sequence[Action]) -> list[EmptyStamp]:
    """The ``-X`` flags of the links that set a variable in none of the binaries.

    The evidence is the action graph, the compiled packages in GOCACHE, and the symbol table of a binary that is in
    place. Where it is missing, the flag counts as effective.
    """
    faults: dict[str, list[EmptyStamp | None]] = {}
    for command, own in result.by_command(link for link in links if link.status is Status.RAN):
        for link in own:
            linked = _Linked(command, link)
            for variable in linked.stamped():
                faults.setdefault(variable, []).append(linked.empty(variable))
    return [found[0] for found in faults.values() if found[0] and all(found)]


class _Linked:
    """The packages and variables of one link."""

    def __init__(self, command: Result, link: Action) -> None:
        self._command = command
        self._link = link
        compiles = [command.numbered(number) for number in dependencies_of(command, [link])]
        own = [action for action in compiles if action and action.kind is Kind.COMPILE]
        # In the binary, the main package is main, whatever its import path is.
        self._packages = {"main" if a.package == link.package else a.plain: a for a in own}

    def stamped(self) -> Mapping[str, str]:
        """The variables of the ``-X`` flags, with their values. Of several flags for one variable, the last counts."""
        block = block_of(self._command, self._link)
        if block is None or enabled_flag(self._command, "linkshared"):
            return {}
        if last_value(self._command, "buildmode") in ("plugin", "shared"):
            return {}  # main has a different name there, or packages are in other files
        words = [quoted_words(line) for line in block.inputs if line.startswith("linkflags ")]
        return dict(_stamps_in(words[0])) if words else {}

    def empty(self, variable: str) -> EmptyStamp | None:
        """Why a stamp sets no variable of this binary; None when it sets one, and when that is not known."""
        fault = self._fault(variable)
        return fault and EmptyStamp(
            variable, fault, "" if fault is StampFault.SET_AT_START else self._nearest(variable)
        )

    def _fault(self, variable: str) -> StampFault | None:
        package, _, name = variable.rpartition(".")
        compiled = self._packages.get(package)
        if compiled is None:
            return StampFault.NO_PACKAGE
        variables = self._variables(compiled)
        if variables is None:
            return None
        found = next((known for known in variables if known.name == name), None)
        if found is None:
            return StampFault.NO_VARIABLE
        if found.in_init and self._calls_for(compiled, name):
            return StampFault.SET_AT_START
        return StampFault.NOT_USED if self._is_unused(package, name) else None

    def _variables(self, compiled: Action) -> Sequence[StringVariable] | None:
        read = self._command.circumstances.compiled_package
        archive = read(compiled) if read else None
        return None if archive is None else string_variables(archive)

    def _calls_for(self, compiled: Action, name: str) -> bool:
        """Whether a source declares the variable with a call. Code for initial values also reads other variables."""
        block = block_of(self._command, compiled)
        folder = folder_of(self._command, block, compiled) if block else None
        declared = re.compile(rf"(?:^|[\s,]){re.escape(name)}\b[^=\n]*=[^\n]*\(")
        for file in [folder / name for name in block.files] if block and folder else ():
            with contextlib.suppress(OSError):
                text = file.read_text(encoding="utf-8", errors="replace")
                if any(declared.search(found[1] or found[2]) for found in _VARIABLES.finditer(text)):
                    return True
        return False

    def _is_unused(self, package: str, name: str) -> bool:
        """Whether the binary is the one of this link, has a symbol table, and lacks the value of the variable."""
        binary = binary_of(self._command, self._link)
        content = binary.read_bytes() if binary else b""
        same = bool(self._link.action_id) and self._link.action_id.encode() in content
        value = f"{in_symbols(package)}.{name}.str\0".encode()
        return same and _SET_BY_THE_LINKER in content and value not in content

    def _nearest(self, variable: str) -> str:
        known = list(self._known())
        name = variable.rpartition(".")[2]
        alike = [one for one in known if one.rpartition(".")[2].lower() == name.lower() and one != variable]
        return next(iter([*alike, *near_misses(variable, [one for one in known if one != variable])]), "")

    def _known(self) -> Iterator[str]:
        for package, compiled in self._packages.items():
            if compiled.import_path not in self._command.std:
                yield from (f"{package}.{found.name}" for found in self._variables(compiled) or ())


def _stamps_in(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The variables and values of the ``-X`` flags among flags of the linker."""
    rest = iter(words)
    for word in rest:
        name, given, value = word.removeprefix("-").removeprefix("-").partition("=")
        if name in _WITH_VALUE and not given:
            next(rest, "")
        elif name == "X":
            variable, _, stamp = (value if given else next(rest, "")).partition("=")
            yield variable, stamp
