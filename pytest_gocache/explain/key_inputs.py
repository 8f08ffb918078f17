"""The inputs of a cache key in a Go engineer's words, and which of them differ between two keys."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Container, Iterable
from pathlib import PurePosixPath

from pytest_gocache.golang.hashlog import HashBlock, quoted_words
from pytest_gocache.results.explanation import FACTS, IMPORT, SETTING, Change

__all__ = ["changed_inputs", "compile_flags", "variant_of"]

# Inputs that tell apart what Go makes of one package at the same time: for a program, for a test, to be vetted only.
_SELECTING = (
    *("goos ", "buildmode ", "omitdebug ", "trimpath", "forcelibrary", "cover ", "fuzz ", "compile ", "asm ", "link "),
    *("vetxonly ", "vetflags "),
)
_LIST = r'(\[(?:"(?:[^"\\]|\\.)*"| )*\])'
# What a package is compiled from besides embedded files: `go help packages` and go/build's list of file types.
_SOURCES = frozenset(
    ".go .c .cc .cpp .cxx .m .h .hh .hpp .hxx .f .F .for .f90 .s .S .sx .swig .swigcxx .syso".split()  # noqa: SIM905
)


def changed_inputs(old: HashBlock | None, new: HashBlock | None) -> tuple[Change, ...]:
    """The inputs that differ between two blocks of the same action, as Go orders them, the stamped settings last.

    Those repeat what flags and commits say elsewhere. Empty when one of the blocks is unknown.
    """
    if old is None or new is None:
        return ()
    # To take lines apart is what costs, and hardly any differ.
    same = set(old.inputs).intersection(new.inputs)
    before, after = (dict(_named_but(block, same)) for block in (old, new))
    names = dict.fromkeys([*after, *before])
    changes = [Change(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]
    return tuple(sorted(changes, key=lambda change: change.stamped))


def variant_of(block: HashBlock) -> tuple[str, ...]:
    """The inputs that select a variant of a package, as Go hashed them: target, ``-race``, and what it is made for."""
    found = []
    for line in block.inputs:
        if line.startswith(_SELECTING) or line.startswith(_ARCHITECTURE):
            # The user's own flags come last, and select nothing.
            found.append(re.sub(_LIST + r"\n$", "", line) if line.startswith(("compile ", "asm ")) else line)
        elif line.startswith("modinfo "):
            found.append("modinfo")  # for a binary; vet and tests compile main packages without
    return tuple(found)


def compile_flags(block: HashBlock) -> list[str]:
    """The flags in the key of a compile, Go's own before the user's, and ``-trimpath``."""
    found = []
    for line in block.inputs:
        match = _COMPILE.fullmatch(line)
        if match:
            found += quoted_words(match[2] + match[3])
        elif line == "trimpath\n":
            found.append("-trimpath")
    return found


def _named_but(block: HashBlock, same: Container[str]) -> Iterable[tuple[str, str]]:
    """The inputs in a block's lines, those of ``same`` left out."""
    for line in block.inputs:
        if line in same:
            continue
        if line.startswith("packagemain "):
            # Here a main package counts with its own action ID, and not only with its content.
            yield f"{IMPORT}{block.name.removeprefix('link ')}", line
        else:
            yield from _named(line)


def _named(line: str) -> list[tuple[str, str]]:
    """The inputs in one hashed line. A line that no rule knows is an input of its own, so that no change is lost."""
    for pattern, read in _RULES:
        match = pattern.fullmatch(line)
        if match:
            return read(match)
    return [(f"input {line.strip()!r}", "")]


_COMPILE = re.compile(rf"compile (.*?) {_LIST} {_LIST}\n", re.DOTALL)


def _file(match: re.Match[str]) -> list[tuple[str, str]]:
    name, content = match[1], match[2]
    if name == "_testmain.go":
        return [("list of its tests", content)]
    embedded = "/" in name or PurePosixPath(name).suffix not in _SOURCES
    return [(f"{'embedded ' if embedded else ''}file {name}", content)]


def _words(quoted: str) -> str:
    """A list of quoted Go strings as a shell would take it: ``["-N" "-l"]`` is ``-N -l``."""
    return shlex.join(quoted_words(quoted)) or "(none)"


def _as(name: str) -> Callable[[re.Match[str]], list[tuple[str, str]]]:
    return lambda match: [(name, match[1])]


def _prefixed(prefix: str) -> Callable[[re.Match[str]], list[tuple[str, str]]]:
    return lambda match: [(prefix + match[1], match[2])]


def _build_info(match: re.Match[str]) -> list[tuple[str, str]]:
    """The lines of what ``go version -m`` prints: settings with values, modules with versions."""
    named = []
    for line in "".join(quoted_words(match[1])).splitlines():
        fields = line.split("\t")
        if fields[0] == "build":
            name, _, value = fields[1].partition("=")
            named.append((f"{SETTING}{name}", value))
        elif line:
            named.append((f"{SETTING}{' '.join(fields[:2])}", " ".join(fields[2:]).strip()))
    return named


_ARCHITECTURE = ("GO386=", "GOAMD64=", "GOARM", "GOMIPS", "GOPPC64=", "GORISCV64=", "GOWASM=", "GOEXPERIMENT=")

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
        (
            rf"CC={_LIST} {_LIST} {_LIST} {_LIST}\n",
            lambda m: [
                ("C compiler command", _words(m[1])),
                ("cgo preprocessor flags", _words(m[2])),
                ("cgo C flags", _words(m[3])),
                ("cgo linker flags", _words(m[4])),
            ],
        ),
        (r"CC ID(?: ERROR)?=(.*)\n", _as("C compiler identity")),
        (
            rf"CXX={_LIST} {_LIST}\n",
            lambda m: [("C++ compiler command", _words(m[1])), ("cgo C++ flags", _words(m[2]))],
        ),
        (r"CXX ID(?: ERROR)?=(.*)\n", _as("C++ compiler identity")),
        (
            rf"FC={_LIST} {_LIST}\n",
            lambda m: [("Fortran compiler command", _words(m[1])), ("cgo Fortran flags", _words(m[2]))],
        ),
        (r"FC ID(?: ERROR)?=(.*)\n", _as("Fortran compiler identity")),
        (
            r"cover (\"[^\"]*\") (.*)\n",
            lambda m: [("coverage mode", _words(m[1])), ("coverage tool", m[2])],
        ),
        (r"fuzz (.*)\n", _as("fuzzing instrumentation")),
        (r"modinfo (\"(?:[^\"\\]|\\.)*\")\n", _build_info),
        (
            _COMPILE.pattern,
            lambda m: [("compiler", m[1]), ("compile flags", _words(m[2] + m[3]))],
        ),
        (rf"asm (.*?) {_LIST} {_LIST}\n", lambda m: [("assembler", m[1]), ("assembler flags", _words(m[2] + m[3]))]),
        (
            r"link (.*?) (\[.*\]) (\S+)\n",
            lambda m: [("linker", m[1]), ("link mode", f"{_words(m[2])} {m[3]}".removeprefix("(none) "))],
        ),
        (r"linkflags (.*)\n", lambda m: [("link flags", _words(m[1]))]),
        (r"defaultgodebug (.*)\n", _as("default GODEBUG settings")),
        (r"pgofile (.*)\n", _as("PGO profile")),
        (r"magic (\S+?)=(.*)\n", _prefixed("")),
        (r"file (.*) (\S+)\n", _file),
        (r"import ([^\s\"]+) (.*)\n", _prefixed(IMPORT)),
        (r"packagefile ([^\s=]+)=(.*)\n", _prefixed(IMPORT)),
        (r"(GO\w+)=(.*)\n", _prefixed("")),
        # vet, in cmd/go/internal/work.Builder.vet.
        (r"vet (.*)\n", _as("vet tool")),
        (r"vetxonly (.*)\n", _as("vet's task")),
        (r"vetflags (.*)\n", lambda m: [("vet flags", _words(m[1]))]),
        (r"pkg \".*\"\n", lambda _: []),
        (r"vetout \"(.*)\" (.*)\n", _prefixed(FACTS)),
    )
)
