"""Logs of what tests ask of ``os``, as Go keeps them in the build cache."""

from __future__ import annotations

import pytest

from pytest_gocache.golang.test_log import hashed_reads, operations

LOG = b"""# test log
getenv HOME
open testdata/a b.txt
stat /etc/hosts
stat ../x/./y
chdir /src/app/other
open z
"""


def test_names_are_absolute_and_follow_the_working_folder() -> None:
    assert list(operations(LOG, "/src/app/lib")) == [
        ("getenv", "HOME"),
        ("open", "/src/app/lib/testdata/a b.txt"),
        ("stat", "/etc/hosts"),
        ("stat", "/src/app/x/y"),
        ("chdir", "/src/app/other"),
        ("open", "/src/app/other/z"),
    ]


def test_what_go_hashes_begins_with_the_operation_and_the_name() -> None:
    reads = hashed_reads(LOG, "/src/app/lib")
    assert reads[:2] == ("env HOME ", "open /src/app/lib/testdata/a b.txt ")
    assert len(reads) == 6


@pytest.mark.parametrize("log", [b"", b"# test log", b"ok  \tm/lib\t0.1s\n", b"getenv HOME\n"])
def test_other_text_has_no_operations(log: bytes) -> None:
    assert list(operations(log, "/src")) == []


@pytest.mark.parametrize("line", [b"", b"getenv", b"\n\n"])
def test_a_line_without_a_name_does_not_count(line: bytes) -> None:
    assert list(operations(b"# test log\n" + line + b"\ngetenv A\n", "/src")) == [("getenv", "A")]


def test_a_name_that_is_not_utf_8_is_kept() -> None:
    assert list(operations(b"# test log\nopen \xff\n", "/src")) == [("open", "/src/\udcff")]
