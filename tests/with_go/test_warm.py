"""What is warm and what is cold: the rule that users rely on, on real Go."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pytest_gocache import BuildCache, GoModule, GoToolchain, assert_cached
from pytest_gocache.caches.variant import Variant
from pytest_gocache.caches.warm_store import WarmStore
from pytest_gocache.golang.command_line import GoArguments
from pytest_gocache.plugin.session import session_of

# Every flag and variable here selects compiled forms of the standard library of its own.
VARIANTS = [
    pytest.param((), {}, id="plain"),
    pytest.param(("-trimpath",), {}, id="trimpath"),
    pytest.param(("-race",), {}, id="race", marks=pytest.mark.gocache(cgo=True)),
    pytest.param(("-buildmode=pie",), {}, id="pie"),
    pytest.param(("-tags=netgo,osusergo",), {}, id="tags"),
    pytest.param((), {"CGO_ENABLED": "0"}, id="no-cgo"),
    pytest.param((), {"GOOS": "windows"}, id="windows"),
    pytest.param((), {"GOOS": "js", "GOARCH": "wasm"}, id="wasm"),
    pytest.param((), {"GOAMD64": "v3", "GOARCH": "amd64"}, id="amd64-v3"),
    pytest.param((), {"GOFLAGS": "-trimpath"}, id="GOFLAGS"),
]


@pytest.mark.parametrize(("flags", "env"), VARIANTS)
def test_the_standard_library_is_warm_for_every_variant(
    app: GoModule, flags: tuple[str, ...], env: dict[str, str]
) -> None:
    app.env |= env
    built = app.build(*flags, "./...")
    vetted = app.vet(*flags, "./...")

    assert built.compiled_outside_std == {f"example.com/app/{name}" for name in ("api", "cmd/app", "lib", "lone")}
    assert not built.compiled & built.std
    assert not vetted.compiled & vetted.std


@pytest.mark.parametrize("flags", [(), ("-cover",), ("-covermode=atomic",), ("-coverprofile=c.out",), ("-v", "-json")])
def test_tests_find_a_warm_standard_library(app: GoModule, flags: tuple[str, ...]) -> None:
    result = app.test(*flags, "./...")

    assert result.tests["example.com/app/lib"].ran
    assert not result.compiled & result.std
    # The facts that vet collects of the standard library are part of being warm: they cost seconds.
    assert not [a for a in result.actions if a.mode == "vet" and a.ran and not a.import_path.startswith("example.com")]


def test_what_a_test_adds_later_is_warm_too(app: GoModule) -> None:
    app.build("./...")
    app.write("web/web.go", 'package web\n\nimport "net/http/cookiejar"\n\nvar Jar cookiejar.Jar\n')

    result = app.build("./...")

    assert "net/http/cookiejar" in result.cached
    assert result.compiled == {"example.com/app/web"}


def test_packages_that_the_command_line_names_are_warm(go_module: GoModule) -> None:
    result = go_module.build("encoding/csv", "internal/abi", "text/...")

    assert {"encoding/csv", "internal/abi", "text/template", "text/tabwriter"} <= result.cached
    assert not result.compiled


def test_imports_for_another_platform_do_not_get_in_the_way(app: GoModule) -> None:
    app.write("lone/lone_js.go", 'package lone\n\nimport _ "syscall/js"\n')
    app.write("lone/lone_windows.go", 'package lone\n\nimport _ "golang.org/x/nowhere"\n')

    assert not app.build("./...").compiled & app.build("./...").std


@pytest.mark.gocache(cgo=True)
def test_cgo_is_warm(app: GoModule) -> None:
    app.write(
        "lone/c.go",
        'package lone\n\n// int one(void) { return 1; }\nimport "C"\n\nfunc One() int { return int(C.one()) }\n',
    )

    result = app.build("./...")

    assert "runtime/cgo" in result.cached
    assert not result.compiled & result.std


def test_a_default_profile_beside_a_main_package_is_warm(app: GoModule) -> None:
    app.write(
        "prof/main.go",
        """\
package main

import (
	"os"
	"runtime/pprof"
)

func main() {
	if err := pprof.StartCPUProfile(os.Stdout); err != nil {
		panic(err)
	}
	pprof.StopCPUProfile()
}
""",
    )
    ran = app.run("./prof")
    assert ran.evidence is not None
    app.write("cmd/app/default.pgo", (ran.evidence / "stdout").read_bytes())
    app.remove("prof")

    result = app.build("./cmd/app")

    assert not result.compiled & result.std
    assert {"example.com/app/lib", "example.com/app/api", "example.com/app/cmd/app"} <= result.compiled


def test_warm_false_starts_from_an_empty_cache(request: pytest.FixtureRequest) -> None:
    request.applymarker(pytest.mark.gocache(warm=False))
    module: GoModule = request.getfixturevalue("go_module")
    module.write("lone.go", 'package lone\n\nimport _ "errors"\n')

    result = module.build()

    assert "errors" in result.compiled
    assert not result.cached


def test_clearing_the_cache_makes_the_standard_library_cold(go_module: GoModule, gocache: BuildCache) -> None:
    go_module.write("lone.go", 'package lone\n\nimport _ "errors"\n')
    assert "errors" in go_module.build().cached

    gocache.clear()

    assert "errors" in go_module.build().compiled


def test_the_rebuild_that_a_command_asks_for_is_real(go_module: GoModule) -> None:
    go_module.write("lone.go", 'package lone\n\nimport _ "errors"\n')

    assert "errors" in go_module.build("-a").compiled
    assert "errors" in go_module.build("-gcflags=all=-N").compiled


@pytest.mark.gocache(warm="all")
def test_the_mark_makes_variants_for_all_packages_warm(go_module: GoModule) -> None:
    go_module.write("lone.go", 'package lone\n\nimport _ "errors"\n')
    first = go_module.build("-gcflags=all=-N")
    assert first.compiled == {"example.com/app"}
    assert "errors" in first.cached
    machine = go_module.on_new_machine()
    assert machine.build("./...", env={"GOFLAGS": "-gcflags=all=-N"}).compiled == {"example.com/app"}


def test_everything_but_the_standard_library_is_cold(app: GoModule) -> None:
    assert app.build("./lib").compiled == {"example.com/app/lib"}


def test_a_module_of_another_test_is_never_seen(app: GoModule) -> None:
    # The same sources as every test of this file: had they shared a cache, this would be a hit.
    result = app.build("-trimpath", "./...")

    assert result.compiled_outside_std == {f"example.com/app/{n}" for n in ("api", "cmd/app", "lib", "lone")}


def test_what_only_tests_need_otherwise_is_warm_for_a_build_that_imports_it(go_module: GoModule) -> None:
    # Every test binary has these two in it; few programs have.
    go_module.write(
        "main.go", 'package main\n\nimport (\n\t_ "runtime/pprof"\n\t_ "text/tabwriter"\n)\n\nfunc main() {}\n'
    )

    result = go_module.build()

    assert {"runtime/pprof", "text/tabwriter"} <= result.cached
    assert result.compiled == {"example.com/app"}


def test_a_build_is_given_what_a_test_needs_too_and_no_more(app: GoModule, gocache: BuildCache) -> None:
    app.build("./...")
    at_first = len(gocache.entries())
    app.test("./...")
    for_testing = len(gocache.entries())
    app.vet("./...")

    assert for_testing - at_first < 100  # the module's own
    assert len(gocache.entries()) - for_testing > 100


def test_a_list_of_the_standard_library_makes_nothing_warm(go_module: GoModule, pytestconfig: pytest.Config) -> None:
    counts = session_of(pytestconfig).store.counts
    before = counts.hits + counts.misses
    assert "fmt" in go_module.go("list", "std").stdout.split()
    assert counts.hits + counts.misses == before
    # A package without code is one of the standard library, too.
    assert_cached(go_module.build("builtin", "errors"))


def test_arguments_of_the_program_of_go_run_are_no_packages(go_module: GoModule) -> None:
    go_module.write("main.go", "package main\n\nfunc main() {}\n")
    result = go_module.run(".", "net/http", "", "std")
    assert_cached(result, "std")
    assert go_module.gocache.path.is_dir()
    assert len(go_module.gocache.entries()) < 800  # net/http has twice as many


def test_tags_that_only_the_module_knows_are_no_variant(app: GoModule, pytestconfig: pytest.Config) -> None:
    app.write("lib/tagged.go", "//go:build seccomp\n\npackage lib\n")
    app.build("./...")
    counts = session_of(pytestconfig).store.counts
    before = counts.misses
    for spelling in ("seccomp libpathrs ", "libpathrs,seccomp", "'seccomp'"):
        built = app.build(f"-tags={spelling}", "./...")
        assert not built.compiled & built.std
    assert counts.misses == before


def test_every_platform_is_a_tag_that_selects_files(go_module: GoModule, go_toolchain: GoToolchain) -> None:
    # A tag like windows selects x_windows.go, whose name is the only constraint.
    platforms = go_module.go("tool", "dist", "list").stdout
    assert go_toolchain.std_tags.issuperset(platforms.replace("/", "\n").split())


@pytest.mark.gocache(cgo=True)
def test_settings_for_c_code_make_only_what_they_reach(
    app: GoModule, go_toolchain: GoToolchain, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    env = {name: value for name, value in app.env.items() if value} | {"PATH": os.environ["PATH"]}
    arguments = GoArguments.read(["build", "."], "")
    plain = Variant.of(go_toolchain, arguments, env, app.path)
    other = Variant.of(go_toolchain, arguments, {**env, "CGO_CFLAGS": "-O1"}, app.path)
    assert (plain.family != other.family, plain.kin == other.kin) == (True, True)
    store = WarmStore(tmp_path / "store", session_of(pytestconfig).ambient, lambda _: None, 2**40, lambda: tmp_path)
    caches = [BuildCache(tmp_path / name) for name in ("plain", "other")]
    for cache, variant in zip(caches, (plain, other), strict=True):
        cache.create()
        assert store.warm(cache, go_toolchain, variant, frozenset({"net"})) is None
    made = {file: json.loads(file.read_text()) for file in (tmp_path / "store" / "warm").glob("*/*/entry.json")}
    first, second = ([one for one in made.values() if one["variant"] == name] for name in (plain.label, other.label))
    # The base entry and the one with net, of both variants.
    assert [len(first), len(second)] == [2, 2]
    assert sum(one["bytes"] for one in second) < 0.25 * sum(one["bytes"] for one in first)
    # What the plain variant alone needs was taken out again: the new entry has as many outputs, and not more.
    outputs = {
        one["variant"]: len(list((file.parent / "cache").glob("??/*-a")))
        for file, one in made.items()
        if not one["packages"]
    }
    assert outputs[other.label] <= outputs[plain.label]
    app.gocache.restore(caches[1])
    built = app.build("./...", env={"CGO_CFLAGS": "-O1"})
    assert not built.compiled & built.std
