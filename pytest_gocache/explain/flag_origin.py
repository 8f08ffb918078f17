"""Where a changed flag comes from: the one line of the repository's build files that sets it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pytest_gocache.results.inputs import Change, InputKind
from pytest_gocache.results.reasons import Reason
from pytest_gocache.results.result import Result

__all__ = ["flag_origins"]

_MOST_BYTES = 1_000_000
_MOST_FILES = 500
_LONGEST = 90  # characters of a line
_BUILD_FILES = (
    *("GNUmakefile", "makefile", "Makefile", "*.mk", "[Tt]askfile.y*ml", "[Jj]ustfile", "magefile.go", "*.sh"),
    *("magefiles/*.go", "*/*.mk", "*/*.sh", "*Dockerfile*", "*/Dockerfile*", ".goreleaser.y*ml", "goreleaser.y*ml"),
    *(".github/workflows/*.y*ml", ".gitlab-ci.yml", "Jenkinsfile", ".circleci/config.yml"),
)
_COMMENT = re.compile(r"\s*(?:#|//)")
# The flag of the go command that sets an input of the key.
_FLAGS = {
    InputKind.COMPILE_FLAGS: "-gcflags",
    InputKind.ASSEMBLER_FLAGS: "-asmflags",
    InputKind.LINK_FLAGS: "-ldflags",
    InputKind.CGO_C_FLAGS: "CGO_CFLAGS",
    InputKind.CGO_CXX_FLAGS: "CGO_CXXFLAGS",
    InputKind.CGO_PREPROCESSOR_FLAGS: "CGO_CPPFLAGS",
    InputKind.CGO_LINKER_FLAGS: "CGO_LDFLAGS",
}
_SETTINGS = {*_FLAGS.values(), "-tags"}
_VARIABLE = re.compile(r"[\w./-]+\.\w+(?==)")


def flag_origins(result: Result, reasons: Iterable[Reason]) -> tuple[str, ...]:
    """``-ldflags is set in Makefile:4: …``, for each changed flag that exactly one line of the build files sets.

    Only for a program, such as make, whose environment does not give the flag: a test that gives it is the origin.
    """
    flags: dict[str, list[str]] = {}
    for reason in dict.fromkeys(reason.cause or reason for reason in reasons):
        for change in reason.own:
            if name := _flag_of(change):
                flags.setdefault(name, []).extend(_changed_variables(change))
    if not flags or result.command[:1] == ("go",):
        return ()
    env = result.circumstances.env
    by_program = {
        name: words for name, words in flags.items() if name not in env and name not in env.get("GOFLAGS", "")
    }
    lines = list(_lines(result.cwd)) if by_program else []
    found = ((name, _only_line(lines, name, variables)) for name, variables in by_program.items())
    return tuple(f"{name} is set in {line}" for name, line in found if line)


def _flag_of(change: Change) -> str:
    if change.stamped:
        return change.input.name if change.input.name in _SETTINGS else ""
    return _FLAGS.get(change.input.kind, "")


def _changed_variables(change: Change) -> list[str]:
    """The variables of ``-X`` flags whose values differ: ``example.com/app/version.Version``."""
    olds, news = (set(_words(value)) for value in (change.old, change.new))
    return [found[0] for word in sorted(olds ^ news) if (found := _VARIABLE.match(word))]


def _words(value: str | None) -> Sequence[str]:
    try:
        return [word for part in shlex.split(value or "") for word in shlex.split(part)]
    except ValueError:
        return ()


def _only_line(lines: Sequence[tuple[str, str]], name: str, variables: Sequence[str]) -> str:
    """The one line that sets a changed variable, else the one that has the flag; empty when several do, or none."""
    # A Makefile often keeps the import path in a variable of its own: the name behind the last dot is enough.
    wanted = [re.compile(rf"-X.*\.{re.escape(variable.rpartition('.')[2])}=") for variable in dict.fromkeys(variables)]
    for pattern in (*wanted, re.compile(rf"(?<![\w-]){re.escape(name)}\b")):
        places = [(place, line) for place, line in lines if pattern.search(line)]
        if len(places) == 1:
            place, line = places[0]
            return f"{place}: {line if len(line) <= _LONGEST else f'{line[:_LONGEST]} …'}"
    return ""


def _lines(root: Path) -> Iterator[tuple[str, str]]:
    """The lines of the build files, each with its place (``Makefile:4``), without comments."""
    files = dict.fromkeys(file for pattern in _BUILD_FILES for file in sorted(root.glob(pattern)))
    for file in list(files)[:_MOST_FILES]:
        try:
            text = file.read_text(encoding="utf-8", errors="replace") if file.stat().st_size <= _MOST_BYTES else ""
        except OSError:
            continue
        name = file.relative_to(root).as_posix()
        for number, line in enumerate(text.splitlines(), start=1):
            if not _COMMENT.match(line):
                yield f"{name}:{number}", line.strip()
