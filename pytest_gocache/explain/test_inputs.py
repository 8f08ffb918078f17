"""The variables, files and folders that a test reads while it runs, from the hash inputs of its result."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_gocache.explain.changes import text_diff
from pytest_gocache.explain.history import log_of
from pytest_gocache.golang.godebug import without_debug_settings
from pytest_gocache.golang.hashlog import HashBlock
from pytest_gocache.results.cache_key import KeyInput
from pytest_gocache.results.inputs import Change, Input, InputKind
from pytest_gocache.results.packages import folder_in_modules
from pytest_gocache.results.result import Result

__all__ = ["changed_reads", "inputs_read", "names_read", "operations_read", "relative_name"]

# Lines that cmd/go/internal/test.computeTestInputsID hashes.
_READ = re.compile(r"(env|stat|open|chdir) (.*) ([0-9a-f]{64})\n", re.DOTALL)
_STAT = re.compile(r"stat (\d+) ([0-9a-f]+) (.*) (true|false)\n")
_KINDS = {"env": InputKind.READ_VARIABLE, "chdir": InputKind.WORKING_FOLDER}


@dataclass(frozen=True, slots=True)
class _Read:
    """One operation of a test that Go logs."""

    operation: str
    """``env``, ``stat``, ``open``, ``chdir``."""
    name: str
    """A variable, or an absolute path."""
    found: str
    """The SHA-256 over the value of the variable, or over size and time of the file."""
    input: Input


def names_read(block: HashBlock, result: Result, package: str) -> list[str]:
    """The inputs that a test reads, as text. GODEBUG is left out: since Go 1.23, every result depends on it."""
    inputs = dict.fromkeys(read.input for read in _reads(block, result, package))
    return [str(one) for one in inputs if one != Input(InputKind.READ_VARIABLE, "GODEBUG")]


def inputs_read(block: HashBlock, result: Result, package: str) -> Iterator[KeyInput]:
    """The inputs that a test reads, with their values: of a variable its value, of a file its size and time."""
    blocks = log_of(result).by_sum
    for read in _reads(block, result, package):
        found = blocks.get(read.found)
        value = _variable(found) if read.operation == "env" else _file(found).text
        yield KeyInput(read.input.kind, read.input.name, "(missing)" if value is None else value)


def changed_reads(then: Result, old: HashBlock, result: Result, new: HashBlock, package: str) -> Iterator[Change]:
    """The changed inputs of a test. Both blocks have the same list of names."""
    before = {(read.operation, read.name): read.found for read in _reads(old, then, package)}
    changed = set()
    for read in _reads(new, result, package):
        was = before.get((read.operation, read.name), read.found)
        if was != read.found and read.input not in changed:
            changed.add(read.input)
            old_found, new_found = log_of(then).by_sum.get(was), log_of(result).by_sum.get(read.found)
            if read.operation == "env":
                yield Change(read.input, _variable(old_found), _variable(new_found))
            else:
                yield _changed_file(read, _file(old_found), _file(new_found), then, result)


def relative_name(file: str, result: Result, package: str) -> str:
    """The path of a file relative to the package's folder, else to the module's root, else as it is."""
    for folder in (folder_in_modules(result, package), result.cwd):
        if folder is not None and file.startswith(f"{folder}{os.sep}"):
            return Path(file).relative_to(folder).as_posix()
    return file


def operations_read(block: HashBlock) -> Iterator[tuple[str, str]]:
    """What a test read: ``env``, ``stat``, ``open`` or ``chdir``, each with a variable or an absolute path."""
    for line in block.inputs:
        match = _READ.fullmatch(line)
        if match is not None:
            yield match[1], match[2]


def _reads(block: HashBlock, result: Result, package: str) -> Iterator[_Read]:
    for line in block.inputs:
        match = _READ.fullmatch(line)
        if match is not None:
            operation, name, found = match.groups()
            shown = name if operation == "env" else relative_name(name, result, package)
            yield _Read(operation, name, found, Input(_KINDS.get(operation, InputKind.READ_FILE), shown))


_UNKNOWN = "(unknown)"


def _variable(block: HashBlock | None) -> str:
    """The value of an environment variable, from its hash block."""
    if block is None:
        return _UNKNOWN
    found = block.inputs[1:]
    return (without_debug_settings("".join(found[1:])) or "(empty)") if found[:1] == ("\x01",) else "(not set)"


@dataclass(frozen=True, slots=True)
class _File:
    """A file or folder that a test read."""

    text: str | None
    """Size and time of the file, or of the entries of the folder; None when it did not exist."""
    size: int | None = None
    """Size of a file in bytes."""
    is_folder: bool = False


def _file(block: HashBlock | None) -> _File:
    if block is None:
        return _File(_UNKNOWN)
    found = block.inputs[1:]
    if any(line.startswith("err ") for line in found):
        return _File(None)
    entries = []
    size = None
    is_folder = False
    name = ""
    for line in found:
        match = _STAT.fullmatch(line)
        if match is None:
            name = line.removeprefix("file ").strip()  # an entry of the folder that was read
        elif match[4] == "false":
            entries.append(f"{name + ': ' if name else ''}{match[1]} bytes, modified {match[3]}")
            size = int(match[1]) if not name else size
        elif not name:
            is_folder = True
            entries.append(f"modified {match[3]}")
    return _File("; ".join(dict.fromkeys(entries)) or "a folder", size, is_folder)


def _changed_file(read: _Read, before: _File, now: _File, then: Result, result: Result) -> Change:
    """The change of a file, and whether its content differs. Go compares only size and time."""
    if before.is_folder and now.is_folder:
        return Change(replace(read.input, kind=InputKind.READ_FOLDER), before.text, now.text)
    change = Change(read.input, before.text, now.text)
    texts = result.circumstances.texts
    old, new = texts.at(read.name, then.circumstances.started), texts.at(read.name, result.circumstances.started)
    if old is None or new is None:
        return change
    if (before.size, now.size) != (len(old), len(new)):
        return change  # a program changed the file, too: the known contents are out of date
    if old == new:
        return replace(change, input=replace(read.input, kind=InputKind.READ_FILE_TIME))
    return replace(change, diff=text_diff(old, new))
