"""Two commands that share their compiles, and two that do not, from recorded commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from pytest_gocache import NoEvidenceError, PatternError, Result, UsageError
from pytest_gocache.assertions.same_compiles import assert_same_compiles
from tests.made_results import action, result
from tests.messages import failure

Recorded = Callable[[str], list[Result]]


def test_a_stamp_reaches_the_main_package_only(recorded: Recorded) -> None:
    first, bare, *_ = recorded("stamped")
    assert_same_compiles(first, first)
    assert_same_compiles(first, bare, "./lib")
    assert_same_compiles(first, bare, "./...", ignore_stamps=True)
    with pytest.raises(AssertionError, match="1 of 1 package has"):
        assert_same_compiles(first, replace(bare, evidence=None), "./cmd/app", ignore_stamps=True)
    assert failure(assert_same_compiles, first, bare, "./...") == snapshot("""\
1 of 4 packages has different cache keys in `go build '-ldflags=-X main.version=1' ./...` (step 1) and `go build '-ldflags=-X main.version=2' ./...` (step 2) [assert_same_compiles]
  ./cmd/app  build setting -ldflags
               - "-X main.version=1"
               + "-X main.version=2"\
""")


def test_flags_reach_packages_and_their_importers_follow(recorded: Recorded) -> None:
    first, _, _, _, trimmed, *_ = recorded("stamped")
    assert failure(assert_same_compiles, first, trimmed, ignore_stamps=True)
    assert failure(assert_same_compiles, first, trimmed, "./...") == snapshot("""\
4 of 4 packages have different cache keys in `go build '-ldflags=-X main.version=1' ./...` (step 1) and `go build -trimpath '-ldflags=-X main.version=2024-01-02T03:04:06Z' ./...` (step 5) [assert_same_compiles]
  ./api      -trimpath
  ./lib      the same
  ./lone     the same
  ./cmd/app  the same\
""")


def test_importers_follow(recorded: Recorded) -> None:
    first, _, edited, *_ = recorded("lib-edited")
    assert failure(assert_same_compiles, first, edited, "./...") == snapshot("""\
3 of 4 packages have different cache keys in `go build ./...` (step 1) and `go build ./...` (step 3) [assert_same_compiles]
  ./lib  file lib.go
           - func Hello() string { return "hello" }
           + func Hello() string { return "good day" }
  and 2 only because of imports\
""")


def test_what_is_not_known(recorded: Recorded) -> None:
    first, *_ = recorded("stamped")
    with pytest.raises(PatternError, match="^assert_same_compiles: "):
        assert_same_compiles(first, first, "./nowhere")
    other = replace(result(action(0, "elsewhere")), step=2)
    with pytest.raises(UsageError, match="^assert_same_compiles: .* have no package in common$"):
        assert_same_compiles(first, other)
    with pytest.raises(NoEvidenceError, match="^assert_same_compiles: the cache key of elsewhere in .* is unknown$"):
        assert_same_compiles(other, other)
