"""Package patterns: `go help packages` is the specification."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from pytest_gocache.errors import PatternError, UsageError
from pytest_gocache.golang.patterns import Pattern, near_misses

APP = {".": "example.com/app"}
WORKSPACE = {
    ".": "example.com/app",
    "tools": "example.com/tools",
    "tools/gen": "example.com/gen",
    "x/y": "example.org/y",
}


def matches(pattern: str, package: str) -> bool:
    return Pattern.parse(pattern, WORKSPACE, std={"fmt", "net/http", "net"}).matches(package, package)


@pytest.mark.parametrize(
    ("pattern", "matched", "others"),
    [
        ("fmt", ["fmt"], ["fmt/x", "xfmt", "fmtx", ""]),
        ("example.com/app", ["example.com/app"], ["example.com/app/lib", "exampleXcom/app"]),
        # "net/... matches net and packages in its subdirectories, such as net/http"
        ("net/...", ["net", "net/http", "net/http/httptest"], ["network", "net2/x", "internal/net"]),
        # "net..." also matches what merely begins so.
        ("net...", ["net", "net/http", "netip"], ["internal/net"]),
        (".../http", ["net/http", "a/b/http"], ["http", "net/http/x"]),
        ("...", ["fmt", "example.com/app/lib"], []),
        (
            "example.com/.../lib",
            ["example.com/app/lib", "example.com/a/b/lib"],
            ["example.com/lib", "example.com/lib/x"],
        ),
        ("example.com/...s/x", ["example.com/tools/x"], ["example.com/tool/x"]),
        ("example.com/.../...", ["example.com/app/lib", "example.com/app"], ["example.com"]),
        ("std", ["fmt", "net/http"], ["std", "os", "example.com/app"]),
        ("cmd", ["cmd", "cmd/go", "cmd/go/internal/work"], ["cmdx", "example.com/app/cmd"]),
        ("all", ["fmt", "example.com/app", "cmd/go"], []),
        ("example.com/a+b", ["example.com/a+b"], ["example.com/aab", "example.com/ab"]),
        # Relative ones, in a workspace of four modules:
        (".", ["example.com/app"], ["example.com/app/lib", "example.com/tools"]),
        ("./", ["example.com/app"], ["example.com/app/lib"]),
        ("./lib", ["example.com/app/lib"], ["example.com/app/lib/x", "example.com/app"]),
        ("./lib/", ["example.com/app/lib"], ["example.com/app/lib/x"]),
        ("./a/../lib", ["example.com/app/lib"], ["example.com/app/a"]),
        ("./lib/...", ["example.com/app/lib", "example.com/app/lib/x"], ["example.com/app/library"]),
        ("./lib...", ["example.com/app/lib", "example.com/app/library"], ["example.com/app"]),
        (
            "./...",
            ["example.com/app", "example.com/app/lib", "example.com/tools/x", "example.com/gen", "example.org/y/z"],
            ["fmt", "example.com/apple", "example.org/x"],
        ),
        ("./tools", ["example.com/tools"], ["example.com/app/tools", "example.com/tools/x"]),
        ("./tools/x", ["example.com/tools/x"], ["example.com/app/tools/x"]),
        ("./tools/...", ["example.com/tools", "example.com/tools/x", "example.com/gen"], ["example.com/app"]),
        ("./tools/gen/...", ["example.com/gen", "example.com/gen/x"], ["example.com/tools/gen", "example.com/tools"]),
        ("./x/y/z", ["example.org/y/z"], ["example.com/app/x/y/z"]),
        ("./x", ["example.com/app/x"], ["example.org/y"]),
        ("./x/...", ["example.com/app/x/z", "example.org/y", "example.org/y/z"], ["example.com/app"]),
        ("./too...", ["example.com/app/toothbrush", "example.com/tools/x"], ["example.com/app"]),
    ],
)
def test_patterns_match_as_in_go_help_packages(pattern: str, matched: list[str], others: list[str]) -> None:
    assert [p for p in matched if not matches(pattern, p)] == []
    assert [p for p in others if matches(pattern, p)] == []


def test_a_pattern_that_begins_like_a_nested_module_also_names_the_main_modules_packages() -> None:
    # Go resolves the folder before the last slash: ./tools... is about everything here whose name begins with tools.
    assert matches("./tools...", "example.com/tools/x")
    assert matches("./tools...", "example.com/app/tools2")


@pytest.mark.parametrize("pattern", ["...", "example.com/...", "example.com/app/..."])
def test_a_wildcard_never_matches_a_vendor_element(pattern: str) -> None:
    # `go help packages`: "./... does not match packages in subdirectories of ./vendor, but ./vendor/... does".
    assert not matches(pattern, "example.com/app/vendor/example.org/x")
    assert matches("example.com/app/vendor/...", "example.com/app/vendor/example.org/x")


def test_a_variant_is_meant_by_its_full_name_only() -> None:
    pattern = Pattern.parse("m/lib [m/lib.test]", APP)
    assert pattern.matches("m/lib", "m/lib [m/lib.test]")
    assert not pattern.matches("m/lib", "m/lib")
    assert not pattern.matches("m/lib")
    assert not Pattern.parse("m/li... [m/lib.test]", APP).matches("m/lib", "m/lib [m/lib.test]")


def test_a_package_pattern_covers_the_packages_variants() -> None:
    assert Pattern.parse("m/lib", APP).matches("m/lib", "m/lib [m/lib.test]")


def test_a_pattern_remembers_how_it_was_written() -> None:
    assert Pattern.parse("./lib/...", APP).text == "./lib/..."


@pytest.mark.parametrize(
    ("pattern", "modules", "message"),
    [
        ("", APP, "empty"),
        ("  ", APP, "empty"),
        ("/src/app/lib", APP, "absolute path"),
        ("..", APP, r"outside the main module \(example.com/app\)"),
        ("../other", APP, "outside the main module"),
        ("../other/...", APP, "outside the main module"),
        ("./../other", APP, "outside the main module"),
        ("./lib/../../other", APP, "outside the main module"),
        ("./lib", {}, "there is no go.mod"),
        ("./...", {}, "there is no go.mod"),
        ("./lib", {"tools": "example.com/tools"}, "outside the main module"),
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str, modules: dict[str, str], message: str) -> None:
    with pytest.raises(PatternError, match=message) as caught:
        Pattern.parse(pattern, modules)
    assert isinstance(caught.value, UsageError)


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [("./...", "example.com/tools/x"), ("./tools/...", "example.com/tools"), ("./tools", "example.com/tools")],
)
def test_a_module_in_a_subfolder_needs_none_at_the_root(pattern: str, matched: str) -> None:
    assert Pattern.parse(pattern, {"tools": "example.com/tools"}).matches(matched)


SEGMENT = st.from_regex(r"[a-z][a-z0-9.+_-]{0,4}[a-z0-9]", fullmatch=True).filter(
    lambda s: "..." not in s and s not in {"all", "std", "cmd", "vendor"}
)
PATH = st.lists(SEGMENT, min_size=1, max_size=4).map("/".join)


@given(PATH, PATH)
def test_an_import_path_matches_itself_only(path: str, other: str) -> None:
    pattern = Pattern.parse(path, APP)
    assert pattern.matches(path)
    assert pattern.matches(other) is (other == path)
    assert not pattern.matches(path + "/x")
    assert not pattern.matches(path + "x")


@given(PATH, PATH, PATH)
def test_a_trailing_wildcard_matches_the_package_and_all_below(path: str, below: str, other: str) -> None:
    pattern = Pattern.parse(path + "/...", APP)
    assert pattern.matches(path)
    assert pattern.matches(f"{path}/{below}")
    assert pattern.matches(other) is (other == path or other.startswith(path + "/"))


@given(PATH)
def test_a_relative_pattern_is_the_modules_path_and_it(path: str) -> None:
    exact, below = (Pattern.parse(f"./{path}{end}", APP) for end in ("", "/..."))
    assert exact.matches(f"example.com/app/{path}")
    assert not exact.matches(path)
    assert below.matches(f"example.com/app/{path}/x")
    assert not below.matches(f"example.com/app/{path}x")


@given(PATH, PATH)
def test_all_matches_everything_and_a_bare_wildcard_too(path: str, other: str) -> None:
    assert Pattern.parse("all", APP).matches(path)
    assert Pattern.parse("...", APP).matches(path)
    assert Pattern.parse(f"{path}...", APP).matches(path + other)


PACKAGES = ["example.com/app/lib", "example.com/app/cmd/server", "example.com/app/internal/store", "fmt", "net/http"]


@pytest.mark.parametrize(
    ("pattern", "first"),
    [
        ("lib", "example.com/app/lib"),
        ("./lib", "example.com/app/lib"),
        ("./lib/...", "example.com/app/lib"),
        ("example.com/app/libs", "example.com/app/lib"),
        ("./cmd/sever", "example.com/app/cmd/server"),
        ("example.com/app/cmd/sevrer", "example.com/app/cmd/server"),
        ("store", "example.com/app/internal/store"),
        ("http", "net/http"),
        ("fnt", "fmt"),
    ],
)
def test_the_best_near_miss_is_what_was_meant(pattern: str, first: str) -> None:
    assert near_misses(pattern, PACKAGES)[0] == first


def test_near_misses_are_few_and_each_named_once() -> None:
    many = [f"example.com/app/lib{i}" for i in range(50)]
    found = near_misses("./lib", [*many, *many], limit=3)
    assert len(found) == len(set(found)) == 3
    assert near_misses("./lib", []) == []
    assert near_misses("qqqqqq", PACKAGES) == []


@given(st.text(max_size=12), st.lists(PATH, max_size=6))
def test_near_misses_are_always_candidates(pattern: str, candidates: list[str]) -> None:
    found = near_misses(pattern, candidates)
    assert set(found) <= set(candidates)
    assert len(found) <= 5
