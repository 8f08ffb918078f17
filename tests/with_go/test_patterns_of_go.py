"""What `./...` and other patterns mean in assertions is what `go list` prints, in every shape of a module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from pytest_gocache import (
    GoModule,
    NoEvidenceError,
    PatternError,
    Result,
    assert_cached,
    assert_not_in_build,
    assert_only_rebuilt,
    assert_rebuilt,
)
from pytest_gocache.results.named_packages import parse_patterns

NESTED = """
-- go.mod --
module example.com/app

go 1.20

require example.com/nested v0.0.0

replace example.com/nested => ./nested
-- a.go --
package a

import _ "example.com/nested"
-- nested/go.mod --
module example.com/nested

go 1.20
-- nested/n.go --
package nested
"""


def named(result: Result, *patterns: str) -> list[set[str]]:
    """Which packages of the build match each pattern."""
    parsed = parse_patterns(result, patterns)
    return [{name for name in result.packages_outside_std if one.matches(name, name)} for one in parsed]


def test_a_nested_module_is_not_below_the_root(go_module: GoModule) -> None:
    go_module.load(NESTED)

    built = go_module.build("./...")

    assert built.compiled_outside_std == {"example.com/app", "example.com/nested"}
    assert_rebuilt(built, "./...")
    assert_only_rebuilt(built, "./...", "example.com/nested")
    with pytest.raises(AssertionError, match=r"\./nested  compiled"):
        assert_only_rebuilt(built, "./...")


def test_a_nested_module_is_named_from_its_own_commands(go_module: GoModule) -> None:
    go_module.load(NESTED)

    built = go_module.go("-C", "nested", "build", "./...")

    assert_rebuilt(built, "./nested", "./nested/...", "example.com/nested/...")


@pytest.mark.parametrize("folder", ["testdata/p", "_x", ".x"])
def test_folders_that_go_leaves_out_are_left_out(go_module: GoModule, folder: str) -> None:
    go_module.write({"a/a.go": "package a\n", f"{folder}/p.go": "package p\n"})

    built = go_module.build("./a", f"./{folder}")

    assert named(built, "./...", f"./{folder}") == [{"example.com/app/a"}, {f"example.com/app/{folder}"}]
    with pytest.raises(AssertionError, match="rebuilt"):
        assert_only_rebuilt(built, "./...")
    with pytest.raises(AssertionError, match="rebuilt"):
        assert_only_rebuilt(built, "example.com/app/...")


def test_another_module_file_has_another_module_path(go_module: GoModule) -> None:
    go_module.write({"lib/lib.go": "package lib\n", "alt.mod": "module example.org/alt\n\ngo 1.20\n"})

    built = go_module.build("-modfile=alt.mod", "./...")

    assert named(built, "./...", "./lib") == [{"example.org/alt/lib"}] * 2
    assert_rebuilt(built, "./lib")


def test_tags_and_overlays_are_those_of_the_command(go_module: GoModule) -> None:
    go_module.write({"a/a.go": "package a\n", "b/b.go": "//go:build fast\n\npackage b\n", "other.txt": "package c\n"})
    go_module.write("overlay.json", '{"Replace": {"c/c.go": "other.txt"}}')

    plain = go_module.build("./...")
    fast = go_module.build("-tags=fast", "-overlay=overlay.json", "./a", "./b", "./c")

    assert named(plain, "./...") == [{"example.com/app/a"}]
    assert named(fast, "./...") == [{"example.com/app/a", "example.com/app/b", "example.com/app/c"}]


def test_a_workspace_names_the_packages_of_its_modules(go_module: GoModule) -> None:
    go_module.write(
        {
            "go.mod": "module example.com/app\n\ngo 1.20\n",
            "go.work": "go 1.20\n\nuse (\n\t.\n\t./second\n)\n",
            "a/a.go": "package a\n",
            "second/go.mod": "module example.com/second\n\ngo 1.20\n",
            "second/s/s.go": "package s\n",
            "third/go.mod": "module example.com/third\n\ngo 1.20\n",
            "third/t.go": "package third\n",
        }
    )

    built = go_module.build("./a", "./second/...")

    assert named(built, "./second/...", "./second/s") == [{"example.com/second/s"}] * 2
    assert named(built, "./...") == [
        {name for name in go_module.go("list", "./...").stdout.split() if name in built.packages}
    ]
    with pytest.raises(PatternError, match=r"\./third"):
        assert_cached(built, "./third")


def test_a_vendored_package_is_named_by_its_import_path(go_module: GoModule) -> None:
    go_module.write(
        {
            "go.mod": "module example.com/app\n\ngo 1.20\n\nrequire example.com/far v1.0.0\n",
            "a.go": 'package a\n\nimport _ "example.com/far"\n',
            "vendor/modules.txt": "# example.com/far v1.0.0\n## explicit\nexample.com/far\n",
            "vendor/example.com/far/far.go": "package far\n",
        }
    )

    built = go_module.build("./...")

    assert named(built, "./...", "example.com/far") == [{"example.com/app"}, {"example.com/far"}]


def test_an_earlier_result_keeps_its_meaning_after_an_edit(go_module: GoModule) -> None:
    go_module.write({"a/a.go": "package a\n", "b/b.go": "package b\n"})
    first = go_module.build("./...")
    go_module.append("a/a.go", "\nfunc A() {}\n")
    second = go_module.build("./...")

    assert_rebuilt(first, "./...")
    assert_only_rebuilt(second, "./a")


@pytest.mark.parametrize(
    "change",
    [
        lambda module: module.write("c/c.go", "package c\n"),
        lambda module: module.remove("b/b.go"),
        lambda module: module.edit("b/b.go", "package b", "//go:build never\n\npackage b"),
        lambda module: module.edit("go.mod", "example.com/app", "example.com/other"),
        lambda module: module.write("b/go.mod", "module example.com/b\n"),
    ],
)
def test_what_a_pattern_named_before_a_change_of_packages_is_not_known(
    go_module: GoModule, change: Callable[[GoModule], object]
) -> None:
    go_module.write({"a/a.go": "package a\n", "b/b.go": "package b\n"})
    built = go_module.build("./...")
    change(go_module)

    with pytest.raises(NoEvidenceError, match=r"which packages \./\.\.\. named in `go build"):
        assert_rebuilt(built, "./...")
    assert_rebuilt(built, "example.com/app/a", "example.com/app/b")


def test_a_misspelled_folder_is_no_package(go_module: GoModule) -> None:
    go_module.write("lib/lib.go", "package lib\n")
    built = go_module.build("./...")

    for pattern in ("./lbi", "./lbi/..."):
        with pytest.raises(PatternError, match=r"near it: \./lib"):
            assert_cached(built, pattern)
        with pytest.raises(PatternError, match="matches no known package"):
            assert_not_in_build(built, pattern)


def test_to_ask_leaves_no_trace(go_module: GoModule) -> None:
    go_module.write("lib/lib.go", "package lib\n")
    built = go_module.build("./...")
    cache = Path(built.circumstances.env["GOCACHE"])
    before = {path: path.stat().st_mtime_ns for path in (*cache.rglob("*"), *go_module.path.rglob("*"))}

    assert_rebuilt(built, "./...")

    assert {path: path.stat().st_mtime_ns for path in (*cache.rglob("*"), *go_module.path.rglob("*"))} == before


FOLDERS = (
    *("a", "a/b", "a/testdata", "_a", ".a", "a/_b", "testdata", "testdata/t", "vendor/v", "cmd/x", "a...b", "n", "n/m"),
    "lib.test",
)
TEXTS = (
    *("package p\n", "//go:build fast\n\npackage p\n", "package p_test\n", "// Package p.\npackage p\n"),
    'package p\n\nimport "C"\n',
)
PATTERNS = (
    *(
        "./...",
        ".",
        "./a",
        "./a/...",
        "./a...",
        "./testdata",
        "./testdata/...",
        "./n",
        "./n/...",
        "./vendor/...",
        "./_a",
    ),
    *(
        "./.../b",
        "example.com/app/...",
        "example.com/app/a...",
        "example.com/n/...",
        "./cmd/x",
        "./lib.test",
        "./nowhere",
    ),
)
ALL = {f"example.com/{module}/{folder}" for folder in FOLDERS for module in ("app", "n")} | {"example.com/n"}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    files=st.dictionaries(st.sampled_from(FOLDERS), st.sampled_from(TEXTS), min_size=1),
    inner=st.sampled_from(["", "n", "a/b"]),
    flags=st.sampled_from([(), ("-tags=fast",)]),
    cgo=st.sampled_from(["0", "1"]),
    patterns=st.lists(st.sampled_from(PATTERNS), min_size=3, max_size=3, unique=True),
)
def test_every_pattern_is_what_go_list_prints(  # noqa: PLR0913 - what makes a module
    go_module: GoModule, *, files: Mapping[str, str], inner: str, flags: tuple[str, ...], cgo: str, patterns: list[str]
) -> None:
    for path in go_module.path.iterdir():
        if path.name != "go.mod":
            go_module.remove(path.name)
    for folder, text in files.items():
        go_module.write(f"{folder}/{'p_test' if 'p_test' in text else 'p'}.go", text)
    if inner:
        go_module.write(f"{inner}/go.mod", "module example.com/n\n\ngo 1.20\n")
    env = {"CGO_ENABLED": cgo}
    # What patterns name depends on the module and the flags, and not on the end of the command.
    built = go_module.build(*flags, "-n", "std/nothing", env=env, check=False)
    for pattern in patterns:
        listed = go_module.go("list", "-find", *flags, pattern, env=env, check=False)
        (parsed,) = parse_patterns(built, [pattern])
        if listed.returncode == 0:
            assert {name for name in ALL if parsed.matches(name)} == set(listed.stdout.split()) & ALL
