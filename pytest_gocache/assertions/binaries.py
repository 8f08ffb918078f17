"""Assertions on the binaries that a command links."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from pytest_gocache.assertions.failure import fail, named
from pytest_gocache.assertions.idle import what_happened
from pytest_gocache.errors import NoEvidenceError, PatternError
from pytest_gocache.explain.left_in_place import left_in_place
from pytest_gocache.golang.action import Action
from pytest_gocache.golang.patterns import near_misses
from pytest_gocache.results.go_binary import GoBinary, go_binary
from pytest_gocache.results.packages import binary_of
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import links_of
from pytest_gocache.results.tables import counted, rows

__all__ = ["assert_stamped", "assert_variable"]


@named
def assert_stamped(result: Result, setting: str, value: str | None = None, *mains: str) -> None:
    """Every binary has a build setting, as ``go version -m`` prints it; with ``value``, this value.

    ``setting`` is a name such as ``vcs.revision``, ``vcs.modified``, ``-trimpath`` or ``GOARCH``. ``mains`` are
    patterns of main packages; without them, all count. A binary that was up to date before the command counts too, and
    so do the binaries that a program left in place from earlier steps when it called no go (`Result.idle`).

    Raises `AssertionError` for a binary without the setting or with a different value, `UsageError` for a command that
    links nothing, `PatternError` for a pattern that matches no main package, and `NoEvidenceError` for a binary that is
    not there, that a later command replaced, or that has no build ID (``-ldflags=-buildid=``).
    """
    wrong = []
    for link, binary in _binaries(result, mains):
        found = binary.settings.get(setting)
        if found is None or value not in (None, found):
            wrong.append((result.short_name(link.package), [_found(found, setting, binary.settings)]))
    if wrong:
        wanted = f"{setting}={value}" if value is not None else setting
        fail(
            "assert_stamped",
            f"{counted(wrong, 'binary', 'binaries')} of {result.title} without {wanted}",
            rows(wrong),
            *(what_happened(result) if result.idle else ()),
            _on_worktrees(result) if setting.startswith("vcs.") else "",
        )


@named
def assert_variable(result: Result, name: str, value: str, *mains: str) -> None:
    """Every binary of the command has a variable that ``-ldflags=-X=NAME=VALUE`` set to ``value``.

    ``name`` is the import path of the package and the name of the variable: ``main.version``. ``mains`` are patterns of
    main packages; without them, all count. The value is read from the binary: Go ignores an ``-X`` of a variable that
    does not exist or is not used, and such a variable has no value.

    Raises `AssertionError` for a binary in which no ``-X`` set the variable, or set it to a different value, and errors
    as `assert_stamped` does. `NoEvidenceError` as well for a binary that does not show its variables: one without a
    symbol table (``-ldflags=-s``), and one for macOS or Windows.
    """
    wrong = []
    for link, binary in _binaries(result, mains):
        found = binary.variable(name)
        if found != value:
            has = "no -X set it: the package has no such string variable, or the program does not use it"
            wrong.append((result.short_name(link.package), [has if found is None else f"it is {found!r}"]))
    if wrong:
        fail(
            "assert_variable",
            f"{name} is not {value!r} in {counted(wrong, 'binary', 'binaries')} of {result.title}",
            rows(wrong),
            *(what_happened(result) if result.idle else ()),
        )


def _binaries(result: Result, mains: Sequence[str]) -> Iterator[tuple[Action, GoBinary]]:
    """The links that match, each with its binary. An idle program left those of its earlier steps in place."""
    left = left_in_place(result)
    found = [(command, _matching_links(command, mains)) for command in left]
    if not any(links for _, links in found):
        found = [(command, links_of(command, mains)) for command in left or [result]]  # a pattern may match nothing
    for command, links in found:
        yield from _binaries_of(command, links)


def _matching_links(result: Result, mains: Sequence[str]) -> list[Action]:
    """The links that match; empty when the patterns are about binaries of a different command."""
    with suppress(PatternError):
        return links_of(result, mains)
    return []


def _binaries_of(result: Result, links: Iterable[Action]) -> Iterator[tuple[Action, GoBinary]]:
    for link in links:
        file = binary_of(result, link)
        if file is None:
            raise NoEvidenceError(
                f"the binary of {link.package} in {result.title} is not there: go build writes one for a single main "
                "package, or into the file or folder that -o names"
            )
        binary = go_binary(file)
        if binary.build_id != link.build_id:
            why = (
                f"a later command replaced {file}"
                if binary.build_id
                else f"{file} has no build ID to know it by; go_binary(path) reads it all the same"
            )
            raise NoEvidenceError(f"the binary of {link.package} in {result.title} is not known to be there: {why}")
        yield link, binary


def _on_worktrees(result: Result) -> str:
    """Why older versions of Go stamp a different commit: ``.git`` is a file, inside of a repository; else empty."""
    folder = result.go_commands[0].circumstances.cwd if result.go_commands else result.cwd
    nearest, *around = [path for path in (folder, *folder.parents) if (path / ".git").exists()] or [folder]
    if not around or not (nearest / ".git").is_file():
        return ""
    file = os.path.relpath(nearest / ".git", result.cwd)
    return (
        f"{file} is a file, as in a worktree or a submodule: older versions of Go such as 1.25.5 pass over it, "
        "and stamp the commit of the repository around it"
    )


def _found(found: str | None, setting: str, settings: Mapping[str, str]) -> str:
    if found is not None:
        return f"it is {found!r}"
    near = ", ".join(near_misses(setting, settings))
    return f"it has no such setting{near and f'; near it: {near}'}"
