"""What recorded tests had read: variables, files and folders, by the hash inputs of their results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from inline_snapshot import snapshot

from pytest_gocache import Result
from pytest_gocache.explain.history import log_of
from pytest_gocache.explain.test_inputs import changed_reads, names_read, relative_name
from pytest_gocache.golang.hashlog import HashBlock

Recorded = Callable[[str], list[Result]]
LIB, DATA = "example.com/app/lib", "example.com/app/data"


def read_by(result: Result, package: str) -> HashBlock:
    """The hash inputs over all that a test had read, as the command asked for them last."""
    log = log_of(result)
    lookups = [lookup for lookup in log.index.lookups.packages[package].lookups if lookup.inputs]
    return log.by_sum[lookups[-1].inputs]


def test_names_of_what_a_test_reads(recorded: Recorded) -> None:
    cached = recorded("tested")[1]
    assert names_read(read_by(cached, LIB), cached, LIB) == ["environment variable WORD"]
    cached = recorded("test-data")[1]
    assert names_read(read_by(cached, DATA), cached, DATA) == ["file testdata/words.txt"]


def test_a_variable_that_changed(recorded: Recorded) -> None:
    _, cached, _, word, *_ = recorded("tested")
    (change,) = changed_reads(cached, read_by(cached, LIB), word, read_by(word, LIB), LIB)
    assert (change.what, change.old, change.new) == ("environment variable WORD", "(not set)", "new")


def test_a_file_that_changed(recorded: Recorded) -> None:
    _, cached, other_content, other_time, _ = recorded("test-data")
    (change,) = changed_reads(cached, read_by(cached, DATA), other_content, read_by(other_content, DATA), DATA)
    assert (change.how, *change.lines()) == snapshot(("file testdata/words.txt changed", "- one", "+ two words"))
    (change,) = changed_reads(other_content, read_by(other_content, DATA), other_time, read_by(other_time, DATA), DATA)
    assert (change.how, *change.lines()) == snapshot(
        (
            "modification time of file testdata/words.txt changed",
            "10 bytes, modified 2023-11-14 22:[13→14]:20 +0000 UTC",
        )
    )


def test_a_file_is_named_from_the_package_or_the_module(recorded: Recorded) -> None:
    result = recorded("test-data")[0]
    assert relative_name(f"{result.cwd}/data/testdata/words.txt", result, DATA) == "testdata/words.txt"
    assert relative_name(f"{result.cwd}/words.txt", result, DATA) == "words.txt"
    assert relative_name(str(Path("/etc/hosts")), result, DATA) == "/etc/hosts"
