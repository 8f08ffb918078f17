"""What a test has read while it ran, by the hash inputs of its result: variables, files, folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pytest_gocache.explain.changes import text_diff
from pytest_gocache.explain.history import log_of
from pytest_gocache.golang.godebug import without_debug_settings
from pytest_gocache.golang.hashlog import HashBlock
from pytest_gocache.results.explanation import NOT_THERE, Change
from pytest_gocache.results.packages import folder_in_modules
from pytest_gocache.results.result import Result

__all__ = ["ONLY_TIME", "as_the_test_names_it", "changed_reads", "names_of_reads"]

ONLY_TIME = " (only its modification time)"
"""What is added to the name of a file whose content is known to be the same."""

# cmd/go/internal/test.computeTestInputsID, and the hashes that it puts in.
_READ = re.compile(r"(env|stat|open|chdir) (.*) ([0-9a-f]{64})\n", re.DOTALL)
_STAT = re.compile(r"stat (\d+) ([0-9a-f]+) (.*) (true|false)\n")
_NAMES = {"env": "environment variable", "chdir": "working folder"}


def names_of_reads(block: HashBlock, result: Result, package: str) -> list[str]:
    """What a test has read; without GODEBUG, which is among the inputs of every result since Go 1.23."""
    names = (what for what, *_ in _reads(block, result, package))
    return [name for name in dict.fromkeys(names) if name != "environment variable GODEBUG"]


def changed_reads(then: Result, old: HashBlock, result: Result, new: HashBlock, package: str) -> Iterator[Change]:
    """What a test had read and would find different now; both blocks are over the same list of names."""
    before = {(op, name): found for _, op, name, found in _reads(old, then, package)}
    said = set()
    for what, op, name, found in _reads(new, result, package):
        was = before.get((op, name), found)
        if was != found and what not in said:
            said.add(what)
            change = Change(
                what, _value(op, log_of(then).by_sum.get(was)), _value(op, log_of(result).by_sum.get(found))
            )
            yield change if op == "env" else _with_text(change, name, then, result)


def as_the_test_names_it(file: str, result: Result, package: str) -> str:
    """A file relative to the package's folder, else to the module's root."""
    for folder in (folder_in_modules(result, package), result.cwd):
        if folder is not None and file.startswith(f"{folder}{os.sep}"):
            return Path(file).relative_to(folder).as_posix()
    return file


def _reads(block: HashBlock, result: Result, package: str) -> Iterator[tuple[str, str, str, str]]:
    """Each thing that was read, in words; Go's operation and name; and the SHA-256 over what was found."""
    for line in block.inputs:
        match = _READ.fullmatch(line)
        if match is not None:
            op, name, found = match.groups()
            shown = name if op == "env" else as_the_test_names_it(name, result, package)
            yield f"{_NAMES.get(op, 'file')} {shown}", op, name, found


def _value(op: str, block: HashBlock | None) -> str:
    """What was found: a variable's value, or a file's size and time."""
    if block is None:
        return "(unknown)"
    found = block.inputs[1:]
    if op == "env":
        return (without_debug_settings("".join(found[1:])) or "(empty)") if found[:1] == ("\x01",) else "(not set)"
    if any(line.startswith("err ") for line in found):
        return NOT_THERE
    entries = []
    name = ""
    for line in found:
        match = _STAT.fullmatch(line)
        if match is None:
            name = line.removeprefix("file ").strip()  # an entry of the folder that was read
        elif match[4] == "false":
            entries.append(f"{name + ': ' if name else ''}{match[1]} bytes, modified {match[3]}")
        elif not name:
            entries.append(f"a folder, modified {match[3]}")
    return "; ".join(dict.fromkeys(entries)) or "a folder"


def _with_text(change: Change, name: str, then: Result, result: Result) -> Change:
    """The change with what is known of the file's content, by which Go does not go."""
    if change.old is None or change.new is None:
        return change
    texts = result.circumstances.texts
    old, new = texts.at(name, then.circumstances.started), texts.at(name, result.circumstances.started)
    if old is None or new is None:
        return change
    if not (change.old.startswith(f"{len(old)} bytes") and change.new.startswith(f"{len(new)} bytes")):
        return change  # somebody else has changed it, too
    return replace(change, what=change.what + ONLY_TIME) if old == new else replace(change, diff=text_diff(old, new))
