"""How the failures of recorded commands read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from inline_snapshot import snapshot

from pytest_gocache import Result
from pytest_gocache.explain.wording import (
    causes_in_brief,
    compiled_packages,
    explain_set_difference,
    hint_on_links,
    why_not_linked,
    why_not_rebuilt,
    why_tests_did_not_run,
    why_tests_ran,
    why_they_ran,
)
from pytest_gocache.golang.action import Action
from tests.explain.recordings import changed, step
from tests.recorded_results import first_command, first_log, newest_go

Recorded = Callable[[str], list[Result]]
APP = "example.com/app"


def own(result: Result) -> list[Action]:
    return [action for action in result.compiles() if action.package not in result.std]


def test_why_they_ran(recorded: Recorded) -> None:
    edited, forced = recorded("lib-edited")[2:4]
    assert "\n".join(why_they_ran(edited, [a for a in own(edited) if a.ran])) == snapshot("""\
  ./lib            file lib.go changed since step 2:
                     - func Hello() string { return "hello" }
                     + func Hello() string { return "good day" }
  └─ ./api         imports it
     └─ ./cmd/app  imports it
the key of an importer has the content of ./lib: function bodies, not only the exported API\
""")
    assert "\n".join(why_they_ran(forced, [a for a in own(forced) if a.ran])) == snapshot("""\
  ./lone  forced by -a: nothing in its key changed since step 3
remove -a, which compiles everything every time: to empty a doubtful cache, run `go clean -cache` once\
""")


def test_why_not_rebuilt(recorded: Recorded) -> None:
    touched = recorded("lib-edited")[1]
    assert "\n".join(why_not_rebuilt(touched, own(touched))) == snapshot("""\
  ./api      cached: nothing in its key changed since step 1
  ./lib      cached: nothing in its key changed since step 1
  ./lone     cached: nothing in its key changed since step 1
  ./cmd/app  cached: nothing in its key changed since step 1\
""")
    bare = recorded("compile-flags")[1]
    assert "\n".join(why_not_rebuilt(bare, [a for a in own(bare) if not a.ran])) == snapshot("""\
  ./api  cached: nothing in its key changed since step 1
  ./lib  cached: nothing in its key changed since step 1
-gcflags without a pattern applies only to the packages that are named: -gcflags=all=… applies to their imports, too\
""")
    broken = recorded("broken")[1]
    assert "\n".join(why_not_rebuilt(broken, [a for a in own(broken) if a.package.endswith("/api")])) == snapshot(
        "  ./api  not run: nothing needed it, or an import failed to compile"
    )


def test_compiled_packages(recorded: Recorded) -> None:
    _, touched, edited, *_ = recorded("lib-edited")
    assert compiled_packages(edited) == snapshot("compiled: ./api, ./cmd/app, ./lib")
    assert compiled_packages(touched) == snapshot("compiled: nothing")
    assert compiled_packages(recorded("from-nothing")[0]).endswith(" …")


def test_links(recorded: Recorded) -> None:
    *_, installed = recorded("stamped")
    (link,) = installed.links()
    assert why_not_linked(link) == snapshot(
        "up to date: the binary in place has the build ID that the link would give it"
    )
    failed = recorded("broken")[1]
    (link,) = failed.links()
    assert why_not_linked(link) == snapshot("not run: nothing needed the binary, or a package failed to compile")
    assert hint_on_links(recorded("lib-edited")[1]) == snapshot(
        "`go build` always links when it builds several packages, or when its main package has no binary in place"
    )
    assert hint_on_links(installed) == ""


def test_why_tests_ran(recorded: Recorded) -> None:
    first, _, counted, word, _, edited, *_ = recorded("tested")
    assert "\n".join(why_tests_ran(first, [first.tests[f"{APP}/lib"]])) == snapshot(
        "  ./lib  executed for the first time in this test: passed"
    )
    assert "\n".join(why_tests_ran(counted, [counted.tests[f"{APP}/lib"]])) == snapshot("""\
  ./lib  executed, passed: -count=1 switches the test cache off
-count=1 runs tests every time: leave it out where a cached result is enough\
""")
    assert "\n".join(why_tests_ran(word, [word.tests[f"{APP}/lib"]])) == snapshot("""\
  ./lib  executed, passed: environment variable WORD changed since step 2:
           - (not set)
           + new\
""")
    assert "\n".join(why_tests_ran(edited, [edited.tests[f"{APP}/lib"], edited.tests[f"{APP}/lone"]])) == snapshot("""\
  ./lib   executed, passed: its test binary changed: ./lib.test ← ./lib
            file lib.go changed since step 5:
              - func Hello() string { return "hello" }
              + func Hello() string { return "good day" }
  ./lone  no test files\
""")


def test_why_tests_did_not_run(recorded: Recorded) -> None:
    cached = recorded("tested")[1]
    assert "\n".join(why_tests_did_not_run(cached, [cached.tests[f"{APP}/lib"]])) == snapshot("""\
  ./lib  (cached): same test binary and arguments as in step 1, and what it reads has not changed: environment variable WORD
-count=1 always runs the test: use it for a test that reads what Go does not track\
""")
    assert "\n".join(why_tests_did_not_run(cached, [cached.tests[f"{APP}/lone"]])) == snapshot(
        "  ./lone  no test files"
    )
    failed = recorded("broken")[3]
    assert "\n".join(why_tests_did_not_run(failed, [failed.tests[f"{APP}/lib"]])) == snapshot("  ./lib  build failed")


def test_causes_in_brief(recorded: Recorded) -> None:
    first, touched, edited, *_ = recorded("lib-edited")
    assert causes_in_brief(first) == []
    assert causes_in_brief(touched) == []
    assert causes_in_brief(edited) == snapshot(
        [
            './lib: file lib.go changed since step 2: - func Hello() string { return "hello" } + func Hello() string { return "good day" }'
        ]
    )
    assert causes_in_brief(recorded("compile-flags")[1]) == snapshot(
        ["./cmd/app: compile flags changed since step 1: (none) -> -N -l"]
    )
    assert causes_in_brief(recorded("tested")[3]) == snapshot(
        ["test of ./lib: environment variable WORD changed since step 2: (not set) -> new"]
    )


def test_packages_that_moved_with_one_folder_are_one_cause(tmp_path: Path) -> None:
    first = step(first_command("1.27.3", "build"), tmp_path, first_log("1.27.3", "build"), None)
    moved = changed(first, tmp_path, lambda _, line: re.sub(r"^dir \S+?/app\b", "dir /home/bob/m", line))
    assert [re.sub(r"\S+ -> ", "… -> ", line) for line in causes_in_brief(moved)] == snapshot(
        ["./ext and 2 more: directory changed since step 1: … -> /home/bob/m"]
    )


def test_a_set_that_is_not_the_expected_one(recorded: Recorded) -> None:
    edited = recorded("lib-edited")[2]
    expected = {f"{APP}/lib", f"{APP}/lone", f"{APP}/lob"}
    assert "\n".join(explain_set_difference(edited.compiled, expected)) == snapshot("""\
result.compiled of `go build ./...` (step 3)
  2 extra: ./api ./cmd/app
  2 missing: ./lob ./lone
  missing: ./lob  not in the action graph of this command; near it: ./lib, ./lone, ./api, ./cmd/app
  missing: ./lone  cached: nothing in its key changed since step 2
  not expected: ./api  only followed: it imports ./lib: file lib.go changed since step 2: - func Hello() string { return "hello" } + func Hello() string { return "good day" }
  not expected: ./cmd/app  only followed: ./cmd/app ← ./api ← ./lib
the key of an importer has the content of ./lib: function bodies, not only the exported API\
""")
    assert "\n".join(explain_set_difference(edited.linked, set())) == snapshot("""\
result.linked of `go build ./...` (step 3)
  1 extra: ./cmd/app
  none missing
  not expected: ./cmd/app  only followed: it links ./cmd/app ← ./api ← ./lib: file lib.go changed since step 2: - func Hello() string { return "hello" } + func Hello() string { return "good day" }\
""")


@newest_go
def test_the_standard_library_is_counted_in_one_line(recorded: Recorded) -> None:
    edited = recorded("lib-edited")[2]
    assert "\n".join(explain_set_difference(edited.cached, {f"{APP}/lib"})) == snapshot("""\
result.cached of `go build ./...` (step 3)
  30 extra: ./lone and 29 of the standard library
  1 missing: ./lib
  missing: ./lib  it ran: file lib.go changed since step 2: - func Hello() string { return "hello" } + func Hello() string { return "good day" }
  not expected: ./lone
  not expected: 29 packages of the standard library\
""")
