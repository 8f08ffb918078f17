"""What differs between the contents of a file that two builds made."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_gocache.assertions.reproducible.builds import Build
from pytest_gocache.assertions.reproducible.conditions import PathKind
from pytest_gocache.golang.elf import SectionDifference, differing_sections, occurrences, sections
from pytest_gocache.host import process
from pytest_gocache.results.tables import rows

__all__ = ["FileDifference", "SettingDifference", "difference_of_file", "difference_of_files", "diffoscope_lines"]

_MOST_SECTIONS = 8
_MOST_LINES = 12  # of diffoscope's report
_GO_VERSION_SECONDS = 60.0
_DIFFOSCOPE_SECONDS = 120.0
_HEADING = re.compile(r"[│ ]*[├└]── ")


@dataclass(frozen=True, slots=True)
class SettingDifference:
    """A build setting that differs, as ``go version -m`` prints it; None where a file lacks it."""

    name: str
    values: tuple[str | None, str | None]

    def __str__(self) -> str:
        return f"{self.name}: {' | '.join(value or '(none)' for value in self.values)}"


@dataclass(frozen=True, slots=True)
class FileDifference:
    """What differs between the contents of a file that two builds made."""

    name: str
    settings: tuple[SettingDifference, ...] = ()
    sections: tuple[SectionDifference, ...] = ()
    offset: int | None = None
    """Of a file without sections: where the first byte differs."""
    paths: Mapping[PathKind, str] = field(default_factory=dict)
    """The folders of a build that its file contains: each path, how often it occurs, and where."""
    diffoscope: tuple[str, ...] = ()
    """The beginning of diffoscope's report."""

    def lines(self) -> Iterator[str]:
        """The difference as the lines of a failure."""
        if self.settings:
            yield f"build settings of {self.name} that differ:"
            yield "\n".join(f"  {setting}" for setting in self.settings)
        if self.sections:
            shown = ", ".join(map(str, self.sections[:_MOST_SECTIONS]))
            hidden = len(self.sections) - _MOST_SECTIONS
            yield f"sections of {self.name} that differ: {shown}{f' and {hidden} more' if hidden > 0 else ''}"
        if self.offset is not None:
            yield f"{self.name} differs from byte offset {self.offset:,} on"
        if self.paths:
            yield f"paths in {self.name}:"
            yield rows((kind.value, [text]) for kind, text in self.paths.items())
        yield from self.diffoscope


def difference_of_file(name: str, one: Build, two: Build) -> FileDifference:
    """What differs between a file of two builds, which both made it."""
    files = one.out / name, two.out / name
    settings = _build_settings(files[0], one), _build_settings(files[1], two)
    difference = difference_of_files(name, files, settings, (one.setup.paths, two.setup.paths))
    ambient = one.setup.machine.ambient
    return replace(difference, diffoscope=tuple(diffoscope_lines(files, ambient, one.folder / "diffoscope")))


def difference_of_files(
    name: str,
    files: tuple[Path, Path],
    settings: tuple[Mapping[str, str], Mapping[str, str]],
    paths: tuple[Mapping[PathKind, str], Mapping[PathKind, str]],
) -> FileDifference:
    """What differs between two files. Each has its build settings, and the folders that may be in it."""
    contents = files[0].read_bytes(), files[1].read_bytes()
    before, after = map(sections, contents)
    both = before is not None and after is not None
    return FileDifference(
        name,
        settings=tuple(_settings(*settings)),
        sections=tuple(differing_sections(before or {}, after or {})) if both else (),
        offset=None if both else _first_difference(*contents),
        paths=_paths((before or {"": contents[0]}, after or {"": contents[1]}), paths),
    )


def _first_difference(one: bytes, two: bytes) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))


def _settings(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[SettingDifference]:
    for name in dict.fromkeys([*before, *after]):
        values = before.get(name), after.get(name)
        if values[0] != values[1]:
            yield SettingDifference(name, values)


def _build_settings(file: Path, build: Build) -> dict[str, str]:
    """What ``go version -m`` prints of a file: its settings, modules (``dep PATH``) and toolchain."""
    machine = build.setup.machine
    done = process.run(
        [str(machine.toolchain.go), "version", "-m", str(file)],
        cwd=file.parent,
        env=machine.env,
        output=build.folder,
        timeout=_GO_VERSION_SECONDS,
    )
    settings = {}
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        kind, *rest = line.strip().split("\t")
        if kind == "build" and rest:
            name, _, settings[name] = rest[0].partition("=")
        elif line.startswith("\t") and rest:
            settings[f"{kind} {rest[0]}" if len(rest) > 1 else kind] = " ".join(rest[1:] or rest)
        else:
            settings["toolchain"] = line.rpartition(": ")[2]
    return settings


def _paths(
    contents: tuple[Mapping[str, bytes], Mapping[str, bytes]],
    folders: tuple[Mapping[PathKind, str], Mapping[PathKind, str]],
) -> dict[PathKind, str]:
    """The folders that the file of either build contains, without those that are the same for both builds."""
    paths: dict[PathKind, str] = {}
    for parts, own, other in zip(contents, folders, reversed(folders), strict=True):
        for kind, path in own.items():
            found = occurrences(path, parts)
            if found.times and path != other.get(kind):
                where = f" in {', '.join(found.sections[:_MOST_SECTIONS])}" if found.sections != ("",) else ""
                paths.setdefault(kind, f"{path}  {found.times} time{'s' if found.times > 1 else ''}{where}")
    return paths


def diffoscope_lines(files: tuple[Path, Path], ambient: Mapping[str, str], output: Path) -> Iterator[str]:
    """The beginning of diffoscope's report, when it is on PATH. The folder ``output`` gets the report."""
    program = shutil.which("diffoscope", path=ambient.get("PATH", ""))
    if program is None:
        return
    output.mkdir(exist_ok=True)
    done = process.run(
        [program, "--text", "-", *map(str, files)],
        cwd=output,
        env=ambient,
        output=output,
        timeout=_DIFFOSCOPE_SECONDS,
    )
    report = done.stdout.decode("utf-8", "replace").splitlines()
    if done.timed_out:
        yield f"diffoscope did not finish within {_DIFFOSCOPE_SECONDS:g} seconds"
    elif done.returncode not in (0, 1):
        yield f"diffoscope failed with exit status {done.returncode}"
    if report:
        # A report can have tens of thousands of lines. Its headings say which views of the files differ.
        headings = [line for line in report if _HEADING.match(line)] or report
        more = f"\n  … {len(headings) - _MOST_LINES} more" if len(headings) > _MOST_LINES else ""
        yield f"diffoscope ({output / 'stdout'}):"
        yield "\n".join(f"  {line}".rstrip() for line in headings[:_MOST_LINES]) + more
