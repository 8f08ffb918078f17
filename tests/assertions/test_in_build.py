"""The assertion that packages are no part of a recorded build."""

from __future__ import annotations

from collections.abc import Callable

from inline_snapshot import snapshot

from pytest_gocache import PatternError, Result
from pytest_gocache.assertions.in_build import assert_not_in_build
from tests.messages import failure

Recorded = Callable[[str], list[Result]]


def test_what_a_build_leaves_out(recorded: Recorded) -> None:
    _, _, _, only_lone, *_ = recorded("lib-edited")
    assert_not_in_build(only_lone, "./lib", "./cmd/...", "runtime")


def test_how_a_package_comes_into_a_build(recorded: Recorded) -> None:
    assert failure(assert_not_in_build, recorded("lib-edited")[0], "./api", "./cmd/app") == snapshot("""\
2 packages are part of `go build ./...` (step 1) [assert_not_in_build]
  ./api      named by ./..., and imported by ./cmd/app
  ./cmd/app  named by ./...
./... names every package that it matches: name only the packages that you need\
""")
    assert failure(assert_not_in_build, recorded("compile-flags")[0], "./lib", "./cmd/...") == snapshot("""\
2 packages are part of `go build ./cmd/app` (step 1) [assert_not_in_build]
  ./cmd/app  named by ./cmd/app
  ./lib      imported: ./cmd/app ← ./api ← ./lib (named by ./cmd/app)\
""")
    assert failure(assert_not_in_build, recorded("tested")[2], "example.com/app/lib.test") == snapshot("""\
1 package is part of `go test -count=1 ./lib` (step 3) [assert_not_in_build]
  ./lib.test  named by ./lib\
""")
    assert failure(assert_not_in_build, recorded("downloaded")[0], "example.com/Dep") == snapshot("""\
1 package is part of `go build ./use` (step 1) [assert_not_in_build]
  example.com/Dep  imported: ./use ← example.com/Dep (named by ./use)\
""")


def test_a_pattern_that_means_nothing_is_an_error(recorded: Recorded) -> None:
    only_lone = recorded("lib-edited")[3]
    assert failure(assert_not_in_build, only_lone, raises=PatternError) == snapshot(
        "assert_not_in_build: expected at least one package pattern, and got none"
    )
    assert failure(assert_not_in_build, only_lone, "./libs", raises=PatternError) == snapshot(
        "assert_not_in_build: package pattern './libs' matches no known package, so it would always pass; known are the packages of the module, the standard library, the modules that go.mod requires, and earlier commands; near it: ./lib"
    )
