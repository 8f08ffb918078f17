"""Why recorded compiles, links and vets ran: their own inputs, or those of what they follow."""

from __future__ import annotations

from collections.abc import Callable

from inline_snapshot import snapshot

from pytest_gocache import Result
from pytest_gocache.explain.actions import Explainer, build_settings_only
from pytest_gocache.golang.action import Kind

Recorded = Callable[[str], list[Result]]
APP = "example.com/app"


def reasons(result: Result, kind: Kind = Kind.COMPILE) -> dict[str, str]:
    """Package -> why its action ran, for those outside the standard library."""
    explainer = Explainer()
    ran = [a for a in result.actions if a.kind is kind and a.ran and not a.facts_only and a.package not in result.std]
    return {action.package: explainer.reason(result, action).summary for action in ran}


def test_what_is_compiled_for_the_first_time(recorded: Recorded) -> None:
    first = recorded("lib-edited")[0]
    assert set(reasons(first).values()) == snapshot({"compiled for the first time in this test"})
    assert reasons(first, Kind.LINK) == snapshot({"example.com/app/cmd/app": "linked for the first time in this test"})


def test_an_edit_is_a_cause_and_what_imports_it_follows(recorded: Recorded) -> None:
    edited = recorded("lib-edited")[2]
    assert reasons(edited) == snapshot(
        {
            "example.com/app/api": "only followed: it imports ./lib",
            "example.com/app/lib": "file lib.go changed since step 2:",
            "example.com/app/cmd/app": "only followed: ./cmd/app ← ./api ← ./lib",
        }
    )
    assert reasons(edited, Kind.LINK) == snapshot(
        {"example.com/app/cmd/app": "only followed: it links ./cmd/app ← ./api ← ./lib"}
    )
    explainer = Explainer()
    compiles = {action.package: action for action in edited.compiles()}
    lib, api, main = (explainer.reason(edited, compiles[f"{APP}/{name}"]) for name in ("lib", "api", "cmd/app"))
    assert (api.cause, main.cause) == (lib, lib)
    assert (api.follows, main.follows) == ((f"{APP}/lib",), (f"{APP}/api", f"{APP}/lib"))
    assert [change.diff for change in lib.changes] == [
        ('- func Hello() string { return "hello" }', '+ func Hello() string { return "good day" }')
    ]


def test_compile_flags_that_changed(recorded: Recorded) -> None:
    commands = recorded("compile-flags")
    assert reasons(commands[1]) == snapshot({"example.com/app/cmd/app": "compile flags changed since step 1:"})
    assert reasons(commands[3]) == snapshot({"example.com/app/lib": "compile flags changed since step 3:"})
    assert reasons(commands[4]) == snapshot({"example.com/app/lib": "-trimpath was added since step 2"})


def test_a_stamp_is_an_input_of_the_main_package(recorded: Recorded) -> None:
    _, bare, _, trimmed, again, installed, _ = recorded("stamped")
    assert reasons(bare) == snapshot({"example.com/app/cmd/app": "build setting -ldflags changed since step 1:"})
    assert reasons(trimmed) == snapshot({})
    assert reasons(again, Kind.LINK) == snapshot({"example.com/app/cmd/app": "link flags changed since step 4:"})
    assert reasons(installed) == snapshot(
        {"example.com/app/cmd/app": "build setting -ldflags was removed since step 2:"}
    )
    assert reasons(installed, Kind.LINK) == snapshot({"example.com/app/cmd/app": "link flags changed since step 2:"})


def test_what_is_compiled_for_its_build_settings_only(recorded: Recorded) -> None:
    first, bare, *_ = recorded("stamped")
    compiled = [action for action in bare.compiles() if action.ran]
    assert [action.package for action in build_settings_only(bare, compiled)] == [f"{APP}/cmd/app"]
    assert build_settings_only(first, [action for action in first.compiles() if action.ran]) == []
    edited = recorded("lib-edited")[2]
    assert build_settings_only(edited, [action for action in edited.compiles() if action.ran]) == []


def test_vet_follows_what_it_looks_at(recorded: Recorded, go_version: str) -> None:
    _, again, edited = recorded("vetted")
    why = reasons(again, Kind.VET)
    if go_version == "1.27.3":  # vet is cached from 1.26 on
        assert why == {}
    else:
        assert why[f"{APP}/lone"] == snapshot(
            "nothing in its key changed since step 1, but before Go 1.26 Go does not cache the vet of named packages"
        )
    changed = reasons(edited, Kind.VET)
    assert changed[f"{APP}/api"] == snapshot("only followed: ./api changed")
