"""The files and variables that the cache keys of a go command have as inputs."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pytest_gocache.explain.changes import folder_of
from pytest_gocache.explain.history import block_of, index_of, log_of
from pytest_gocache.explain.test_inputs import operations_read
from pytest_gocache.golang.testcache_log import PackageLookups
from pytest_gocache.results.given_flags import arguments_of, called_in
from pytest_gocache.results.result import Result

__all__ = ["KeyInputs", "key_inputs"]

# Go hashes what these files say, and not the files.
_READ_BY_GO = ("/go.mod", "/go.sum", "/go.work", "/go.work.sum", "/default.pgo", "/vendor/modules.txt")


@dataclass(slots=True)
class KeyInputs:
    """The files and variables in the keys of one go command."""

    files: set[str] = field(default_factory=set)
    """Absolute paths."""
    listed: set[str] = field(default_factory=set)
    """The absolute paths of the folders that tests read: every file in them is an input."""
    variables: set[str] = field(default_factory=set)
    """The variables that tests read."""
    folders: dict[str, str] = field(default_factory=dict)
    """Absolute path of a folder → import path of the package in it, without the standard library."""

    def has_file(self, path: str) -> bool:
        """Whether a file is an input, or Go hashes what it says."""
        folder = str(Path(path).parent)
        return path in self.files or folder in self.listed or path.endswith(_READ_BY_GO)

    def package_of(self, path: str) -> str:
        """The package whose folder is the nearest one above a file; empty without one."""
        folders = (str(folder) for folder in Path(path).parents)
        return next((self.folders[folder] for folder in folders if folder in self.folders), "")


def key_inputs(result: Result) -> KeyInputs | None:
    """The inputs of all keys of a go command; None when Go's log does not have all of them."""
    arguments = arguments_of(result)
    if arguments.value("overlay"):
        return None  # the keys have the content of different files than they name
    found = KeyInputs(files=set(_named_in(result)))
    for action in result.compiles():
        # The main package that Go generates for a test has no file of a user, and is not in the log of `go test -n`.
        generated = action.package == f"{action.import_path}.test"
        if generated or action.package in result.std or not action.action_id:
            continue
        block = block_of(result, action)
        if block is None:
            return None
        # Without a folder it is a package of a different module, which may be vendored.
        folder = folder_of(result, block, action) or result.cwd / "vendor" / action.import_path
        found.folders.setdefault(str(folder), action.import_path)
        found.files |= {posixpath.normpath(f"{folder}/{name}") for name in block.files}
    blocks = log_of(result).by_sum
    for asked in index_of(result).lookups.packages.values():
        for digest in _input_ids(asked):
            if digest not in blocks:
                return None
            _add_reads(found, operations_read(blocks[digest]))
        found.files |= {lookup.too_new for lookup in asked.lookups} | {asked.too_new}
    return found


def _named_in(result: Result) -> Iterator[str]:
    """The files that a command names: a profile, a tool or a go.mod. Go has its own ways to track each of these."""
    arguments = arguments_of(result)
    folder = called_in(result)
    for word in (*(value for _, value in arguments.flags), *arguments.packages):
        for name in word.split():  # -exec and -toolexec have arguments
            yield os.path.normpath(folder / name)


def _input_ids(asked: PackageLookups) -> set[str]:
    return {lookup.inputs for lookup in asked.lookups if lookup.inputs} | set(asked.saved.values())


def _add_reads(found: KeyInputs, reads: Iterator[tuple[str, str]]) -> None:
    for operation, name in reads:
        if operation == "env":
            found.variables.add(name)
            continue
        found.files.add(name)
        if operation == "open":
            found.listed.add(name)
