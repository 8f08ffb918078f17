"""The capture of hash inputs: paid for once for each key, and never missing where a failure needs it."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from pytest_gocache import BuildCache, GoModule, Result, assert_cached


def hash_lines(result: Result) -> int:
    assert result.evidence is not None
    return (result.evidence / "stderr").read_bytes().count(b"\nHASH[")


def test_a_build_that_only_repeats_another_prints_no_inputs(app: GoModule, gocache: BuildCache) -> None:
    assert hash_lines(app.build("./...")) > 100
    assert hash_lines(app.build("./...")) == 0
    app.touch("lib/lib.go")
    result = app.build("./...")
    assert_cached(result)
    assert hash_lines(result) == 0
    # Another command has keys of its own, as far as can be told beforehand.
    assert hash_lines(app.build("-o", "app", "./cmd/app")) > 100

    # What a failure needs is in the log of the first.
    gocache.evict("example.com/app/lib")
    result = app.build("./...")
    assert hash_lines(result) == 0
    why = result.explain("./lib")
    assert [reason.summary for reason in why.reasons] == snapshot(
        ["nothing in its key changed since step 4, but its output was evicted (gocache.evict) before step 5"]
    )
    app.edit("lib/lib.go", '"hello"', '"bye"')
    result = app.build("./...")
    assert hash_lines(result) > 100
    assert [change.what for change in result.explain("./lib").inputs] == ["file lib.go"]


def test_a_change_that_cannot_be_seen_beforehand_is_captured_after_all(app: GoModule) -> None:
    # Not a Go file: only the key tells that it changed.
    app.write({"data/data.go": 'package data\n\nimport _ "embed"\n\n//go:embed data.txt\nvar Text string\n'})
    app.write("data/data.txt", "one\n")
    app.build("./data")
    app.write("data/data.txt", "two\n")
    result = app.build("./data")
    assert result.compiled == {"example.com/app/data"}
    (change,) = result.explain().inputs
    assert (change.how, change.diff) == ("embedded file data.txt changed", ("- one", "+ two"))
    assert "HASH" not in result.stderr
    assert_cached(app.build("./data"))


@pytest.mark.parametrize("verb", ["test", "vet"])
def test_a_test_and_a_vet_print_theirs_each_time(app: GoModule, verb: str) -> None:
    # GODEBUG is an input of test results since Go 1.23: with another one, nothing would be replayed.
    for _ in range(2):
        result = app.go(verb, "./lib")
        assert hash_lines(result) > 100
    if verb == "test":
        assert result.tests["example.com/app/lib"].cached


def test_a_line_of_the_compiler_that_looks_like_a_log_is_not_taken_for_one(app: GoModule) -> None:
    app.write("lib/broken.go", 'package lib\n\nvar HASH int = "HASH[build x]"\n')
    for _ in range(2):
        result = app.build("./lib", check=False)
        assert "HASH" in result.stderr
        assert result.failed == {"example.com/app/lib"}
    assert result.explain().unknown == ()


def test_a_build_that_a_program_repeats_prints_no_inputs_either(app: GoModule) -> None:
    twice = app.exec("sh", "-c", "go build ./... && go build ./...")
    assert [hash_lines(command) > 100 for command in twice.commands] == [True, False]
    (again,) = app.exec("sh", "-c", "go build ./...").commands
    assert hash_lines(again) == 0
    assert again.cached >= {"example.com/app/lib", "fmt"}
    app.edit("lib/lib.go", '"hello"', '"bye"')
    (edited,) = app.exec("sh", "-c", "go build ./...").commands
    assert hash_lines(edited) > 100
    assert [change.what for change in edited.explain("./lib").inputs] == ["file lib.go"]


def test_what_a_program_changed_unseen_is_captured_before_it_goes_on(app: GoModule) -> None:
    app.write({"data/data.go": 'package data\n\nimport _ "embed"\n\n//go:embed data.txt\nvar Text string\n'})
    app.write("data/data.txt", "one\n")
    # The program changes the file again once go has ended: what is captured afterwards must not see that.
    script = "go build ./data && echo two > data/data.txt && go build ./data 2> said && echo three > data/data.txt"
    first, second = app.exec("sh", "-c", script).commands
    assert first.compiled >= {"example.com/app/data"}
    assert second.compiled == {"example.com/app/data"}
    assert hash_lines(second) > 100
    (change,) = second.explain().inputs
    assert change.how == "embedded file data.txt changed"
    assert app.read("said") == ""
