"""What a build was: the packages that it considered, whether its compiles overlapped, and what it downloaded."""

from __future__ import annotations

import os

import pytest
from inline_snapshot import snapshot

from pytest_gocache import (
    GoModule,
    ModuleProxy,
    NoEvidenceError,
    PatternError,
    UsageError,
    assert_downloaded,
    assert_no_downloads,
    assert_not_in_build,
    assert_parallel,
)
from tests.messages import failure, normalised

TOOL = {"tools/gen/main.go": "package main\n\nfunc main() {}\n"}


# assert_not_in_build


def test_assert_not_in_build(app: GoModule) -> None:
    app.write(TOOL)
    app.write("go.mod", app.read("go.mod") + "\nrequire example.com/Heavy/dep v1.2.3\n")
    result = app.build("./cmd/app")

    assert_not_in_build(result, "./tools/...", "./lone", "example.com/app/tools/gen")
    assert_not_in_build(result, "net/http", "testing/...")
    assert_not_in_build(result, "example.com/Heavy/dep/...")
    assert_not_in_build(result, "example.com/app/lib [example.com/app/lib.test]", "example.com/app/lib.test")
    assert_not_in_build(app.test("./api"), "./cmd/...", "example.com/app/lib.test", "testing")


def test_a_tool_that_a_wildcard_names(app: GoModule) -> None:
    app.write(TOOL)
    result = app.build("./...")

    assert failure(assert_not_in_build, result, "./tools/...", "./api") == snapshot("""\
2 packages are part of `go build ./...` (step 1) [assert_not_in_build]
  ./api        named by ./..., and imported by ./cmd/app
  ./tools/gen  named by ./...
./... names every package that it matches: name only the packages that you need, such as ./cmd/app\
""")
    assert failure(assert_not_in_build, app.test("./..."), "./lone") == snapshot("""\
1 package is part of `go test ./...` (step 2) [assert_not_in_build]
  ./lone  named by ./...
./... names every package that it matches: name only the packages that you need\
""")
    assert failure(assert_not_in_build, result, "fmt") == snapshot("""\
1 package is part of `go build ./...` (step 1) [assert_not_in_build]
  fmt  imported: ./lib ← fmt (named by ./...)\
""")
    app.remove("tools")
    assert_not_in_build(app.build("./..."), "./tools/...")


def test_a_package_that_is_imported(app: GoModule) -> None:
    result = app.build("-o", "bin/", "./cmd/app")
    assert failure(assert_not_in_build, result, "./cmd/...", "./api", "./lib") == snapshot("""\
3 packages are part of `go build -o bin/ ./cmd/app` (step 1) [assert_not_in_build]
  ./cmd/app  named by ./cmd/app
  ./api      imported: ./cmd/app ← ./api (named by ./cmd/app)
  ./lib      imported: ./cmd/app ← ./api ← ./lib (named by ./cmd/app)\
""")
    assert failure(assert_not_in_build, app.run("./cmd/app", "./lib"), "fmt", "./lib") == snapshot("""\
2 packages are part of `go run ./cmd/app ./lib` (step 2) [assert_not_in_build]
  fmt    imported: ./cmd/app ← fmt (named by ./cmd/app)
  ./lib  imported: ./cmd/app ← ./api ← ./lib (named by ./cmd/app)\
""")
    assert failure(assert_not_in_build, app.go("-C", "cmd", "build", "-o", "../bin/", "./app"), "./api") == snapshot("""\
1 package is part of `go -C cmd build -o ../bin/ ./app` (step 3) [assert_not_in_build]
  ./api  imported: ./cmd/app ← ./api (named by ./app)\
""")
    assert failure(assert_not_in_build, app.build("cmd/app/main.go"), "./lib") == snapshot("""\
1 package is part of `go build cmd/app/main.go` (step 4) [assert_not_in_build]
  ./lib  imported: command-line-arguments ← ./api ← ./lib (named by cmd/app/main.go)\
""")


def test_what_tests_and_vet_consider(app: GoModule) -> None:
    result = app.test("./lib")
    text = failure(assert_not_in_build, result, "./api", "testing", "example.com/app/lib.test")
    # The order is that of the action graph, which differs between Go versions.
    assert sorted(text.splitlines(), key=lambda line: (line.startswith(" "), line)) == snapshot(
        [
            "3 packages are part of `go test ./lib` (step 1) [assert_not_in_build]",
            "  ./api [./lib.test]  imported: ./lib_test [./lib.test] ← ./api [./lib.test] (named by ./lib)",
            "  ./lib.test          named by ./lib",
            "  testing             imported: ./lib.test ← testing (named by ./lib)",
        ]
    )
    variant = "example.com/app/lib_test [example.com/app/lib.test]"
    assert failure(assert_not_in_build, result, variant) == snapshot("""\
1 package is part of `go test ./lib` (step 1) [assert_not_in_build]
  ./lib_test [./lib.test]  named by ./lib\
""")
    assert failure(assert_not_in_build, app.vet("./cmd/app"), "./api") == snapshot("""\
1 package is part of `go vet ./cmd/app` (step 2) [assert_not_in_build]
  ./api  imported: ./cmd/app ← ./api (named by ./cmd/app)\
""")


def test_packages_that_there_are_not(app: GoModule) -> None:
    app.write({"lib/testdata/x/x.go": "package x\n", "nested/go.mod": "module example.com/nested\n", **TOOL})
    app.write("nested/sub/sub.go", "package sub\n")
    result = app.build("./lone")

    def text(*patterns: str) -> str:
        return failure(assert_not_in_build, result, *patterns, raises=PatternError)

    assert text("./tools/gem") == snapshot(
        "assert_not_in_build: package pattern './tools/gem' matches no known package, so it would always pass; known are the packages of the module, the standard library, the modules that go.mod requires, and earlier commands; near it: ./tools/gen"
    )
    # Which packages of the standard library are near them depends on the Go version.
    nowhere = snapshot(
        "assert_not_in_build: package pattern 'PATTERN' matches no known package, so it would always pass; known are the packages of the module, the standard library, the modules that go.mod requires, and earlier commands"
    )
    for pattern in ("./lib/testdata/...", "example.com/app/nested/...", "net/htp", "example.com/dep"):
        assert text(pattern).partition("; near it: ")[0].replace(pattern, "PATTERN") == nowhere
    assert "; near it: net/http" in text("net/htp")
    assert_not_in_build(result, "./nested/sub", "example.com/nested/...", "std")
    assert text() == snapshot("assert_not_in_build: expected at least one package pattern, and got none")
    version = app.go("version")
    assert "`go version` (step 2) has no action graph" in failure(
        assert_not_in_build, version, "fmt", raises=NoEvidenceError
    )


def test_the_standard_library_is_known_whatever_leads_path(app: GoModule) -> None:
    result = app.build("./lone", env={"PATH": "/nonexistent"})
    assert_not_in_build(result, "net/http")
    assert "near it: net/http" in failure(assert_not_in_build, result, "net/htp", raises=PatternError)


# assert_parallel

FUNCTION = """
func F{n}(words map[string]int, list []int) (sum int) {{
	for i, one := range list {{
		switch {{
		case one > {n}:
			sum += words["{n}"] * i
		case one < -{n}:
			words["{n}"], list[i] = sum-one, i
		default:
			defer func() {{ sum += len(words) / (i + {n}) }}()
		}}
	}}
	return sum
}}
"""


@pytest.fixture
def wide(go_module: GoModule) -> GoModule:
    """Four packages that do not import one another, and take the compiler a tenth of a second each."""
    for name in "abcd":
        functions = "".join(FUNCTION.format(n=n) for n in range(1, 80))
        go_module.write(f"{name}/{name}.go", f"package {name}\n{functions}")
    return go_module


def test_compiles_that_overlap(wide: GoModule) -> None:
    result = wide.build("-p=2", "./...")

    assert_parallel(result)
    assert result.max_parallel == 2
    assert normalised(failure(assert_parallel, result, 3)) == snapshot("""\
at most 2 of 4 compiles ran at a time in `go build -p=2 ./...` (step 1), expected 3 [assert_parallel]
  N s of compiling in a command of N s
-p=2 limits how many actions run at a time: the default is the number of CPUs\
""")


@pytest.mark.parametrize(
    ("flags", "env", "text"),
    [
        pytest.param(
            ("-p", "1"),
            {"GOFLAGS": "-p=2"},
            snapshot("""\
at most 1 of 4 compiles ran at a time in `go build -p 1 ./...` (step 1), expected 2 [assert_parallel]
  N s of compiling in a command of N s
-p=1 limits how many actions run at a time: the default is the number of CPUs\
"""),
            id="flag",
        ),
        pytest.param(
            (),
            {"GOFLAGS": "-p=1"},
            snapshot("""\
at most 1 of 4 compiles ran at a time in `go build ./...` (step 1), expected 2 [assert_parallel]
  N s of compiling in a command of N s
-p=1 in GOFLAGS limits how many actions run at a time: the default is the number of CPUs\
"""),
            id="GOFLAGS",
        ),
        pytest.param(
            (),
            {"GOMAXPROCS": "1"},
            snapshot("""\
at most 1 of 4 compiles ran at a time in `go build ./...` (step 1), expected 2 [assert_parallel]
  N s of compiling in a command of N s
GOMAXPROCS=1 in the environment limits how many actions run at a time: the default is the number of CPUs\
"""),
            id="GOMAXPROCS",
        ),
    ],
)
def test_compiles_in_a_row(wide: GoModule, flags: tuple[str, ...], env: dict[str, str], text: str) -> None:
    result = wide.build(*flags, "./...", env=env)

    assert normalised(failure(assert_parallel, result)) == text


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system does not bind processes to CPUs")
def test_compiles_on_one_cpu(wide: GoModule) -> None:
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        text = failure(assert_parallel, wide.build("./..."))
    finally:
        os.sched_setaffinity(0, allowed)
    assert normalised(text) == snapshot("""\
at most 1 of 4 compiles ran at a time in `go build ./...` (step 1), expected 2 [assert_parallel]
  N s of compiling in a command of N s
the number of CPUs, 1, limits how many actions run at a time: -p=2 raises the limit\
""")


def test_compiles_that_could_not_overlap(app: GoModule) -> None:
    assert failure(assert_parallel, app.build("./cmd/app"), raises=UsageError) == snapshot(
        "assert_parallel: `go build ./cmd/app` (step 1) compiled 3 packages: each imports the one before, so no two can overlap; start from a cache that lacks at least 2 packages that do not import each other"
    )
    assert failure(assert_parallel, app.build("./lib"), raises=UsageError) == snapshot(
        "assert_parallel: `go build ./lib` (step 2) compiled 0 packages: 2 cannot overlap; start from a cache that lacks at least 2 packages that do not import each other"
    )
    assert failure(assert_parallel, app.test("./..."), 1, raises=UsageError) == snapshot(
        "assert_parallel: expected at_least of 2 or more, and got 1"
    )
    assert failure(assert_parallel, app.go("version"), raises=NoEvidenceError) == snapshot(
        "assert_parallel: `go version` (step 4) has no action graph (exit status 0): only go build, test, vet, run, install, fix and list -export write one"
    )
    two_at_most = app.build("-p=4", "-trimpath", "./...")
    assert failure(assert_parallel, two_at_most, 3).splitlines()[-1] == snapshot(
        "no setting limits them: look for packages that import each other, and for one slow compile"
    )


# assert_no_downloads, assert_downloaded


@pytest.fixture
def client(go_module: GoModule, go_proxy: ModuleProxy) -> GoModule:
    """Two packages, each of which imports a module."""
    for module in ("example.com/dep", "example.com/Heavy"):
        go_proxy.add({"go.mod": f"module {module}\n", "dep.go": "package dep\n", "sub/sub.go": "package sub\n"})
    go_module.append("go.mod", "\nrequire (\n\texample.com/Heavy v1.0.0\n\texample.com/dep v1.0.0\n)\n")
    go_module.write("go.sum", go_proxy.go_sum)
    go_module.write("use/use.go", 'package use\n\nimport _ "example.com/dep"\n')
    go_module.write("heavy/heavy.go", 'package heavy\n\nimport _ "example.com/Heavy"\n')
    return go_module


def test_downloads(client: GoModule) -> None:
    first = client.build("./...")
    again = client.test("./...")

    assert_downloaded(first)
    assert_downloaded(first, "example.com/dep", "example.com/Heavy@v1.0.0")
    assert_no_downloads(again)
    assert failure(assert_downloaded, again, "example.com/Heavy") == snapshot("""\
`go test ./...` (step 2) did not download example.com/Heavy [assert_downloaded]
  downloaded: nothing
  in the module cache: example.com/Heavy@v1.0.0, example.com/dep@v1.0.0\
""")
    assert failure(assert_downloaded, again) == snapshot("""\
`go test ./...` (step 2) did not download any module [assert_downloaded]
  downloaded: nothing
  in the module cache: example.com/Heavy@v1.0.0, example.com/dep@v1.0.0\
""")


def test_packages_of_other_modules(client: GoModule) -> None:
    result = client.build("./use")

    # Nothing is known of a module that was not downloaded, but that go.mod requires it.
    assert_not_in_build(result, "example.com/Heavy", "example.com/Heavy/...", "example.com/dep/sub")
    failure(assert_not_in_build, result, "example.com/Heavy/sub", raises=PatternError)
    client.go("mod", "download")
    assert_not_in_build(result, "example.com/Heavy/sub")
    assert failure(assert_not_in_build, result, "example.com/dep") == snapshot("""\
1 package is part of `go build ./use` (step 1) [assert_not_in_build]
  example.com/dep  imported: ./use ← example.com/dep (named by ./use)\
""")
    client.go("mod", "vendor")
    client.gomodcache.clear()
    client.write("vendor/example.com/Heavy/more/more.go", "package more\n")
    assert_not_in_build(client.build("./use"), "example.com/Heavy/more")


@pytest.mark.parametrize("gomodcache", ["{machine}/other", ""])
def test_downloads_into_another_module_cache(client: GoModule, gomodcache: str) -> None:
    machine = client.gomodcache.path.parent
    client.env["GOMODCACHE"] = gomodcache.format(machine=machine)
    result = client.build("./...")

    assert client.gomodcache.entries() == ()
    assert_downloaded(result, "example.com/dep@v1.0.0", "example.com/Heavy")
    assert failure(assert_no_downloads, result) == snapshot("""\
2 modules were downloaded by `go build ./...` (step 1) [assert_no_downloads]
  example.com/Heavy@v1.0.0
  example.com/dep@v1.0.0
restore GOMODCACHE together with GOCACHE: Go downloads every module that GOMODCACHE lacks\
""")
    again = client.build("./use")
    assert_no_downloads(again)
    assert failure(assert_downloaded, again) == snapshot("""\
`go build ./use` (step 2) did not download any module [assert_downloaded]
  downloaded: nothing
  in the module cache: example.com/Heavy@v1.0.0, example.com/dep@v1.0.0\
""")
    assert_not_in_build(again, "example.com/Heavy/sub")


def test_a_program_of_another_module(go_module: GoModule, go_proxy: ModuleProxy) -> None:
    main = 'package main\n\nimport _ "example.com/tool/sub"\n\nfunc main() {}\n'
    go_proxy.add({"go.mod": "module example.com/tool\n", "main.go": main, "sub/sub.go": "package sub\n"})
    result = go_module.install("example.com/tool@v1.0.0")

    assert_downloaded(result, "example.com/tool@v1.0.0")
    assert failure(assert_not_in_build, result, "example.com/tool/sub") == snapshot("""\
1 package is part of `go install example.com/tool@v1.0.0` (step 1) [assert_not_in_build]
  example.com/tool/sub  imported: example.com/tool ← example.com/tool/sub (named by example.com/tool@v1.0.0)\
""")


def test_what_is_not_imported_is_not_downloaded(client: GoModule) -> None:
    result = client.build("./use")

    assert failure(
        assert_downloaded, result, "example.com/dep", "example.com/dep@v1.1.0", "example.com/Heavy"
    ) == snapshot("""\
`go build ./use` (step 1) did not download example.com/dep@v1.1.0, example.com/Heavy [assert_downloaded]
  downloaded: example.com/dep@v1.0.0\
""")
    assert_downloaded(client.go("mod", "download"), "example.com/Heavy")


def test_a_job_that_restores_one_of_two_caches(client: GoModule) -> None:
    client.build("./...")
    both = client.on_new_machine(restore=[client.gocache, client.gomodcache])
    assert_no_downloads(both.build("-trimpath", "./..."))

    only_gocache = client.on_new_machine(restore=[client.gocache])
    assert failure(assert_no_downloads, only_gocache.build("./...")) == snapshot("""\
2 modules were downloaded by `go build ./...` (step 3) [assert_no_downloads]
  example.com/Heavy@v1.0.0  step 1 also downloaded it
  example.com/dep@v1.0.0    step 1 also downloaded it
restore GOMODCACHE together with GOCACHE: Go downloads every module that GOMODCACHE lacks\
""")


def test_package_unsafe_is_in_a_build_that_imports_it(go_module: GoModule) -> None:
    go_module.load("""
        -- low/low.go --
        package low
        import _ "unsafe"
        -- high/high.go --
        package high
        import _ "example.com/app/low"
        -- none/none.go --
        package none
    """)
    result = go_module.build("./high")
    for pattern in ("unsafe", "std"):
        text = failure(assert_not_in_build, result, pattern)
        assert "imported: ./high ← ./low ← unsafe (named by ./high)" in text
    assert_not_in_build(go_module.build("./none"), "unsafe")
