"""Assertions on the packages that recorded commands compiled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from pytest_gocache import NoEvidenceError, PatternError, Result, UsageError
from pytest_gocache.assertions.packages import assert_cached, assert_only_rebuilt, assert_rebuilt
from tests.messages import failure

Recorded = Callable[[str], list[Result]]


def test_verdicts(recorded: Recorded) -> None:
    first, touched, edited, *_ = recorded("lib-edited")
    assert_rebuilt(first, "./...")
    assert_cached(first, "std")
    assert_cached(touched)
    assert_only_rebuilt(touched)
    assert_cached(edited, "./lone", "std")
    assert_rebuilt(edited, "./lib", "example.com/app/cmd/...")
    assert_only_rebuilt(edited, "./lib", "./api", "./cmd/app")
    assert_rebuilt(recorded("tested")[0], "./lib")
    assert_rebuilt(recorded("broken")[1], "./lib")


def test_assert_cached_fails(recorded: Recorded) -> None:
    assert failure(assert_cached, recorded("lib-edited")[2]) == snapshot("""\
3 packages were rebuilt by `go build ./...` (step 3) [assert_cached]
  ./lib            file lib.go changed since step 2:
                     - func Hello() string { return "hello" }
                     + func Hello() string { return "good day" }
  └─ ./api         imports it
     └─ ./cmd/app  imports it
the key of an importer has the content of ./lib: function bodies, not only the exported API\
""")
    assert failure(assert_cached, recorded("lib-edited")[3], "./lone") == snapshot("""\
1 package was rebuilt by `go build -a ./lone` (step 4) [assert_cached]
  ./lone  forced by -a: nothing in its key changed since step 3
remove -a, which compiles everything every time: to empty a doubtful cache, run `go clean -cache` once\
""")
    assert failure(assert_cached, recorded("compile-flags")[3]) == snapshot("""\
1 package was rebuilt by `go build -gcflags=all=-trimpath=/home/b ./lib` (step 4) [assert_cached]
  ./lib  compile flags changed since step 3:
           - -trimpath=/home/a
           + -trimpath=/home/b
values that change with every build belong in the link step: use -ldflags=-X, and the -trimpath build flag\
""")
    assert failure(assert_cached, recorded("cache-damaged")[1], "./lib") == snapshot("""\
1 package was rebuilt by `go build ./...` (step 2) [assert_cached]
  ./lib  nothing in its key changed since step 1, but its output was evicted (gocache.evict) before step 2\
""")


def test_assert_rebuilt_fails(recorded: Recorded) -> None:
    assert failure(assert_rebuilt, recorded("lib-edited")[2], "./lib", "./lone") == snapshot("""\
1 package was not rebuilt by `go build ./...` (step 3) [assert_rebuilt]
  ./lone  cached: nothing in its key changed since step 2
compiled: ./api, ./cmd/app, ./lib\
""")
    assert failure(assert_rebuilt, recorded("compile-flags")[1], "./lib") == snapshot("""\
1 package was not rebuilt by `go build '-gcflags=-N -l' ./cmd/app` (step 2) [assert_rebuilt]
  ./lib  cached: nothing in its key changed since step 1
-gcflags without a pattern applies only to the packages that are named: -gcflags=all=… applies to their imports, too
compiled: ./cmd/app\
""")
    assert failure(assert_rebuilt, recorded("broken")[1], "./api") == snapshot("""\
1 package was not rebuilt by `go build -gcflags=-N ./...` (step 2) [assert_rebuilt]
  ./api  not run: nothing needed it, or an import failed to compile
compiled: ./lib, ./lone\
""")


def test_assert_only_rebuilt_fails(recorded: Recorded) -> None:
    edited = recorded("lib-edited")[2]
    assert failure(assert_only_rebuilt, edited, "./lib", "./api", "./lone") == snapshot("""\
1 other package was rebuilt and 1 package was not rebuilt by `go build ./...` (step 3) [assert_only_rebuilt]
  expected exactly: ./lib, ./api, ./lone
  ./lib         file lib.go changed since step 2:
                  - func Hello() string { return "hello" }
                  + func Hello() string { return "good day" }
  └─ ./cmd/app  only followed: ./cmd/app ← ./api ← ./lib
  not rebuilt: ./lone  cached: nothing in its key changed since step 2
the key of an importer has the content of ./lib: function bodies, not only the exported API\
""")
    assert failure(assert_only_rebuilt, edited).startswith(
        "3 other packages were rebuilt by `go build ./...` (step 3) [assert_only_rebuilt]\n"
    )


def test_stamps_are_ignored_on_request(recorded: Recorded) -> None:
    first, bare, *_ = recorded("stamped")
    assert_cached(bare, ignore_stamps=True)
    assert_cached(bare, "./cmd/app", ignore_stamps=True)
    assert_only_rebuilt(bare, ignore_stamps=True)
    assert_rebuilt(bare, "./cmd/app")
    assert_only_rebuilt(bare, "./cmd/app")
    assert_rebuilt(first, "./...", ignore_stamps=True)
    for assertion in (assert_cached, assert_only_rebuilt):
        assert "4 " in failure(assertion, first, ignore_stamps=True)
    edited = recorded("lib-edited")[2]
    assert_only_rebuilt(edited, "./lib", "./api", "./cmd/app", ignore_stamps=True)
    assert failure(assert_cached, edited, ignore_stamps=True) == failure(assert_cached, edited)


def test_the_option_is_named_where_it_is_enough(recorded: Recorded) -> None:
    bare = recorded("stamped")[1]
    assert failure(assert_cached, bare) == snapshot("""\
1 package was rebuilt by `go build '-ldflags=-X main.version=2' ./...` (step 2) [assert_cached]
  ./cmd/app  build setting -ldflags changed since step 1:
               - "-X main.version=1"
               + "-X main.version=2"
Go stamps -ldflags into main packages: with -trimpath it does not, and only the link runs
pass ignore_stamps=True if such a recompile does not matter here\
""")
    assert failure(assert_only_rebuilt, bare, "./lib") == snapshot("""\
1 other package was rebuilt and 1 package was not rebuilt by `go build '-ldflags=-X main.version=2' ./...` (step 2) [assert_only_rebuilt]
  expected exactly: ./lib
  ./cmd/app  build setting -ldflags changed since step 1:
               - "-X main.version=1"
               + "-X main.version=2"
  not rebuilt: ./lib  cached: nothing in its key changed since step 1
Go stamps -ldflags into main packages: with -trimpath it does not, and only the link runs\
""")
    assert failure(assert_only_rebuilt, bare) == snapshot("""\
1 other package was rebuilt by `go build '-ldflags=-X main.version=2' ./...` (step 2) [assert_only_rebuilt]
  expected exactly: nothing
  ./cmd/app  build setting -ldflags changed since step 1:
               - "-X main.version=1"
               + "-X main.version=2"
Go stamps -ldflags into main packages: with -trimpath it does not, and only the link runs
pass ignore_stamps=True if such a recompile does not matter here\
""")
    assert "ignore_stamps" not in failure(assert_cached, recorded("lib-edited")[2])


def test_a_package_that_is_only_stamped_is_not_rebuilt(recorded: Recorded) -> None:
    bare = recorded("stamped")[1]
    assert failure(assert_rebuilt, bare, "./cmd/app", ignore_stamps=True) == snapshot("""\
1 package was not rebuilt by `go build '-ldflags=-X main.version=2' ./...` (step 2) [assert_rebuilt]
  ./cmd/app  compiled only for its stamps: build setting -ldflags changed since step 1: "-X main.version=1" -> "-X main.version=2"
compiled: ./cmd/app\
""")
    assert failure(assert_only_rebuilt, bare, "./cmd/app", ignore_stamps=True) == snapshot("""\
1 package was not rebuilt by `go build '-ldflags=-X main.version=2' ./...` (step 2) [assert_only_rebuilt]
  expected exactly: ./cmd/app
  not rebuilt: ./cmd/app  compiled only for its stamps: build setting -ldflags changed since step 1: "-X main.version=1" -> "-X main.version=2"\
""")


def test_what_is_not_known_to_be_a_stamp_is_not_ignored(recorded: Recorded) -> None:
    bare = recorded("stamped")[1]
    for unknown in (replace(bare, evidence=None), replace(bare, previous=None)):
        assert "1 package was rebuilt" in failure(assert_cached, unknown, ignore_stamps=True)
        assert "ignore_stamps" not in failure(assert_cached, unknown)
        assert "1 other package was rebuilt" in failure(assert_only_rebuilt, unknown, ignore_stamps=True)
        assert_rebuilt(unknown, "./cmd/app", ignore_stamps=True)
    forced = replace(bare, command=(*bare.command[:2], "-a", *bare.command[2:]))
    assert "1 package was rebuilt" in failure(assert_cached, forced, ignore_stamps=True)


def test_a_verdict_that_would_say_nothing_is_an_error(recorded: Recorded) -> None:
    first, *_, only_printed, version = recorded("lib-edited")
    assert failure(assert_rebuilt, first, raises=PatternError) == snapshot(
        "assert_rebuilt: expected at least one package pattern, and got none"
    )
    assert failure(assert_cached, first, "./libs", raises=PatternError) == snapshot(
        "assert_cached: package pattern './libs' matches nothing in `go build ./...` (step 1); near it: ./lib"
    )
    assert failure(assert_rebuilt, only_printed, "./lib", raises=UsageError) == snapshot(
        "assert_rebuilt: `go build -n ./...` (step 5) compiles nothing: -n only prints the commands that it would run"
    )
    assert failure(assert_only_rebuilt, version, "./lib", raises=NoEvidenceError) == snapshot(
        "assert_only_rebuilt: `go version` (step 6) has no action graph (exit status 0): only go build, test, vet, run, install, fix and list -export write one"
    )


@pytest.mark.parametrize("pattern", ["../lib", "/lib"])
def test_a_pattern_outside_the_module_is_an_error(recorded: Recorded, pattern: str) -> None:
    with pytest.raises(PatternError):
        assert_cached(recorded("lib-edited")[0], pattern)
