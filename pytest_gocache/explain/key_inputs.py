"""Reads the inputs of a cache key, and compares the inputs of two keys."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Container, Iterable
from pathlib import PurePosixPath

from pytest_gocache.golang.compile_flags import CompileFlags
from pytest_gocache.golang.hashlog import HashBlock, quoted_words
from pytest_gocache.results.cache_key import KeyInput
from pytest_gocache.results.inputs import TARGET_VARIABLES, Change, Input, InputKind

__all__ = ["changed_inputs", "compile_flags", "inputs_of", "variant_of"]

_Named = tuple[Input, str]  # an input and its value
_Reader = Callable[[re.Match[str]], list[_Named]]

_ARCHITECTURE = tuple(f"{name}=" for name in (*TARGET_VARIABLES, "GOEXPERIMENT"))
# Inputs that select a variant of a package: for a program, for a test, or only for vet.
_SELECTING = (
    *("goos ", "buildmode ", "omitdebug ", "trimpath", "forcelibrary", "cover ", "fuzz ", "compile ", "asm ", "link "),
    *("vetxonly ", "vetflags "),
)
_LIST = r'(\[(?:"(?:[^"\\]|\\.)*"| )*\])'
# The types of source files, from `go help packages` and go/build: a file of a different type is an embedded file.
_SOURCES = frozenset(
    ".go .c .cc .cpp .cxx .m .h .hh .hpp .hxx .f .F .for .f90 .s .S .sx .swig .swigcxx .syso".split()  # noqa: SIM905
)


def changed_inputs(old: HashBlock | None, new: HashBlock | None) -> tuple[Change, ...]:
    """The inputs that differ between two blocks of the same action, in Go's order, with stamped settings last.

    Stamped settings repeat flags and commits. Empty when one of the blocks is None.
    """
    if old is None or new is None:
        return ()
    # Parsing lines is expensive, and few lines differ: skip the others.
    same = set(old.inputs).intersection(new.inputs)
    before, after = (dict(_named_but(block, same)) for block in (old, new))
    inputs = dict.fromkeys([*after, *before])
    changes = [Change(one, before.get(one), after.get(one)) for one in inputs if before.get(one) != after.get(one)]
    return tuple(sorted(changes, key=lambda change: change.stamped))


def variant_of(block: HashBlock) -> tuple[str, ...]:
    """The inputs that select a variant of a package, as Go hashes them: target, ``-race``, test or program."""
    found = []
    for line in block.inputs:
        if line.startswith(_SELECTING) or line.startswith(_ARCHITECTURE):
            # The last list has the flags of the user, which select no variant.
            found.append(re.sub(_LIST + r"\n$", "", line) if line.startswith(("compile ", "asm ")) else line)
        elif line.startswith("modinfo "):
            found.append("modinfo")  # only in a build for a binary: vet and test compile main packages without it
    return tuple(found)


def inputs_of(block: HashBlock) -> Iterable[KeyInput]:
    """All inputs of a key, in Go's order, without the lines that are the same in every key of the package."""
    same = [line for line in block.inputs if _ALWAYS_THERE.fullmatch(line)]
    return (KeyInput(one.kind, one.name, value) for one, value in _named_but(block, same))


def compile_flags(block: HashBlock) -> CompileFlags:
    """The flags in the key of a compile. Fuzzing and GOCOMPILEDEBUG add flags after the user's."""
    words: list[str] = []
    later: list[str] = []
    for line in block.inputs:
        if match := _COMPILE.fullmatch(line):
            words += quoted_words(match[2] + match[3])
        elif line.startswith("fuzz "):
            later += quoted_words(line)
        elif line.startswith(_GOCOMPILEDEBUG):
            later.append(f"-d={line.removeprefix(_GOCOMPILEDEBUG).rstrip()}")
    return CompileFlags((*words, *later), "trimpath\n" in block.inputs)


def _named_but(block: HashBlock, same: Container[str]) -> Iterable[_Named]:
    """The inputs in the lines of a block, without the lines in ``same``."""
    for line in block.inputs:
        if line in same:
            continue
        if line.startswith("packagemain "):
            # Go hashes the whole build ID of the main package: its action ID, and not only the ID of its content.
            yield Input(InputKind.IMPORT, block.package), line
        else:
            yield from _named(line)


def _named(line: str) -> list[_Named]:
    """The inputs in one hashed line. An unknown line is an `InputKind.UNKNOWN`, so that no change is lost."""
    for pattern, read in _RULES:
        match = pattern.fullmatch(line)
        if match:
            return read(match)
    return [(Input(InputKind.UNKNOWN, line.strip()), "")]


_ALWAYS_THERE = re.compile(r'(?:compile|link|vet)\n|import ".*"\n')
_GOCOMPILEDEBUG = "magic GOCOMPILEDEBUG="
_COMPILE = re.compile(rf"compile ([^\[]*) {_LIST} {_LIST}\n", re.DOTALL)


def _file(match: re.Match[str]) -> list[_Named]:
    name, content = match[1], match[2]
    if name == "_testmain.go":
        return [(Input(InputKind.TEST_LIST), content)]
    embedded = "/" in name or PurePosixPath(name).suffix not in _SOURCES
    return [(Input(InputKind.EMBEDDED_FILE if embedded else InputKind.FILE, name), content)]


def _words(quoted: str) -> str:
    """A list of quoted Go strings in shell syntax: ``["-N" "-l"]`` is ``-N -l``."""
    return shlex.join(quoted_words(quoted)) or "(none)"


def _as(*kinds: InputKind) -> _Reader:
    """A reader for values: each group is the value of an input, of these kinds in order."""
    return lambda match: [(Input(kind), value) for kind, value in zip(kinds, match.groups(), strict=True)]


def _words_as(*kinds: InputKind) -> _Reader:
    """A reader for lists: each group is a list of quoted words, the value of an input."""
    return lambda match: [(Input(kind), _words(value)) for kind, value in zip(kinds, match.groups(), strict=True)]


def _called(kind: InputKind) -> _Reader:
    """A reader for inputs with names: the first group is the name, the second is the value."""
    return lambda match: [(Input(kind, match[1]), match[2])]


def _build_info(match: re.Match[str]) -> list[_Named]:
    """The inputs in build information, as ``go version -m`` prints it: settings with values, modules with versions."""
    named = []
    for line in "".join(quoted_words(match[1])).splitlines():
        fields = line.split("\t")
        if line.startswith("build\t"):
            name, _, value = fields[1].partition("=")
            named.append((Input(InputKind.SETTING, name), value))
        elif line:
            named.append((Input(InputKind.SETTING, " ".join(fields[:2])), " ".join(fields[2:]).strip()))
    return named


def _link(match: re.Match[str]) -> list[_Named]:
    words = [shlex.join(quoted_words(match[2])), match[3]]
    return [(Input(InputKind.LINKER), match[1]), (Input(InputKind.LINK_MODE), " ".join(filter(None, words)))]


# Each line that cmd/go/internal/work hashes in buildActionID and linkActionID (read in Go 1.21 to 1.27).
_RULES: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern, re.DOTALL), read)
    for pattern, read in (
        (r"(go\d[^\n]*|devel [^\n]*)", _as(InputKind.TOOLCHAIN)),
        (r"dir (.*)\n", _as(InputKind.DIRECTORY)),
        (r"module (.*)\n", _as(InputKind.MODULE_VERSION)),
        (r"go (.*)\n", _as(InputKind.LANGUAGE_VERSION)),
        (r"(goos .*)\n", _as(InputKind.TARGET)),
        (r"omitdebug (\S+) standard .*\n", _as(InputKind.OMIT_DEBUG)),
        (r"buildmode (\S+) (goos .*)\n", _as(InputKind.BUILD_MODE, InputKind.TARGET)),
        (r"(trimpath)\n", _as(InputKind.TRIMPATH)),
        (r"(forcelibrary)\n", _as(InputKind.TEST_VARIANT)),
        (r"cgo (.*)\n", _as(InputKind.CGO_TOOL)),
        (
            rf"CC={_LIST} {_LIST} {_LIST} {_LIST}\n",
            _words_as(
                *(InputKind.C_COMPILER, InputKind.CGO_PREPROCESSOR_FLAGS),
                *(InputKind.CGO_C_FLAGS, InputKind.CGO_LINKER_FLAGS),
            ),
        ),
        (r"CC ID(?: ERROR)?=(.*)\n", _as(InputKind.C_COMPILER_ID)),
        (rf"CXX={_LIST} {_LIST}\n", _words_as(InputKind.CXX_COMPILER, InputKind.CGO_CXX_FLAGS)),
        (r"CXX ID(?: ERROR)?=(.*)\n", _as(InputKind.CXX_COMPILER_ID)),
        (rf"FC={_LIST} {_LIST}\n", _words_as(InputKind.FORTRAN_COMPILER, InputKind.CGO_FORTRAN_FLAGS)),
        (r"FC ID(?: ERROR)?=(.*)\n", _as(InputKind.FORTRAN_COMPILER_ID)),
        (
            r"cover (\"[^\"]*\") (.*)\n",
            lambda m: [(Input(InputKind.COVERAGE_MODE), _words(m[1])), (Input(InputKind.COVERAGE_TOOL), m[2])],
        ),
        (r"fuzz (.*)\n", _as(InputKind.FUZZING)),
        (r"modinfo (\"(?:[^\"\\]|\\.)*\")\n", _build_info),
        (
            _COMPILE.pattern,
            lambda m: [(Input(InputKind.COMPILER), m[1]), (Input(InputKind.COMPILE_FLAGS), _words(m[2] + m[3]))],
        ),
        (
            rf"asm ([^\[]*) {_LIST} {_LIST}\n",
            lambda m: [(Input(InputKind.ASSEMBLER), m[1]), (Input(InputKind.ASSEMBLER_FLAGS), _words(m[2] + m[3]))],
        ),
        (rf"link ([^\[]*) {_LIST} (\S+)\n", _link),
        (r"linkflags (.*)\n", _words_as(InputKind.LINK_FLAGS)),
        (r"defaultgodebug (.*)\n", _as(InputKind.DEFAULT_GODEBUG)),
        (r"pgofile (.*)\n", _as(InputKind.PGO_PROFILE)),
        (r"magic (\S+?)=(.*)\n", _called(InputKind.VARIABLE)),
        (r"file (.*) (\S+)\n", _file),
        (r"import ([^\s\"]+) (.*)\n", _called(InputKind.IMPORT)),
        (r"packagefile ([^\s=]+)=(.*)\n", _called(InputKind.IMPORT)),
        (r"GOEXPERIMENT=(.*)\n", _as(InputKind.GOEXPERIMENT)),
        (r"GOROOT=(.*)\n", _as(InputKind.GOROOT)),
        (rf"({'|'.join(TARGET_VARIABLES)})=(.*)\n", _called(InputKind.TARGET_VARIABLE)),
        (r"(GO\w+)=(.*)\n", _called(InputKind.VARIABLE)),
        # vet, in cmd/go/internal/work.Builder.vet.
        (r"vet (.*)\n", _as(InputKind.VET_TOOL)),
        (r"vetxonly (.*)\n", _as(InputKind.VET_TASK)),
        (r"vetflags (.*)\n", _words_as(InputKind.VET_FLAGS)),
        (r"pkg \".*\"\n", lambda _: []),
        (r"vetout \"(.*)\" (.*)\n", _called(InputKind.VET_FACTS)),
    )
)
