"""The first action whose output differs between two recorded builds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from inline_snapshot import snapshot

from pytest_gocache import Result
from pytest_gocache.assertions.reproducible.first_difference import FirstDifference, first_difference

Recorded = Callable[[str], list[Result]]
LIB = "example.com/app/lib"


def first(one: Result, two: Result, *conditions: str, **outputs: str) -> FirstDifference:
    """The first difference of two results, taken for those of two builds."""
    return first_difference(one, two, frozenset(conditions), outputs)


def test_inputs_that_differ(recorded: Recorded) -> None:
    before, _, edited, *_ = recorded("lib-edited")
    found = first(before, edited)
    assert str(found) == snapshot("""\
  ./lib  file lib.go differs:
           - func Hello() string { return "hello" }
           + func Hello() string { return "good day" }\
""")
    assert not found.same_inputs


def test_a_stamp_in_the_main_package(recorded: Recorded) -> None:
    one, two, *_ = recorded("stamped")
    assert str(first(one, two)) == snapshot("""\
  ./cmd/app  build setting -ldflags differs:
               - "-X main.version=1"
               + "-X main.version=2"\
""")


def test_link_flags(recorded: Recorded) -> None:
    _, _, _, one, two, *_ = recorded("stamped")
    assert str(first(one, two, app="other")) == snapshot("""\
  link of ./cmd/app  link flags differs:
                       - -X main.version=2024-01-02T03:04:05Z
                       + -X main.version=2024-01-02T03:04:06Z\
""")


def test_the_same_inputs_with_a_different_output(recorded: Recorded) -> None:
    one = recorded("lib-edited")[0]
    actions = (replace(a, build_id=f"{a.build_id}x") if a.package == LIB else a for a in one.actions)
    two = replace(one, actions=tuple(actions))
    found = first(one, two)
    assert (found.same_inputs, found.programs) == (True, ("compile",))
    assert str(found) == snapshot(
        "  ./lib  same inputs, different output: the action is not repeatable (it ran compile)"
    )
    assert str(first(one, two, "umask")) == snapshot(
        "  ./lib  same inputs, different output: it depends on umask, which Go does not track (it ran compile)"
    )
    assert str(first(one, two, "umask", "tz")) == snapshot(
        "  ./lib  same inputs, different output: it depends on the conditions, which Go does not track (it ran compile)"
    )


def test_a_build_that_fails(recorded: Recorded) -> None:
    one, broken, *_ = recorded("broken")
    text = str(first(one, broken))
    assert text == snapshot("""\
  one build fails with exit status 1:
  # example.com/app/lib
  lib/lib.go:6:9: undefined: undefined\
""")
    assert str(first(broken, one)) == text


def test_no_action_that_differs(recorded: Recorded) -> None:
    lib = recorded("cache-damaged")[2]
    assert str(first(lib, lib)) == snapshot("  Go's action graphs do not show which action differs")
