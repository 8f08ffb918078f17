"""The inputs of a cache key in a Go engineer's words, and which of them differ between two keys."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pytest_gocache.hashlog import HashBlock, unquote

__all__ = ["Change", "changed_inputs"]

_FILE = "file "
_IMPORT = "import "
_SETTING = "build setting "


@dataclass(frozen=True, slots=True)
class Change:
    """One input of a cache key that is not what it was."""

    what: str
    """``file lib.go``, ``compile flags``, ``import example.com/app/lib``, ``build setting -ldflags``, …"""
    old: str | None
    """The value before; None when the input is new."""
    new: str | None
    """The value now; None when the input is gone."""

    @property
    def imported(self) -> str | None:
        """The import path, when the input is the content of an imported (or linked) package."""
        return self.what.removeprefix(_IMPORT) if self.what.startswith(_IMPORT) else None

    @property
    def stamped(self) -> bool:
        """Whether the input is one of the build settings that Go stamps into a main package."""
        return self.what.startswith(_SETTING)

    @property
    def how(self) -> str:
        """What happened to the input: ``compile flags changed``, ``file lib.go was added``."""
        happened = "was added" if self.old is None else "was removed" if self.new is None else "changed"
        return f"{self.what} {happened}"

    def lines(self) -> list[str]:
        """The old and new values, a line each, marked as a diff marks them; none where they are only content IDs."""
        if self.what.startswith((_FILE, _IMPORT)):
            return []
        if not self.old and not self.new:
            return []
        pairs = (("-", self.old), ("+", self.new))
        return [f"{sign} {value or '(empty)'}" for sign, value in pairs if value is not None]


def changed_inputs(old: HashBlock | None, new: HashBlock | None) -> tuple[Change, ...]:
    """The inputs that differ between two blocks of the same action, as Go orders them, the stamped settings last.

    Those repeat what flags and commits say elsewhere. Empty when one of the blocks is unknown.
    """
    if old is None or new is None:
        return ()
    before, after = (dict(_all_named(block.inputs)) for block in (old, new))
    names = dict.fromkeys([*after, *before])
    changes = [Change(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]
    return tuple(sorted(changes, key=lambda change: change.stamped))


def _all_named(lines: Sequence[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        yield from _named(line)


def _named(line: str) -> list[tuple[str, str]]:
    """The inputs in one hashed line. A line that no rule knows is an input of its own, so that no change is lost."""
    for pattern, read in _RULES:
        match = pattern.fullmatch(line)
        if match:
            return read(match)
    return [(f"input {line.strip()!r}", "")]


_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def _unquoted(literal: str) -> str:
    return unquote(literal.encode("utf-8", "surrogateescape"))


def _words(quoted: str) -> str:
    """A list of quoted Go strings as a shell would take it: ``["-N" "-l"]`` is ``-N -l``."""
    return shlex.join(_unquoted(word) for word in _QUOTED.findall(quoted)) or "(none)"


def _as(name: str) -> Callable[[re.Match[str]], list[tuple[str, str]]]:
    return lambda match: [(name, match[1])]


def _prefixed(prefix: str) -> Callable[[re.Match[str]], list[tuple[str, str]]]:
    return lambda match: [(prefix + match[1], match[2])]


def _build_info(match: re.Match[str]) -> list[tuple[str, str]]:
    """The lines of what ``go version -m`` prints: settings with values, modules with versions."""
    named = []
    for line in _unquoted(match[1]).splitlines():
        fields = line.split("\t")
        if fields[0] == "build":
            name, _, value = fields[1].partition("=")
            named.append((f"{_SETTING}{name}", value))
        elif line:
            named.append((f"{_SETTING}{' '.join(fields[:2])}", " ".join(fields[2:]).strip()))
    return named


# Each line that cmd/go/internal/work hashes in buildActionID and linkActionID (read in Go 1.21 to 1.27).
_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], list[tuple[str, str]]]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), read)
    for pattern, read in (
        (r"(go\d[^\n]*|devel [^\n]*)", _as("toolchain")),
        (r"dir (.*)\n", _as("directory")),
        (r"module (.*)\n", _as("module version")),
        (r"go (.*)\n", _as("language version in go.mod")),
        (r"(goos .*)\n", _as("target")),
        (r"omitdebug (\S+) standard .*\n", _as("omission of debug information")),
        (r"buildmode (\S+) goos (.*)\n", lambda m: [("build mode", m[1]), ("target", f"goos {m[2]}")]),
        (r"(trimpath)\n", _as("-trimpath")),
        (r"(forcelibrary)\n", _as("test variant")),
        (r"cgo (.*)\n", _as("cgo tool")),
        (r"CC=(.*)\n", _as("C compiler command and cgo flags")),
        (r"CC ID(?: ERROR)?=(.*)\n", _as("C compiler identity")),
        (r"CXX=(.*)\n", _as("C++ compiler command and cgo flags")),
        (r"CXX ID(?: ERROR)?=(.*)\n", _as("C++ compiler identity")),
        (r"FC=(.*)\n", _as("Fortran compiler command and flags")),
        (r"FC ID(?: ERROR)?=(.*)\n", _as("Fortran compiler identity")),
        (r"cover (.*)\n", _as("coverage mode")),
        (r"fuzz (.*)\n", _as("fuzzing instrumentation")),
        (r"modinfo (\"(?:[^\"\\]|\\.)*\")\n", _build_info),
        (
            r"compile (.*?) (\[.*?\]) (\[.*\])\n",
            lambda m: [("compiler", m[1]), ("compile flags", _words(m[2] + m[3]))],
        ),
        (r"asm (.*?) (\[.*?\]) (\[.*\])\n", lambda m: [("assembler", m[1]), ("assembler flags", _words(m[2] + m[3]))]),
        (r"link (.*?) (\[.*\]) (\S+)\n", lambda m: [("linker", m[1]), ("link mode", f"{_words(m[2])} {m[3]}")]),
        (r"linkflags (.*)\n", lambda m: [("link flags", _words(m[1]))]),
        (r"defaultgodebug (.*)\n", _as("default GODEBUG settings")),
        (r"pgofile (.*)\n", _as("PGO profile")),
        (r"magic (\S+?)=(.*)\n", _prefixed("")),
        (r"file (.*) (\S+)\n", _prefixed(_FILE)),
        (r"import ([^\s\"]+) (.*)\n", _prefixed(_IMPORT)),
        (r"packagefile ([^\s=]+)=(.*)\n", _prefixed(_IMPORT)),
        # The main package's own build ID: the packagefile line says the same of it.
        (r"packagemain .*\n", lambda _: []),
        (r"(GO\w+)=(.*)\n", _prefixed("")),
    )
)
