"""Each assertion passes when it should, fails when it must, and says why in its message."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from inline_snapshot import snapshot

from pytest_gocache import (
    GoModule,
    PatternError,
    UsageError,
    assert_cached,
    assert_not_relinked,
    assert_only_rebuilt,
    assert_only_relinked,
    assert_rebuilt,
    assert_relinked,
    assert_test_cached,
    assert_test_ran,
)
from tests.messages import failure

EDIT = ("lib/lib.go", '"hello"', '"good day"')


# The edit, where it is told beside a package that only follows.
CAUSE = r':?\s+file lib.go changed since step 1:\s+- func .*"hello"\) }\s+\+ func .*"good day"\) }'


# assert_cached


def test_assert_cached(app: GoModule) -> None:
    app.build("./...")
    app.touch("lib/lib.go")
    result = app.build("./...")

    assert_cached(result)
    assert_cached(result, "./...", "fmt", "std", "example.com/app/lib", "./cmd/...")


def test_assert_cached_fails(app: GoModule) -> None:
    app.build("./...")
    app.edit(*EDIT)
    result = app.build("./...")

    assert_cached(result, "std", "./lone")
    assert failure(assert_cached, result) == snapshot("""\
3 packages were rebuilt by `go build ./...` (step 2) [assert_cached]
  ./lib            file lib.go changed since step 1:
                     - func Hello() string { return fmt.Sprint("hello") }
                     + func Hello() string { return fmt.Sprint("good day") }
  └─ ./api         imports it
     └─ ./cmd/app  imports it
the key of an importer has the content of ./lib: function bodies, not only the exported API\
""")
    with pytest.raises(AssertionError, match="1 package was rebuilt"):
        assert_cached(result, "./api")


def test_assert_cached_shows_the_flags_that_changed(app: GoModule) -> None:
    app.build("-gcflags=-trimpath=/home/a", "./lib")
    assert failure(assert_cached, app.build("-gcflags=-trimpath=/home/b", "./lib")) == snapshot("""\
1 package was rebuilt by `go build -gcflags=-trimpath=/home/b ./lib` (step 2) [assert_cached]
  ./lib  compile flags changed since step 1:
           - -trimpath=/home/a
           + -trimpath=/home/b
values that change with every build belong in the link step: use -ldflags=-X, and the -trimpath build flag\
""")


def test_assert_cached_says_that_a_rebuild_was_forced(app: GoModule) -> None:
    app.build("./lone")
    assert failure(assert_cached, app.build("-a", "./lone"), "./lone") == snapshot("""\
1 package was rebuilt by `go build -a ./lone` (step 2) [assert_cached]
  ./lone  forced by -a: nothing in its key changed since step 1
remove -a, which compiles everything every time: to empty a doubtful cache, run `go clean -cache` once\
""")


def test_assert_cached_covers_test_variants(app: GoModule) -> None:
    app.test("./lib")
    app.append("lib/lib_test.go", "\n// more\nfunc TestMore(t *testing.T) {}\n")
    result = app.test("./lib")

    with pytest.raises(AssertionError, match=r"./lib \[./lib.test\] +file lib_test.go changed"):
        assert_cached(result, "./lib")


# assert_rebuilt


def test_assert_rebuilt(app: GoModule) -> None:
    app.build("./...")
    app.edit(*EDIT)
    result = app.build("./...")

    assert_rebuilt(result, "./lib", "./api", "./cmd/...")
    assert_rebuilt(result, "example.com/app/lib")


def test_assert_rebuilt_fails(app: GoModule) -> None:
    app.build("./...")
    app.edit("api/api.go", '"!"', '"?"')
    result = app.build("./...")

    assert failure(assert_rebuilt, result, "./lib", "./api") == snapshot("""\
1 package was not rebuilt by `go build ./...` (step 2) [assert_rebuilt]
  ./lib  cached: nothing in its key changed since step 1
compiled: ./api, ./cmd/app\
""")


def test_assert_rebuilt_wants_the_variants_too(app: GoModule) -> None:
    app.test("./...")
    app.edit(*EDIT)
    assert_rebuilt(app.test("./..."), "./lib", "./api")

    app.append("lib/lib_test.go", "\nfunc TestMore(t *testing.T) {}\n")
    result = app.test("./...")
    assert_rebuilt(result, "example.com/app/lib [example.com/app/lib.test]")
    with pytest.raises(AssertionError, match="./lib  cached: "):
        assert_rebuilt(result, "./lib")


def test_assert_rebuilt_without_a_pattern_is_refused(app: GoModule) -> None:
    with pytest.raises(PatternError, match="assert_rebuilt: expected at least one package pattern"):
        assert_rebuilt(app.build("./lib"))


# assert_only_rebuilt


def test_assert_only_rebuilt(app: GoModule) -> None:
    app.build("./...")
    assert_only_rebuilt(app.build("./..."))
    app.edit(*EDIT)
    assert_only_rebuilt(app.build("./..."), "./lib", "./api", "./cmd/app")
    app.edit("lib/lib.go", "greets", "hails!")
    assert_only_rebuilt(app.build("./..."), "./lib")


def test_assert_only_rebuilt_allows_what_go_generates_for_the_tests_of_a_package(app: GoModule) -> None:
    app.test("./...")
    app.edit(*EDIT)

    assert_only_rebuilt(app.test("./..."), "./lib", "./api", "./cmd/app")


def test_assert_only_rebuilt_fails(app: GoModule) -> None:
    app.build("./...")
    app.edit(*EDIT)
    result = app.build("./...")

    assert failure(assert_only_rebuilt, result, "./lib", "./api", "./lone") == snapshot("""\
1 other package was rebuilt and 1 package was not rebuilt by `go build ./...` (step 2) [assert_only_rebuilt]
  expected exactly: ./lib, ./api, ./lone
  ./lib         file lib.go changed since step 1:
                  - func Hello() string { return fmt.Sprint("hello") }
                  + func Hello() string { return fmt.Sprint("good day") }
  └─ ./cmd/app  only followed: ./cmd/app ← ./api ← ./lib
  not rebuilt: ./lone  cached: nothing in its key changed since step 1
the key of an importer has the content of ./lib: function bodies, not only the exported API\
""")
    with pytest.raises(AssertionError, match="3 other packages were rebuilt by"):
        assert_only_rebuilt(result)


# Links


def test_link_assertions(app: GoModule) -> None:
    first = app.build("-o", "bin/app", "./cmd/app")
    assert_relinked(first)
    assert_relinked(first, "./cmd/app", "./cmd/...")
    installed = app.install("./cmd/app")
    assert_relinked(installed, "example.com/app/cmd/app")
    again = app.install("./cmd/app")
    assert_not_relinked(again)
    assert_not_relinked(again, "./cmd/app")
    assert_not_relinked(app.build("./lib"))


def test_assert_relinked_fails(app: GoModule) -> None:
    app.install("./cmd/app")
    assert failure(assert_relinked, app.install("./cmd/app")) == snapshot("""\
1 binary was not linked by `go install ./cmd/app` (step 2) [assert_relinked]
  ./cmd/app  up to date: the binary in place has the build ID that the link would give it\
""")


def test_assert_not_relinked_fails(app: GoModule) -> None:
    app.install("./cmd/app")
    app.edit(*EDIT)
    assert failure(assert_not_relinked, app.install("./cmd/app"), "./cmd/app") == snapshot("""\
1 binary was linked by `go install ./cmd/app` (step 2) [assert_not_relinked]
  ./lib         file lib.go changed since step 1:
                  - func Hello() string { return fmt.Sprint("hello") }
                  + func Hello() string { return fmt.Sprint("good day") }
  └─ ./cmd/app  only followed: it links ./cmd/app ← ./api ← ./lib\
""")


def test_a_test_binary_counts_for_the_package_under_test(app: GoModule) -> None:
    result = app.test("./lib")
    assert_relinked(result, "./lib")
    assert_relinked(result, "example.com/app/lib.test")
    assert_not_relinked(app.test("./lib"), "./lib")


def test_link_assertions_refuse_what_is_never_linked(app: GoModule) -> None:
    with pytest.raises(PatternError, match="'./lib' matches no main package that .* links: it links ./cmd/app"):
        assert_relinked(app.build("./..."), "./lib")
    with pytest.raises(UsageError, match="links nothing: it has no main package and no test"):
        assert_relinked(app.build("./lib"))


def test_assert_only_relinked(app: GoModule) -> None:
    app.build("-ldflags=-X main.version=1", "./...")
    bare = app.build("-ldflags=-X main.version=2", "./...")

    # Go stamps a bare -ldflags into the main package's build information: the package is recompiled for nothing else.
    assert bare.compiled == {"example.com/app/cmd/app"}
    assert_only_relinked(bare)
    assert_only_relinked(bare, "./cmd/app")
    assert failure(assert_only_relinked, bare, strict=True) == snapshot("""\
1 package was compiled by `go build '-ldflags=-X main.version=2' ./...` (step 2) [assert_only_relinked]
  ./cmd/app  build setting -ldflags changed since step 1:
               - "-X main.version=1"
               + "-X main.version=2"
Go stamps -ldflags into main packages: with -trimpath it does not, and only the link runs
or drop strict=True\
""")


def test_assert_only_relinked_strictly_with_trimpath(app: GoModule) -> None:
    app.build("-trimpath", "-ldflags=-X main.version=1", "./...")
    result = app.build("-trimpath", "-ldflags=-X main.version=2", "./...")

    assert result.compiled == set()
    assert_only_relinked(result, "./cmd/app", strict=True)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param(EDIT, r"./lib  +file lib.go changed since step 1", id="library"),
        pytest.param(
            ("cmd/app/main.go", '"dev"', '"new"'),
            r"./cmd/app  file main.go changed, build setting -ldflags changed since step 1",
            id="main-package-and-stamp",
        ),
    ],
)
def test_assert_only_relinked_fails_for_a_real_compile(app: GoModule, change: tuple[str, str, str], why: str) -> None:
    app.build("-ldflags=-X main.version=1", "./...")
    app.edit(*change)
    with pytest.raises(AssertionError, match=why):
        assert_only_relinked(app.build("-ldflags=-X main.version=2", "./..."))


def test_assert_only_relinked_fails_when_nothing_was_linked(app: GoModule) -> None:
    app.install("./cmd/app")
    with pytest.raises(AssertionError, match="1 binary was not linked by `go install ./cmd/app`"):
        assert_only_relinked(app.install("./cmd/app"))


def test_assert_only_relinked_fails_when_more_was_linked(app: GoModule) -> None:
    app.write("cmd/other/main.go", "package main\n\nfunc main() {}\n")
    app.build("./cmd/...")
    with pytest.raises(AssertionError, match="1 other binary was linked by"):
        assert_only_relinked(app.build("./cmd/..."), "./cmd/app")


# Tests


def test_test_assertions(app: GoModule) -> None:
    assert_test_ran(app.test("./..."))
    cached = app.test("./...")
    assert_test_cached(cached)
    assert_test_cached(cached, "./lib", "./...", "example.com/app/lib")
    assert_test_ran(app.test("-count=1", "./..."), "./lib")


def test_assert_test_cached_fails(app: GoModule) -> None:
    app.test("./...")
    app.edit(*EDIT)
    assert failure(assert_test_cached, app.test("./...")) == snapshot("""\
1 test package was not served from the cache by `go test ./...` (step 2) [assert_test_cached]
  ./lib  executed, passed: its test binary changed: ./lib.test ← ./lib
           file lib.go changed since step 1:
             - func Hello() string { return fmt.Sprint("hello") }
             + func Hello() string { return fmt.Sprint("good day") }\
""")


def test_assert_test_ran_fails(app: GoModule) -> None:
    app.test("./...")
    assert failure(assert_test_ran, app.test("./..."), "./lib") == snapshot("""\
1 test package was not executed by `go test ./...` (step 2) [assert_test_ran]
  ./lib  (cached): same test binary and arguments as in step 1, and it reads nothing that Go tracks
-count=1 always runs the test: use it for a test that reads what Go does not track\
""")


def test_why_a_test_result_was_not_in_the_cache(app: GoModule) -> None:
    app.write(
        "env/env_test.go",
        'package env\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestEnv(t *testing.T) { os.Getenv("WORD") }\n',
    )
    app.test("./env")

    def text(*flags: str, **env: str) -> str:
        return failure(assert_test_cached, app.test(*flags, "./env", env=env))

    assert text("-count=1") == snapshot("""\
1 test package was not served from the cache by `go test -count=1 ./env` (step 2) [assert_test_cached]
  ./env  executed, passed: -count=1 switches the test cache off
-count=1 runs tests every time: leave it out where a cached result is enough\
""")
    assert text("-cpuprofile=cpu.out") == snapshot("""\
1 test package was not served from the cache by `go test -cpuprofile=cpu.out ./env` (step 3) [assert_test_cached]
  ./env  executed, passed: -cpuprofile=cpu.out switches the test cache off
use -cpuprofile in a separate job: Go caches the results of a plain `go test`\
""")
    assert text(WORD="new") == snapshot("""\
1 test package was not served from the cache by `go test ./env` (step 4) [assert_test_cached]
  ./env  executed, passed: environment variable WORD changed since step 1:
           - (not set)
           + new\
""")
    assert text("-run=E") == snapshot("""\
1 test package was not served from the cache by `go test -run=E ./env` (step 5) [assert_test_cached]
  ./env  executed, passed: test arguments changed since step 4:
           - -timeout=10m0s
           + -timeout=10m0s -run=E\
""")
    assert text("-race") == snapshot("""\
1 test package was not served from the cache by `go test -race ./env` (step 6) [assert_test_cached]
  ./env  executed, passed: its test binary changed: ./env.test
           link mode changed since step 5:
             - exe
             + -race exe\
""")


def test_an_expected_cause_is_named_where_others_follow(app: GoModule) -> None:
    app.build("./...")
    app.edit(*EDIT)
    follower = r"\s+└─ .*cmd/app +only followed: ./cmd/app ← ./api ← ./lib"
    with pytest.raises(AssertionError, match=r"  ./lib" + CAUSE + follower):
        assert_only_rebuilt(app.build("./..."), "./lib", "./api")


def test_a_package_without_tests_counts_only_when_it_is_named(app: GoModule) -> None:
    result = app.test("./...")
    assert_test_ran(result, "./...")
    with pytest.raises(AssertionError, match="./lone  no test files"):
        assert_test_ran(result, "./lone")


def test_a_test_that_did_not_build_neither_ran_nor_was_cached(app: GoModule) -> None:
    app.append("lib/lib_test.go", "\nvar _ = undefined\n")
    result = app.test("./...", check=False)
    with pytest.raises(AssertionError, match="./lib  build failed"):
        assert_test_ran(result)
    with pytest.raises(AssertionError, match="./lib  build failed"):
        assert_test_cached(result)


# A verdict that would say nothing is an error.


@pytest.mark.parametrize("check", [assert_cached, assert_rebuilt, assert_only_rebuilt, assert_relinked])
def test_a_pattern_without_a_match_is_an_error_with_near_misses(app: GoModule, check: Callable[..., None]) -> None:
    result = app.build("./...")
    with pytest.raises(PatternError, match=r"'./libs' matches nothing in `go build ./...` \(step 1\); near it: ./"):
        check(result, "./libs")


def test_patterns_that_test_assertions_do_not_find(app: GoModule) -> None:
    with pytest.raises(PatternError, match="'./libs' matches nothing .* near it: ./lib"):
        assert_test_ran(app.test("./..."), "./libs")
    with pytest.raises(UsageError, match="printed no test verdict"):
        assert_test_cached(app.build("./..."))


@pytest.mark.parametrize("check", [assert_cached, assert_only_rebuilt, assert_relinked, assert_not_relinked])
def test_a_command_without_an_action_graph_has_no_verdict(app: GoModule, check: Callable[..., None]) -> None:
    with pytest.raises(UsageError, match="`go version` .* has no action graph"):
        check(app.go("version"))


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize(("verb", "goflags"), [("build", ""), ("test", ""), ("build", "-n")])
def test_a_command_that_only_prints_has_no_verdict(app: GoModule, verb: str, goflags: str, *, warm: bool) -> None:
    if warm:
        app.go(verb, "./...")
    flags = () if goflags else ("-n",)
    result = app.go(verb, *flags, "./...", env={"GOFLAGS": goflags})

    assert result.packages
    assert not result.compiled
    dry = "-n in GOFLAGS" if goflags else "-n"
    for check in (assert_cached, assert_only_rebuilt, assert_relinked, assert_not_relinked):
        text = failure(check, result, raises=UsageError)
        assert (
            text
            == f"{check.__name__}: {result.title} compiles nothing: {dry} only prints the commands that it would run"
        )
    # The last one counts.
    assert_rebuilt(app.build("-n=false", "-gcflags=-N", "./...", env={"GOFLAGS": "-n"}), "./...")


def test_plain_comparison_explains_itself(app: GoModule, pytestconfig: pytest.Config) -> None:
    app.build("./...")
    app.edit(*EDIT)
    result = app.build("./...")

    lines = pytestconfig.hook.pytest_assertrepr_compare(
        config=pytestconfig, op="==", left=result.compiled, right={"example.com/app/lib", "example.com/app/lonely"}
    )[0]

    assert "\n".join(lines) == snapshot("""\
result.compiled of `go build ./...` (step 2)
  2 extra: ./api ./cmd/app
  1 missing: ./lonely
  missing: ./lonely  not in the action graph of this command; near it: ./lone, ./lib, ./api, ./cmd/app
  not expected: ./api  only followed: it imports ./lib: file lib.go changed since step 1: - func Hello() string { return fmt.Sprint("hello") } + func Hello() string { return fmt.Sprint("good day") }
  not expected: ./cmd/app  only followed: ./cmd/app ← ./api ← ./lib
the key of an importer has the content of ./lib: function bodies, not only the exported API\
""")


def test_a_second_folder_is_an_input_of_every_key(app: GoModule) -> None:
    app.build("./lib")
    moved = app.path.parent / "elsewhere"
    app.path.rename(moved)
    app.path.symlink_to(moved)

    with pytest.raises(AssertionError, match=r"./lib  directory changed since step 1:"):
        assert_cached(app.build("./lib"))
