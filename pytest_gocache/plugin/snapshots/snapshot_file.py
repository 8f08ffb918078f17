"""The file with the snapshots of one test: sections with a name, and lines that say what a command did."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_gocache.errors import UsageError
from pytest_gocache.golang.version import GoVersion
from pytest_gocache.results.tables import one_line

__all__ = ["NOTHING", "Section", "expected", "merged", "parse", "read", "render"]

NOTHING = "nothing"
"""The line of a command that did nothing."""
_HEADER = re.compile(r"\[(?P<name>[^\];\n]+)(?:; (?P<version>go\d+\.\d+[^\];\n]*))?\](?: \$ (?P<command>.*))?")


@dataclass(frozen=True, slots=True)
class Section:
    """One snapshot."""

    name: str
    """The name that the test gives it; a number, from 1, for one without a name."""
    lines: tuple[str, ...]
    """What the command did, as `behaviour_of` says it."""
    command: str = ""
    """The command, for the reader: it is not compared."""
    version: str = ""
    """The version of Go that differs from the others; empty for the section of all other versions."""


def read(file: Path) -> str:
    """The text of a file, which need not exist. `parse` refuses a file with bytes that are no text."""
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""


def parse(text: str, file: Path) -> list[Section]:
    """The sections in the text of a file. Raises `UsageError`, with the line, for text that `render` does not write."""
    found: list[Section] = []
    for number, line in enumerate(text.splitlines(), 1):
        if match := _HEADER.fullmatch(line):
            found.append(Section(match["name"], (), match["command"] or "", match["version"] or ""))
        elif line.startswith("  ") and found:
            own = () if line.strip() == NOTHING else (line.strip(),)
            found[-1] = replace(found[-1], lines=(*found[-1].lines, *own))
        elif line.strip():
            raise UsageError(
                f"{file}:{number}: {line!r} is no line of a snapshot: let `pytest --gocache-update` write the file"
            )
    return found


def render(sections: Iterable[Section]) -> str:
    """The text of a file."""
    texts = []
    for section in sections:
        name = f"{section.name}; {section.version}" if section.version else section.name
        # A script in quotation marks may have several lines: the header is one.
        command = f" $ {one_line(section.command)}" if section.command else ""
        texts.append("\n".join([f"[{name}]{command}", *(f"  {line}" for line in section.lines or (NOTHING,))]) + "\n")
    return "\n".join(texts)


def expected(sections: Iterable[Section], name: str, version: str) -> Section | None:
    """The section for a name on a version of Go; None without one."""
    of_name = {section.version: section for section in sections if section.name == name}
    return of_name.get(version) or of_name.get("")


def merged(old: Sequence[Section], seen: Mapping[str, Sequence[Section]], *, complete: bool) -> list[Section]:
    """The sections of a file after an update. ``seen`` maps each version of Go to what the test compared on it.

    Without ``complete``, the test did not run to its end, and sections that it did not compare stay.
    """
    names = dict.fromkeys(section.name for sections in seen.values() for section in sections)
    if not complete:
        names = dict.fromkeys([*(section.name for section in old), *names])
    made: list[Section] = []
    for name in names:
        before = {section.version: section for section in old if section.name == name}
        now = {version: section for version, sections in seen.items() for section in sections if section.name == name}
        made += _of_name(before, now) if now else before.values()
    return made


def _of_name(before: Mapping[str, Section], now: Mapping[str, Section]) -> Iterator[Section]:
    """The section of all versions, then those of the versions that differ."""
    newest_first = sorted(now, key=GoVersion.parse, reverse=True)
    if len(now) == 1 and newest_first[0] in before and "" in before:
        common = before[""]  # a version with a section of its own says nothing about the others
    else:
        most = Counter(now[version].lines for version in newest_first).most_common(1)[0][0]
        common = replace(next(now[version] for version in newest_first if now[version].lines == most), version="")
    yield common
    own = {version: section for version, section in before.items() if version} | dict(now)
    for version in sorted(own, key=GoVersion.parse):
        if own[version].lines != common.lines:
            yield replace(own[version], version=version)
