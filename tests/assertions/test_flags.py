"""Assertions on the compile flags that reached the packages of recorded commands."""

from __future__ import annotations

from collections.abc import Callable

from inline_snapshot import snapshot

from pytest_gocache import Result, UsageError
from pytest_gocache.assertions.flags import assert_compiled_with, assert_not_compiled_with
from tests.messages import failure

Recorded = Callable[[str], list[Result]]


def test_verdicts(recorded: Recorded) -> None:
    plain, bare, everywhere, _, trimmed, pattern = recorded("compile-flags")
    assert_not_compiled_with(plain, "-N")
    assert_compiled_with(bare, "-l -N", "./cmd/app")
    assert_not_compiled_with(bare, "-N", "./lib", "std")
    assert_compiled_with(everywhere, "-trimpath=/home/a")
    assert_compiled_with(trimmed, "-trimpath")
    assert_not_compiled_with(trimmed, "-m")
    assert_compiled_with(pattern, "-N", "./lib")
    # Nothing was compiled, and the flags of what was cached are known.
    assert_not_compiled_with(recorded("lib-edited")[1], "-N")


def test_a_package_without_the_flag(recorded: Recorded) -> None:
    plain, bare, _, _, trimmed, pattern = recorded("compile-flags")
    assert failure(assert_compiled_with, plain, "-N", "./...") == snapshot("""\
3 packages were compiled without -N in `go build ./cmd/app` (step 1) [assert_compiled_with]
  ./cmd/app  compile flags: (none)
  ./api      compile flags: (none)
  ./lib      compile flags: (none)
no -gcflags gives -N: -gcflags=all=-N reaches every package\
""")
    assert failure(assert_compiled_with, plain, "-trimpath", "./lib") == snapshot("""\
1 package was compiled without -trimpath in `go build ./cmd/app` (step 1) [assert_compiled_with]
  ./lib  compile flags: (none)
-trimpath is a flag of the go command: pass it there, and it reaches every package\
""")
    assert failure(assert_compiled_with, bare, "-N", "./...") == snapshot("""\
2 packages were compiled without -N in `go build '-gcflags=-N -l' ./cmd/app` (step 2) [assert_compiled_with]
  ./api  compile flags: (none)
  ./lib  compile flags: (none)
'-gcflags=-N -l' reaches only what ./cmd/app names: -gcflags=all=-N reaches every package\
""")
    assert failure(assert_compiled_with, trimmed, "-m", "./lib") == snapshot("""\
1 package was compiled without -m in `go build ./lib` (step 5) [assert_compiled_with]
  ./lib  compile flags: -trimpath
-gcflags=./api=-m in GOFLAGS reaches only what ./api names: -gcflags=all=-m reaches every package\
""")
    assert failure(assert_compiled_with, pattern, "-N -m", "./lib") == snapshot("""\
1 package was compiled without -N -m in `go build -gcflags=./...=-N ./lib` (step 6) [assert_compiled_with]
  ./lib  compile flags: -N
no -gcflags gives -N -m: '-gcflags=all=-N -m' reaches every package\
""")


def test_a_package_with_the_flag(recorded: Recorded) -> None:
    _, bare, everywhere, _, trimmed, pattern = recorded("compile-flags")
    assert failure(assert_not_compiled_with, bare, "-N") == snapshot("""\
1 package was compiled with -N in `go build '-gcflags=-N -l' ./cmd/app` (step 2) [assert_not_compiled_with]
  ./cmd/app  compile flags: -N -l
given by '-gcflags=-N -l'\
""")
    assert failure(assert_not_compiled_with, everywhere, "-trimpath=/home/a") == snapshot("""\
1 package was compiled with -trimpath=/home/a in `go build -gcflags=all=-trimpath=/home/a ./lib` (step 3) [assert_not_compiled_with]
  ./lib  compile flags: -trimpath=/home/a
given by -gcflags=all=-trimpath=/home/a\
""")
    assert failure(assert_not_compiled_with, trimmed, "-trimpath") == snapshot("""\
1 package was compiled with -trimpath in `go build ./lib` (step 5) [assert_not_compiled_with]
  ./lib  compile flags: -trimpath
given by -trimpath in GOFLAGS\
""")
    assert failure(assert_not_compiled_with, pattern, "-N") == snapshot("""\
1 package was compiled with -N in `go build -gcflags=./...=-N ./lib` (step 6) [assert_not_compiled_with]
  ./lib  compile flags: -N
given by -gcflags=./...=-N\
""")


def test_what_is_no_compile_flag(recorded: Recorded) -> None:
    plain = recorded("compile-flags")[0]
    assert failure(assert_compiled_with, plain, "./lib", raises=UsageError) == snapshot(
        "assert_compiled_with: expected a compile flag before the patterns, such as '-N', and got './lib', which does not start with a dash"
    )
    assert failure(assert_compiled_with, plain, "-N '-l", raises=UsageError) == snapshot(
        'assert_compiled_with: unclosed quotation mark in the compile flags "-N \'-l"'
    )
    assert failure(assert_compiled_with, plain, "-X a=b", raises=UsageError) == snapshot(
        "assert_compiled_with: expected a compile flag, and got '-X a=b': -X is a flag of the go command or the linker (`go tool compile -h` lists the compile flags)"
    )


def test_the_flags_of_a_package_that_go_never_came_to(recorded: Recorded) -> None:
    failed = recorded("broken")[1]
    assert_compiled_with(failed, "-N", "./lib")
    assert failure(assert_not_compiled_with, failed, "-N", "./api", raises=UsageError) == snapshot(
        "assert_not_compiled_with: the compile flags of example.com/app/api in `go build -gcflags=-N ./...` (step 2) are unknown: Go did not compile it, because example.com/app/lib failed to compile"
    )
