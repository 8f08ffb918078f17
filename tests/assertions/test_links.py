"""Assertions on the binaries that recorded commands linked."""

from __future__ import annotations

from collections.abc import Callable

from inline_snapshot import snapshot

from pytest_gocache import PatternError, Result, UsageError
from pytest_gocache.assertions.links import assert_not_relinked, assert_only_relinked, assert_relinked
from tests.messages import failure

Recorded = Callable[[str], list[Result]]


def test_verdicts(recorded: Recorded) -> None:
    first, bare, _, _, trimmed, installed, again = recorded("stamped")
    assert_relinked(first, "./cmd/app")
    assert_only_relinked(bare)
    assert_only_relinked(trimmed, "./cmd/...", strict=True)
    assert_relinked(installed)
    assert_not_relinked(again)
    assert_not_relinked(recorded("cache-damaged")[2])
    assert_relinked(recorded("tested")[0], "./lib")


def test_assert_relinked_fails(recorded: Recorded) -> None:
    assert failure(assert_relinked, recorded("stamped")[6]) == snapshot("""\
1 binary was not linked by `go install ./cmd/app` (step 7) [assert_relinked]
  ./cmd/app  up to date: the binary in place has the build ID that the link would give it\
""")
    assert failure(assert_relinked, recorded("broken")[1], "./cmd/app") == snapshot("""\
1 binary was not linked by `go build -gcflags=-N ./...` (step 2) [assert_relinked]
  ./cmd/app  not run: nothing needed the binary, or a package failed to compile\
""")


def test_assert_not_relinked_fails(recorded: Recorded) -> None:
    assert failure(assert_not_relinked, recorded("stamped")[4], "./cmd/app") == snapshot("""\
1 binary was linked by `go build -trimpath '-ldflags=-X main.version=2024-01-02T03:04:06Z' ./...` (step 5) [assert_not_relinked]
  ./cmd/app  link flags changed since step 4:
               - -X main.version=2024-01-02T03:04:05Z
               + -X main.version=2024-01-02T03:04:06Z
a time in -ldflags relinks with every build: use the time of the commit instead
`go build` always links when it builds several packages, or when its main package has no binary in place\
""")
    assert failure(assert_not_relinked, recorded("lib-edited")[1]) == snapshot("""\
1 binary was linked by `go build ./...` (step 2) [assert_not_relinked]
  ./cmd/app  nothing in its key changed since step 1, but Go did not keep its binary
`go build` always links when it builds several packages, or when its main package has no binary in place\
""")
    assert failure(assert_not_relinked, recorded("lib-edited")[2]) == snapshot("""\
1 binary was linked by `go build ./...` (step 3) [assert_not_relinked]
  ./lib         file lib.go changed since step 2:
                  - func Hello() string { return "hello" }
                  + func Hello() string { return "good day" }
  └─ ./cmd/app  only followed: it links ./cmd/app ← ./api ← ./lib
`go build` always links when it builds several packages, or when its main package has no binary in place\
""")


def test_assert_only_relinked_fails(recorded: Recorded) -> None:
    _, bare, *_, again = recorded("stamped")
    assert failure(assert_only_relinked, bare, strict=True) == snapshot("""\
1 package was compiled by `go build '-ldflags=-X main.version=2' ./...` (step 2) [assert_only_relinked]
  ./cmd/app  build setting -ldflags changed since step 1:
               - "-X main.version=1"
               + "-X main.version=2"
Go stamps -ldflags into main packages: with -trimpath it does not, and only the link runs
or drop strict=True\
""")
    assert failure(assert_only_relinked, again) == snapshot("""\
1 binary was not linked by `go install ./cmd/app` (step 7) [assert_only_relinked]
  ./cmd/app  up to date: the binary in place has the build ID that the link would give it\
""")
    assert failure(assert_only_relinked, recorded("lib-edited")[2]) == snapshot("""\
3 packages were compiled by `go build ./...` (step 3) [assert_only_relinked]
  ./lib            file lib.go changed since step 2:
                     - func Hello() string { return "hello" }
                     + func Hello() string { return "good day" }
  └─ ./api         imports it
     └─ ./cmd/app  imports it
the key of an importer has the content of ./lib: function bodies, not only the exported API\
""")


def test_what_is_never_linked_is_an_error(recorded: Recorded) -> None:
    first = recorded("lib-edited")[0]
    assert failure(assert_relinked, first, "./lib", raises=PatternError) == snapshot(
        "assert_relinked: package pattern './lib' matches no main package that `go build ./...` (step 1) links: it links ./cmd/app"
    )
    assert failure(assert_relinked, first, "./cmd/ap", raises=PatternError) == snapshot(
        "assert_relinked: package pattern './cmd/ap' matches nothing in `go build ./...` (step 1); near it: ./cmd/app, ./api"
    )
    assert failure(assert_relinked, recorded("cache-damaged")[2], raises=UsageError) == snapshot(
        "assert_relinked: `go build ./lib` (step 3) links nothing: it has no main package and no test"
    )
