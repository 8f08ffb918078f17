"""The explanation of a recorded command: its causes first, what follows them, and what to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from inline_snapshot import snapshot

from pytest_gocache import PatternError, Result, UsageError
from pytest_gocache.explain.actions import Explainer
from pytest_gocache.explain.explainer import explain

Recorded = Callable[[str], list[Result]]
APP = "example.com/app"


def test_an_edited_library(recorded: Recorded) -> None:
    first, touched, edited, *_ = recorded("lib-edited")
    why = explain(edited)
    assert str(why) == snapshot("""\
`go build ./...` (step 3)
  ./lib                       file lib.go changed since step 2:
                                - func Hello() string { return "hello" }
                                + func Hello() string { return "good day" }
  └─ ./api                    imports it
     └─ ./cmd/app             imports it
        └─ link of ./cmd/app  links it
the key of an importer has the content of ./lib: function bodies, not only the exported API\
""")
    assert [cause.package for cause in why.causes] == [f"{APP}/lib"]
    assert why.unknown == ()
    assert explain(first).unknown == ()
    assert str(explain(touched)) == snapshot("""\
`go build ./...` (step 2)
  link of ./cmd/app  nothing in its key changed since step 1, but Go did not keep its binary\
""")


def test_a_pattern_chooses_packages(recorded: Recorded) -> None:
    edited = recorded("lib-edited")[2]
    assert str(explain(edited, ["./api"])) == snapshot("""\
`go build ./...` (step 3)
  ./lib     file lib.go changed since step 2:
              - func Hello() string { return "hello" }
              + func Hello() string { return "good day" }
  └─ ./api  imports it
the key of an importer has the content of ./lib: function bodies, not only the exported API\
""")
    with pytest.raises(PatternError, match="'./libs' matches nothing"):
        explain(edited, ["./libs"])


def test_a_command_without_a_graph_cannot_be_explained(recorded: Recorded) -> None:
    with pytest.raises(UsageError, match="has no action graph"):
        explain(recorded("lib-edited")[5])


def test_flags_with_a_folder_have_their_advice(recorded: Recorded) -> None:
    assert str(explain(recorded("compile-flags")[3])) == snapshot("""\
`go build -gcflags=all=-trimpath=/home/b ./lib` (step 4)
  ./lib  compile flags changed since step 3:
           - -trimpath=/home/a
           + -trimpath=/home/b
values that change with every build belong in the link step: use -ldflags=-X, and the -trimpath build flag\
""")


def test_a_test_whose_package_was_edited(recorded: Recorded) -> None:
    assert str(explain(recorded("tested")[5], ["./lib"])) == snapshot("""\
`go test ./...` (step 6)
  ./lib                         file lib.go changed since step 2:
                                  - func Hello() string { return "hello" }
                                  + func Hello() string { return "good day" }
  ./lib [./lib.test]            file lib.go changed since step 5:
                                  - func Hello() string { return "hello" }
                                  + func Hello() string { return "good day" }
  ├─ ./lib.test                 imports it
  │  ├─ link of ./lib.test      links it
  │  └─ test of ./lib           its test binary changed: ./lib.test ← ./lib
  └─ vet of ./lib [./lib.test]  vets it
the key of an importer has the content of ./lib [./lib.test]: function bodies, not only the exported API\
""")


def test_each_compile_link_and_test_that_ran_has_a_reason(recorded: Recorded) -> None:
    for scenario in ("lib-edited", "compile-flags", "stamped", "tested", "test-data", "broken", "cache-damaged"):
        for result in recorded(scenario):
            if result.packages and "-n" not in result.command:
                assert explain(result).unknown == (), result.title


def test_the_modules_own_packages_come_before_the_standard_library(recorded: Recorded) -> None:
    first = recorded("from-nothing")[0]
    ran = [action for action in first.compiles() if action.ran]
    packages = [reason.package for reason in Explainer().reasons(first, ran)]
    assert len(packages) == len(ran)
    assert set(packages[:3]) == {f"{APP}/lib", f"{APP}/ext", f"{APP}/cmd/app"}
