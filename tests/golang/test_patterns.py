"""Package patterns: `go help packages` is the specification."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from pytest_gocache.errors import PatternError, UsageError
from pytest_gocache.golang.patterns import Pattern, is_for_go, near_misses


def matches(pattern: str, package: str) -> bool:
    return Pattern.parse(pattern, std={"fmt", "net/http", "net"}).matches(package, package)


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
    ],
)
def test_patterns_match_as_in_go_help_packages(pattern: str, matched: list[str], others: list[str]) -> None:
    assert [p for p in matched if not matches(pattern, p)] == []
    assert [p for p in others if matches(pattern, p)] == []


@pytest.mark.parametrize(
    ("pattern", "for_go"),
    [
        *((text, True) for text in (".", "..", "./", "./lib", "./...", "./lib/...", "../x", "./_x", "./testdata/p")),
        # Inside a module, Go leaves out folders like testdata.
        *(
            (text, True)
            for text in ("example.org/m/...", "example.org/m/a...", "example.org/m/.../x", "app/nested/...")
        ),
        *(
            (text, False)
            for text in ("fmt", "std", "cmd", "all", "...", "net/...", "net...", "cmd/...", "example.org/m")
        ),
        *((text, False) for text in ("other/...", "./lib [x.test]", "example.org/m... [x.test]", ".../http", "")),
        # Of several modules, or of another one.
        *((text, False) for text in ("example.org/...", "example.org/m...", "example.org/mm/...", "app/...")),
    ],
)
def test_what_only_go_knows(pattern: str, for_go: object) -> None:
    assert is_for_go(pattern, ["example.org/m", "app/nested"]) is for_go


def test_what_go_names_is_what_matches() -> None:
    pattern = Pattern.parse("./...", named={"example.com/app/lib"})
    assert pattern.matches("example.com/app/lib", "example.com/app/lib [example.com/app/lib.test]")
    assert not pattern.matches("example.com/app/testdata/p")
    assert pattern.text == "./..."


@pytest.mark.parametrize("pattern", ["...", "example.com/...", "example.com/app/..."])
def test_a_wildcard_never_matches_a_vendor_element(pattern: str) -> None:
    # `go help packages`: "./... does not match packages in subdirectories of ./vendor, but ./vendor/... does".
    assert not matches(pattern, "example.com/app/vendor/example.org/x")
    assert matches("example.com/app/vendor/...", "example.com/app/vendor/example.org/x")


def test_a_variant_is_meant_by_its_full_name_only() -> None:
    pattern = Pattern.parse("m/lib [m/lib.test]")
    assert pattern.matches("m/lib", "m/lib [m/lib.test]")
    assert not pattern.matches("m/lib", "m/lib")
    assert not pattern.matches("m/lib")
    assert not Pattern.parse("m/li... [m/lib.test]").matches("m/lib", "m/lib [m/lib.test]")


def test_a_package_pattern_covers_the_packages_variants() -> None:
    assert Pattern.parse("m/lib").matches("m/lib", "m/lib [m/lib.test]")


def test_a_pattern_remembers_how_it_was_written() -> None:
    assert Pattern.parse("./lib/...").text == "./lib/..."


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("/src/app/lib", "absolute path"),
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str, message: str) -> None:
    with pytest.raises(PatternError, match=message) as caught:
        Pattern.parse(pattern)
    assert isinstance(caught.value, UsageError)


SEGMENT = st.from_regex(r"[a-z][a-z0-9.+_-]{0,4}[a-z0-9]", fullmatch=True).filter(
    lambda s: "..." not in s and s not in {"all", "std", "cmd", "vendor"}
)
PATH = st.lists(SEGMENT, min_size=1, max_size=4).map("/".join)


@given(PATH, PATH)
def test_an_import_path_matches_itself_only(path: str, other: str) -> None:
    pattern = Pattern.parse(path)
    assert pattern.matches(path)
    assert pattern.matches(other) is (other == path)
    assert not pattern.matches(path + "/x")
    assert not pattern.matches(path + "x")


@given(PATH, PATH, PATH)
def test_a_trailing_wildcard_matches_the_package_and_all_below(path: str, below: str, other: str) -> None:
    pattern = Pattern.parse(path + "/...")
    assert pattern.matches(path)
    assert pattern.matches(f"{path}/{below}")
    assert pattern.matches(other) is (other == path or other.startswith(path + "/"))


@given(PATH, PATH)
def test_all_matches_everything_and_a_bare_wildcard_too(path: str, other: str) -> None:
    assert Pattern.parse("all").matches(path)
    assert Pattern.parse("...").matches(path)
    assert Pattern.parse(f"{path}...").matches(path + other)


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
