"""Which go commands a repository's own files run, such as its Makefile and its workflows. Nothing runs here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pytest_gocache.checks.yaml_scalars import YamlError, scalars_of

__all__ = ["KINDS", "MOST_BYTES", "FoundCommand", "build_files", "commands_in", "lines_of_target"]

KINDS = ("Makefile", "Taskfile", "magefile", "workflow", "goreleaser", "Dockerfile", "ko")
"""The kinds of files; the first kind says best what people run."""

MOST_BYTES = 1_000_000
"""The size of the largest build file that is read."""
_GO = re.compile(r"(?<![\w./$-])(?:go|\$[({]GO\w*[)}])\s+(?:-C[ =]\S+\s+)?(build|install|test)(?![\w-])(?!.*\w@)")
_GOTESTSUM = re.compile(r"(?<![\w./$-])gotestsum(?![\w@./-])")
_RULE = re.compile(r"^([^\s:#=][^:#=]*):(?!=)([^=#]*)")
_ASSIGNMENT = re.compile(r"^\s*(?:export\s+)?([\w.-]+)\s*(?:::?|\?)?=[ \t]*(.*?)\s*$", re.MULTILINE)
_VARIABLE = re.compile(r"\$[({]([\w.-]+)[)}]")
_TOOL = re.compile(r"\w@")
_MAGE_TARGET = re.compile(r"^func ([A-Z]\w*)\(", re.MULTILINE)
_MAGE_GO = re.compile(r'"go",\s*"(build|install|test)"')


@dataclass(frozen=True, slots=True)
class FoundCommand:
    """A go command in a file of the repository, and what people type to run it."""

    kind: str
    """One of `KINDS`."""
    purpose: str
    """``build`` or ``test``."""
    command: tuple[str, ...]
    """What runs it, like ``make build``; empty when nothing outside that file can run it."""
    file: str
    """Relative to the repository."""
    line: int
    """The line of the go command, from 1."""
    text: str
    """The go command, as it stands in the file."""


def commands_in(repository: Path) -> tuple[list[FoundCommand], list[str]]:
    """The go commands in the files of ``repository``, and a sentence for each file that cannot be read."""
    found: list[FoundCommand] = []
    unread = []
    for kind, file in build_files(repository):
        name = file.relative_to(repository).as_posix()
        try:
            if file.stat().st_size <= MOST_BYTES:
                found += _READERS[kind](name, file.read_text(encoding="utf-8", errors="replace"))
        except (OSError, YamlError) as error:
            unread.append(f"{name} cannot be read: {error}")
    return found, unread


def build_files(repository: Path) -> Iterator[tuple[str, Path]]:
    """The files that may run go commands, each with its kind."""
    patterns: Mapping[str, Iterable[str]] = {
        "Makefile": ("GNUmakefile", "makefile", "Makefile"),
        "Taskfile": ("Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "taskfile.yaml"),
        "magefile": ("magefile.go", "magefiles/*.go"),
        "workflow": (".github/workflows/*.yml", ".github/workflows/*.yaml"),
        "goreleaser": (".goreleaser.yml", ".goreleaser.yaml", "goreleaser.yml", "goreleaser.yaml"),
        "Dockerfile": ("Dockerfile", "*.Dockerfile", "Dockerfile.*"),
        "ko": (".ko.yaml", ".ko.yml"),
    }
    for kind in KINDS:
        files = [file for pattern in patterns[kind] for file in sorted(repository.glob(pattern)) if file.is_file()]
        # make and task read the first of their names.
        yield from ((kind, file) for file in (files[:1] if kind in ("Makefile", "Taskfile") else files))


def _purpose(line: str) -> str:
    """``build`` or ``test`` for a line that runs a go command; empty for any other line."""
    if line.lstrip().startswith("#"):
        return ""
    found = _GO.search(line)
    if found:
        return "test" if found[1] == "test" else "build"
    return "test" if _GOTESTSUM.search(line) else ""


@dataclass(slots=True)
class _Rule:
    needs: list[str] = field(default_factory=list)
    lines: list[tuple[int, str]] = field(default_factory=list)


def _makefile(name: str, text: str) -> Iterator[FoundCommand]:
    rules = _rules(text)
    for target in rules:
        for purpose in ("build", "test"):
            run = next(_go_lines(rules, target, purpose, set()), None)
            # A file that a rule makes is no name that people type.
            if run and re.fullmatch(r"[\w.-]+", target):
                yield FoundCommand("Makefile", purpose, ("make", target), name, *run)


def lines_of_target(makefile: str, target: str, purpose: str) -> list[tuple[int, str]]:
    """The lines with go commands that make runs for a target and its prerequisites, with their numbers."""
    return list(_go_lines(_rules(makefile), target, purpose, set()))


def _rules(text: str) -> dict[str, _Rule]:
    rules: dict[str, _Rule] = {}
    current: list[_Rule] = []
    for number, line in _expanded(text):
        if line.startswith("\t"):
            for rule in current:
                rule.lines.append((number, line.strip()))
        elif (match := _RULE.match(line)) and "%" not in match[1] and not match[1].startswith("."):
            current = [rules.setdefault(target, _Rule()) for target in match[1].split()]
            needs, _, recipe = match[2].partition(";")
            for rule in current:
                rule.needs += needs.split()
                rule.lines += [(number, recipe.strip())] if recipe.strip() else []
        elif line.strip() and not line.startswith("#"):
            current = []
    return rules


def _expanded(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a Makefile that install no tool, with the values of variables that contain a go command.

    A tool may be in a variable, too: ``TOOL := example.com/tool@v1``.
    """
    lines = list(_joined(text))
    variables = dict(_ASSIGNMENT.findall("\n".join(line for _, line in lines)))
    for number, line in lines:
        value = _VARIABLE.sub(lambda match: variables.get(match[1], ""), line) if " install " in line else ""
        if not _TOOL.search(value):
            yield number, _VARIABLE.sub(lambda match: _go_command(variables, match), line)


def _go_command(variables: Mapping[str, str], match: re.Match[str]) -> str:
    value = variables.get(match[1], "")
    return value if _GO.search(value) else match[0]


def _go_lines(rules: Mapping[str, _Rule], target: str, purpose: str, seen: set[str]) -> Iterator[tuple[int, str]]:
    """The lines that make runs for a target, those of its prerequisites included."""
    if target in seen or target not in rules:
        return
    seen.add(target)
    yield from ((number, line.lstrip("@-+")) for number, line in rules[target].lines if _purpose(line) == purpose)
    for need in rules[target].needs:
        yield from _go_lines(rules, need, purpose, seen)


def _joined(text: str) -> Iterator[tuple[int, str]]:
    """The lines with those that they continue, and the number of the first."""
    begun = ""
    start = 0
    for number, line in enumerate(text.splitlines(), 1):
        start = start if begun else number
        if line.endswith("\\"):
            begun += line[:-1] + " "
            continue
        yield start, re.sub(r"(?<=\S)\s+", " ", begun + line)
        begun = ""
    if begun:
        yield start, begun


def _taskfile(name: str, text: str) -> Iterator[FoundCommand]:
    for path, value, line in scalars_of(text):
        if len(path) > 1 and path[0] == "tasks" and not {"desc", "summary", "status", "sources"} & set(path[2:]):
            for number, shell in _joined(value):
                if purpose := _purpose(shell):
                    yield FoundCommand("Taskfile", purpose, ("task", path[1]), name, line + number - 1, shell.strip())


def _magefile(name: str, text: str) -> Iterator[FoundCommand]:
    targets = list(_MAGE_TARGET.finditer(text))
    for match in _MAGE_GO.finditer(text):
        above = [target for target in targets if target.start() < match.start()]
        if above:
            line = text.count("\n", 0, match.start()) + 1
            purpose = "test" if match[1] == "test" else "build"
            shown = text.splitlines()[line - 1].strip()
            yield FoundCommand("magefile", purpose, ("mage", above[-1][1].lower()), name, line, shown)


def _workflow(name: str, text: str) -> Iterator[FoundCommand]:
    scalars = list(scalars_of(text))
    elsewhere = {path[:-1] for path, _, _ in scalars if path[-1:] == ("working-directory",)}
    for path, value, line in scalars:
        if "steps" in path and path[-1] == "run":
            for number, shell in _joined(value):
                words = () if path[:-1] in elsewhere else _words(shell)
                for purpose in ("build", "test"):
                    if _purpose(shell) == purpose or words[:1] == ("make",):
                        yield FoundCommand("workflow", purpose, words, name, line + number - 1, shell.strip())


def _dockerfile(name: str, text: str) -> Iterator[FoundCommand]:
    for number, line in _joined(text):
        instruction, _, shell = line.strip().partition(" ")
        if instruction.upper() == "RUN":
            for part in re.split(r"&&|;", re.sub(r"^(\s*--\S+)+", "", shell)):
                if purpose := _purpose(part):
                    yield FoundCommand("Dockerfile", purpose, _words(part), name, number, part.strip())


def _goreleaser(name: str, text: str) -> Iterator[FoundCommand]:
    line = next((line for path, _, line in scalars_of(text) if path[:1] == ("builds",)), 0)
    if line:
        command = ("goreleaser", "build", "--snapshot", "--clean", "--single-target")
        yield FoundCommand("goreleaser", "build", command, name, line, "builds")


def _ko(name: str, _text: str) -> Iterator[FoundCommand]:
    # ko pushes images: nothing that a check may run.
    yield FoundCommand("ko", "build", (), name, 1, "ko build")


def _words(shell: str) -> tuple[str, ...]:
    """The words of a command that runs as it is; empty when it needs a shell, or a path of a different machine."""
    if re.search(r"[$`|<>&;*?~(){}\\]", shell):
        return ()
    try:
        words = shlex.split(shell, comments=True)
    except ValueError:
        return ()
    if any(word.startswith("/") or "=/" in word for word in words):
        return ()
    return tuple(words) if words[:1] in (["go"], ["make"], ["gotestsum"]) else ()


_READERS = {
    "Makefile": _makefile,
    "Taskfile": _taskfile,
    "magefile": _magefile,
    "workflow": _workflow,
    "goreleaser": _goreleaser,
    "Dockerfile": _dockerfile,
    "ko": _ko,
}
