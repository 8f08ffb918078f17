"""What differs between the contents of a file that two builds made, as the lines of a failure."""

from __future__ import annotations

from inline_snapshot import snapshot

from pytest_gocache.assertions.reproducible.conditions import PathKind
from pytest_gocache.assertions.reproducible.contents import FileDifference, SettingDifference
from pytest_gocache.golang.elf import SectionDifference


def text(difference: FileDifference) -> str:
    return "\n".join(difference.lines())


def test_settings_then_sections_then_paths_then_diffoscope() -> None:
    difference = FileDifference(
        "bin/app",
        settings=(SettingDifference("vcs.modified", ("false", "true")), SettingDifference("-race", (None, "true"))),
        sections=(SectionDifference(".text", (1000, 2000)), SectionDifference(".rodata", (10, 10))),
        paths={PathKind.FOLDER: "/home/ann  2 times in .rodata", PathKind.MODULE_CACHE: "/mod  once"},
        diffoscope=("diffoscope (/report):", "  one line"),
    )
    assert text(difference) == snapshot("""\
build settings of bin/app that differ:
  vcs.modified: false | true
  -race: (none) | true
sections of bin/app that differ: .text (1,000 and 2,000 bytes), .rodata
paths in bin/app:
  folder        /home/ann  2 times in .rodata
  module cache  /mod  once
diffoscope (/report):
  one line\
""")


def test_of_many_sections_some_are_counted() -> None:
    sections = tuple(SectionDifference(f".s{number}", (1, 1)) for number in range(11))
    assert text(FileDifference("app", sections=sections)) == snapshot(
        "sections of app that differ: .s0, .s1, .s2, .s3, .s4, .s5, .s6, .s7 and 3 more"
    )


def test_a_file_without_sections_differs_from_a_byte_on() -> None:
    assert text(FileDifference("lib.a", offset=1234)) == snapshot("lib.a differs from byte offset 1,234 on")


def test_no_difference_has_no_lines() -> None:
    assert text(FileDifference("app")) == ""
