"""The assertion that two commands, or two files, have the same bytes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.assertions.failure import fail, named
from pytest_gocache.assertions.reproducible.advice import advice_for
from pytest_gocache.assertions.reproducible.builds import sizes_of
from pytest_gocache.assertions.reproducible.conditions import PathKind
from pytest_gocache.assertions.reproducible.contents import FileDifference, difference_of_files, diffoscope_lines
from pytest_gocache.assertions.reproducible.first_difference import first_difference
from pytest_gocache.errors import NoEvidenceError, UsageError
from pytest_gocache.golang.buildinfo import build_id_of, find_build_info
from pytest_gocache.golang.patterns import near_misses
from pytest_gocache.results.go_binary import GoBinary
from pytest_gocache.results.left_binaries import left_binaries
from pytest_gocache.results.packages import binary_of, sha256_of
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import compiles_of
from pytest_gocache.results.tables import counted, rows

__all__ = ["assert_same_bytes"]

_MOST_FILES = 4  # whose contents are explained


@dataclass(frozen=True, slots=True)
class _Output:
    """A file, or the compiled form of a package."""

    content: str
    """A hash of the content."""
    file: Path | None = None


@named
def assert_same_bytes(one: Result | GoBinary | Path | str, other: Result | GoBinary | Path | str) -> None:
    """The outputs of two commands are the same, byte by byte; or two files are.

    Of two results, the assertion compares the binaries of each main package that both commands link and leave in place,
    and the Go binaries that programs write. When there are none, it compares the compiled form of the packages outside
    of the standard library. The commands may be of different machines and toolchains. A path is absolute, or relative
    to the current folder; files may be of any kind.

    Raises `AssertionError` when the bytes differ, with what makes the difference, as `assert_reproducible` explains it.
    Raises `UsageError` for a result and a file, for a file that cannot be read, for twice the same file, and for
    commands without an output in common. Raises `NoEvidenceError` for a binary that a later command replaced, and for
    one that has no build ID to know it by.
    """
    if isinstance(one, Result) and isinstance(other, Result):
        _compare_results(one, other)
    elif isinstance(one, Result) or isinstance(other, Result):
        raise UsageError("one argument is a Result and the other a file: give two results, or two files")
    else:
        _compare_files(_file(one), _file(other))


def _compare_files(one: Path, other: Path) -> None:
    if one.samefile(other):
        raise UsageError(f"{one} and {other} are the same file")
    if sha256_of(one) != sha256_of(other):
        difference = _difference_of(other.name, (one, other), ({}, {}))
        fail("assert_same_bytes", f"{one} and {other} differ", f"    {sizes_of((one, other))}", *difference.lines())


def _file(given: GoBinary | Path | str | Result) -> Path:
    file = given.path if isinstance(given, GoBinary) else Path(given)  # type: ignore[arg-type] # no Result gets here
    if not file.is_file():
        near = near_misses(file.name, os.listdir(file.parent) if file.parent.is_dir() else [])  # noqa: PTH208 - names
        raise UsageError(f"{str(file)!r} is no file{f'; near it: {near[0]}' if near else ''}")
    return file


def _compare_results(one: Result, other: Result) -> None:
    for result in (one, other):
        compiles_of(result)
    common = _common_outputs(one, other)
    pairs = {name: pair for name, pair in common.items() if pair[0].content != pair[1].content}
    if pairs:
        number = f"{len(pairs)} of {len(common)} outputs" if len(pairs) < len(common) else ""
        files = {name: (a.file, b.file) for name, (a, b) in pairs.items() if a.file and b.file}
        fail(
            "assert_same_bytes",
            f"{number or counted(list(pairs), 'output', 'outputs')} of {one.title} and {other.title} "
            f"{'differs' if len(pairs) == 1 else 'differ'}",
            rows((name, [sizes_of(files[name])] if name in files else []) for name in pairs),
            *_explanation(one, other, files),
        )


def _common_outputs(one: Result, other: Result) -> dict[str, tuple[_Output, _Output]]:
    before, after = _outputs(one), _outputs(other)
    common = {name: (output, after[name]) for name, output in before.items() if name in after}
    if not common:
        raise UsageError(
            f"{one.title} and {other.title} have no output in common: {', '.join(before) or 'nothing'}, and "
            f"{', '.join(after) or 'nothing'}"
        )
    return common


def _explanation(one: Result, other: Result, files: Mapping[str, tuple[Path, Path]]) -> Iterator[str]:
    first = first_difference(one, other, frozenset(), [file.name for _, file in files.values()])
    yield str(first)
    differences = [_difference_of(name, pair, (_folders(one), _folders(other))) for name, pair in files.items()]
    for number, difference in enumerate(differences[:_MOST_FILES]):
        yield from difference.lines()
        if number == 0 and one.evidence is not None:
            yield from diffoscope_lines(files[difference.name], one.circumstances.env, one.evidence / "diffoscope")
    yield from advice_for([first], differences[0] if differences else None, one)


def _outputs(result: Result) -> dict[str, _Output]:
    """The binaries that a command left; without any, the compiled packages."""
    links = [(link, file) for link in result.links() if (file := binary_of(result, link))]
    times = Counter(link.package for link, _ in links)
    found: dict[str, _Output] = {}
    for link, file in links:
        _require_its_own(result, file, {link.build_id})
        name = result.short_name(link.package)
        found[name if times[link.package] == 1 else f"{name} ({link.target})"] = _Output(sha256_of(file), file)
    known = {file.resolve() for _, file in links}
    for binary in left_binaries(result):
        if binary.path.resolve() not in known:
            name = binary.path.relative_to(result.cwd).as_posix()
            _require_its_own(result, binary.path, {link.build_id for link in result.links()})
            found[name] = _Output(sha256_of(binary.path), binary.path)
    return found or _packages(result)


def _packages(result: Result) -> dict[str, _Output]:
    return {
        result.short_name(action.package): _Output(action.content_id)
        for action in result.compiles()
        if action.content_id and action.package not in result.std
    }


def _require_its_own(result: Result, file: Path, build_ids: Collection[str]) -> None:
    """Raise `NoEvidenceError` unless the file is known to be the one that the command left."""
    found = build_id_of(file.read_bytes())
    if not found or found not in build_ids:
        why = "a later command replaced it" if found else "it has no build ID to know it by"
        raise NoEvidenceError(
            f"{file} is not known to be the binary of {result.title}: {why}; build into different files, and give the "
            "two paths"
        )


def _difference_of(
    name: str, files: tuple[Path, Path], folders: tuple[Mapping[PathKind, str], Mapping[PathKind, str]]
) -> FileDifference:
    settings = tuple(dict(_settings(file)) for file in files)
    return difference_of_files(name, files, (settings[0], settings[1]), folders)


def _settings(file: Path) -> Iterator[tuple[str, str]]:
    """What ``go version -m`` prints of a file; nothing for a file without build information."""
    info = find_build_info(file.read_bytes())
    if info is not None:
        yield "toolchain", info.go
        yield "path", info.package
        yield f"mod {info.module}", info.version
        yield from ((f"dep {module}", version) for module, version in info.dependencies.items())
        yield from info.settings.items()


def _folders(result: Result) -> dict[PathKind, str]:
    """The folders whose paths a command can leave in its output."""
    around = result.circumstances
    settings = around.settings
    return {
        kind: path
        for kind, path in (
            (PathKind.FOLDER, str(result.cwd)),
            (PathKind.MODULE_CACHE, str(around.modcache)),
            (PathKind.BUILD_CACHE, settings.get("GOCACHE", "")),
            (PathKind.HOME, settings.get("HOME", "")),
            (PathKind.TMP, settings.get("TMPDIR", "")),
            (PathKind.GOROOT, str(around.goroot)),
        )
        if path
    }
