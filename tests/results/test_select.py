"""Which actions and tests of recorded results the patterns mean, and what actions depend on."""

from __future__ import annotations

from collections.abc import Callable

from inline_snapshot import snapshot

from pytest_gocache import NoEvidenceError, PatternError, Result, UsageError
from pytest_gocache.results.select import compiles_of, dependencies_of, links_of, matching, tests_of as outcomes_of
from tests.messages import failure

Recorded = Callable[[str], list[Result]]
APP = "example.com/app"


def packages(result: Result, *patterns: str, scaffolds: bool = True) -> list[str]:
    found = matching(result, compiles_of(result), patterns, scaffolds=scaffolds)
    return sorted(action.package for action in found)


def test_compiles_of_a_command(recorded: Recorded) -> None:
    first, *_, only_printed, version = recorded("lib-edited")
    assert {action.package for action in compiles_of(first)} == first.packages
    assert failure(compiles_of, only_printed, raises=UsageError) == snapshot(
        "`go build -n ./...` (step 5) compiles nothing: -n only prints the commands that it would run"
    )
    assert failure(compiles_of, version, raises=NoEvidenceError) == snapshot(
        "`go version` (step 6) has no action graph (exit status 0): only go build, test, vet, run, install, fix and list -export write one"
    )


def test_a_pattern_means_packages_with_their_variants(recorded: Recorded) -> None:
    tested = recorded("from-nothing")[1]
    assert packages(tested, "./ext") == [f"{APP}/ext", f"{APP}/ext [{APP}/lib.test]"]
    assert packages(tested, "./lib") == [
        f"{APP}/lib",
        f"{APP}/lib [{APP}/lib.test]",
        f"{APP}/lib.test",
        f"{APP}/lib_test [{APP}/lib.test]",
    ]
    assert packages(tested, "./lib", scaffolds=False) == [f"{APP}/lib", f"{APP}/lib [{APP}/lib.test]"]
    assert packages(tested, f"{APP}/lib.test") == [f"{APP}/lib.test"]
    assert packages(tested, "fmt", "./cmd/...") == [f"{APP}/cmd/app", "fmt"]
    assert set(packages(tested, "std")) == set(tested.std)


def test_each_pattern_must_match(recorded: Recorded) -> None:
    first = recorded("lib-edited")[0]
    assert failure(packages, first, "./lib", "./libs", raises=PatternError) == snapshot(
        "package pattern './libs' matches nothing in `go build ./...` (step 1); near it: ./lib"
    )
    assert failure(packages, first, "net/http", raises=PatternError) == snapshot(
        "package pattern 'net/http' matches nothing in `go build ./...` (step 1); its packages outside the standard library: ./api, ./cmd/app, ./lib, ./lone"
    )


def test_links_of_a_command(recorded: Recorded) -> None:
    tested = recorded("from-nothing")[1]
    assert [link.package for link in links_of(tested, ["./lib"])] == [f"{APP}/lib.test"]
    assert links_of(tested, [f"{APP}/lib.test"]) == links_of(tested, [])
    first = recorded("lib-edited")[0]
    assert failure(links_of, first, ["./lib"], raises=PatternError) == snapshot(
        "package pattern './lib' matches no main package that `go build ./...` (step 1) links: it links ./cmd/app"
    )
    assert failure(links_of, recorded("cache-damaged")[2], [], raises=UsageError) == snapshot(
        "`go build ./lib` (step 3) links nothing: it has no main package and no test"
    )


def test_tests_of_a_command(recorded: Recorded) -> None:
    tested = recorded("tested")[0]
    assert [outcome.package for outcome in outcomes_of(tested, [])] == [f"{APP}/lib"]
    assert [outcome.package for outcome in outcomes_of(tested, ["./..."])] == [f"{APP}/lib"]
    assert [outcome.package for outcome in outcomes_of(tested, ["./lone"])] == [f"{APP}/lone"]
    assert failure(outcomes_of, tested, ["./libs"], raises=PatternError) == snapshot(
        "package pattern './libs' matches nothing in `go test ./...` (step 1); near it: ./lib"
    )
    assert failure(outcomes_of, recorded("tested")[-1], [], raises=UsageError) == snapshot(
        "`go test ./api` (step 11) ran no test: none of its packages has test files"
    )
    assert failure(outcomes_of, recorded("lib-edited")[0], [], raises=UsageError) == snapshot(
        "`go build ./...` (step 1) printed no test verdict (exit status 0)"
    )


def test_what_a_program_depends_on(recorded: Recorded) -> None:
    first = recorded("lib-edited")[0]
    names = {action.id: action.package for action in first.actions}
    main, lib = (matching(first, compiles_of(first), [f"./{name}"])[0].id for name in ("cmd/app", "lib"))
    above = dependencies_of(first, [action for action in first.actions if action.id == main])
    assert above[main] == main
    chain = [lib]
    while chain[-1] != main:
        chain.append(above[chain[-1]])
    # Newer versions have several actions for a package on the way.
    assert list(dict.fromkeys(names[number] for number in chain)) == [f"{APP}/lib", f"{APP}/api", f"{APP}/cmd/app"]
    assert f"{APP}/lone" not in {names[number] for number in above}
