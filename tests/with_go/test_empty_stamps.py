"""A ``-X`` that sets no variable fails the assertions on links that rely on it."""

from __future__ import annotations

import pytest

from pytest_gocache import BuildCache, GoModule, assert_not_relinked, assert_only_relinked, assert_relinked
from tests.messages import failure

VERSION = "example.com/app/version"


@pytest.fixture
def app(go_module: GoModule) -> GoModule:
    go_module.load("""
    -- version/version.go --
    package version

    var Version, Commit = "dev", "none"
    var Unused string
    var Started = now()
    var Banner = "v" + Version
    var (
        _ = 1
        Host = now()
    )

    const Const = "x"

    //go:noinline
    func now() string { return "now" }

    func All() string { return Version + Commit + Started + Banner + Host }
    -- cmd/app/main.go --
    package main

    import "example.com/app/version"

    var built string

    func main() { println(version.All(), built) }
    -- cmd/tool/main.go --
    package main

    func main() { println("tool") }
    """)
    return go_module


def first_line(app: GoModule, stamp: str, *args: str) -> str:
    result = app.build(f"-ldflags=-X {stamp}", *args)
    checks = (assert_relinked, assert_only_relinked)
    both = [failure(check, result).splitlines()[0].removesuffix(f" [{check.__name__}]") for check in checks]
    (line,) = set(both)
    return line


def test_stamps_that_set_a_variable(app: GoModule) -> None:
    app.build("./...")
    for stamp in ("main.built=1", f"{VERSION}.Version=1", f"{VERSION}.Commit=a=b", "main.built=1 -X main.built=2"):
        result = app.build(f"-ldflags=-X {stamp}", "-o", "app", "./cmd/app")
        assert_relinked(result)
        assert_only_relinked(result)
    # One of two binaries has the variable.
    assert_only_relinked(app.build("-ldflags=-X=main.built=1", "./..."))


@pytest.mark.parametrize(
    ("stamp", "fault"),
    [
        ("main.bilt=1", "main has no string variable bilt; nearest: main.built"),
        (
            "main.version=1",
            f"main has no string variable version; nearest: {VERSION}.Version",
        ),
        (
            "example.com/app/cmd/app.built=1",
            "the binary has no package example.com/app/cmd/app; nearest: main.built",
        ),
        (
            f"{VERSION}.Const=1",
            f"{VERSION} has no string variable Const; nearest: {VERSION}.Host",
        ),
        (
            f"{VERSION}.Started=1",
            f"{VERSION} calls a function for the initial value of Started, which replaces the stamp",
        ),
        (
            f"{VERSION}.Host=1",
            f"{VERSION} calls a function for the initial value of Host, which replaces the stamp",
        ),
    ],
)
def test_stamps_that_set_nothing(app: GoModule, stamp: str, fault: str) -> None:
    app.build("./cmd/app")
    assert first_line(app, stamp, "-o", "other", "./cmd/app") == f"-X {stamp[:-2]} stamps nothing: {fault}"


def test_only_a_binary_shows_that_nothing_uses_the_variable(app: GoModule) -> None:
    app.build("./cmd/app")
    assert first_line(app, f"{VERSION}.Unused=1", "-o", "other", "./cmd/app").startswith(
        "-X example.com/app/version.Unused stamps nothing: no code of the binary uses Unused"
    )
    assert_relinked(app.build("-ldflags=-s -X example.com/app/version.Unused=1", "-o", "other", "./cmd/app"))


def test_no_claim_without_the_compiled_packages(app: GoModule, gocache: BuildCache) -> None:
    result = app.build("-ldflags=-X main.bilt=1", "-o", "other", "./cmd/app")
    gocache.clear()
    assert_relinked(result)


def test_assert_not_relinked_says_it_too(app: GoModule) -> None:
    app.build("-ldflags=-X main.bilt=1", "./cmd/app")
    again = app.build("-ldflags=-X main.bilt=2", "./cmd/app")
    assert failure(assert_not_relinked, again).splitlines()[-1] == (
        "-X main.bilt stamps nothing: main has no string variable bilt; nearest: main.built"
    )
