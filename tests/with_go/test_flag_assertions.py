"""Which packages a compile flag reached: verdicts, the cause in each message, and what is refused."""

from __future__ import annotations

import shlex
from collections.abc import Callable

import pytest
from inline_snapshot import snapshot

from pytest_gocache import (
    GoModule,
    NoEvidenceError,
    PatternError,
    UsageError,
    assert_compiled_with,
    assert_not_compiled_with,
    assert_rebuilt,
)
from pytest_gocache.golang.compile_flags import compile_settings, has_setting
from tests.made_results import command
from tests.messages import failure

TEXT = {"text/text.go": 'package text\n\nimport "unicode/utf8"\n\nconst Longest = utf8.UTFMax\n'}


def test_flags_reach_the_packages_that_are_named(app: GoModule) -> None:
    first = app.build("-gcflags=-N -l", "./...")
    again = app.build("-gcflags=-N -l", "./...")
    assert "example.com/app/lib" in first.compiled
    assert again.compiled == set()

    for result in (first, again):
        assert_compiled_with(result, "-N", "./...")
        assert_compiled_with(result, "-l -N", "./lib", "example.com/app/cmd/...")
        assert_not_compiled_with(result, "-N", "std")
        assert_not_compiled_with(result, "-m")
        assert_not_compiled_with(result, "-N -m")
    assert failure(assert_compiled_with, first, "-N -m", "./lib") == snapshot("""\
1 package was compiled without -N -m in `go build '-gcflags=-N -l' ./...` (step 1) [assert_compiled_with]
  ./lib  compile flags: -N -l
no -gcflags gives -N -m: '-gcflags=all=-N -m' reaches every package\
""")
    assert failure(assert_compiled_with, again, "-N -m", "./lib") == snapshot("""\
1 package was compiled without -N -m in `go build '-gcflags=-N -l' ./...` (step 2) [assert_compiled_with]
  ./lib  compile flags: -N -l
no -gcflags gives -N -m: '-gcflags=all=-N -m' reaches every package\
""")


@pytest.mark.parametrize(
    ("given", "asked", "there"),
    [
        pytest.param("-d=checkptr", "-d=checkptr", True, id="value"),
        pytest.param("-d=checkptr", "-d checkptr", True, id="value-behind-it"),
        pytest.param("-l -d checkptr -N", "-N -d=checkptr=1", True, id="value-between"),
        pytest.param("-d=checkptr,nil", "-d=nil", True, id="one-of-a-list"),
        pytest.param("-N=true", "--N", True, id="switch-with-a-value"),
        pytest.param("-trimpath=/home/ann", "-trimpath=/home/ann", True, id="path"),
        pytest.param("-trimpath=/home/ann", "-trimpath", False, id="not-the-build-flag"),
        pytest.param("-l=4", "-l", False, id="other-value"),
        pytest.param("-live", "-l", False, id="only-begins-so"),
        pytest.param("-N -N=false", "-N", False, id="switched-off-again"),
        pytest.param("-N -N=false", "-N=0", True, id="off-is-asked-for"),
        pytest.param("-N=false -N", "-N", True, id="switched-on-again"),
        pytest.param("-N -N", "-N", True, id="twice"),
        pytest.param("-l -l", "-l", False, id="a-level-of-two"),
        pytest.param("-m -m", "-m=2", True, id="levels-add-up"),
        pytest.param("-d=checkptr -d=checkptr=0", "-d=checkptr", False, id="debug-setting-off-again"),
        pytest.param("-trimpath -N", "-N", False, id="eaten-as-a-value"),
        pytest.param("-trimpath=/home/o'brien", "-trimpath=/home/o'brien", True, id="apostrophe"),
        pytest.param("-lang=go1.20", "-lang=go1.20", True, id="in-place-of-gos-own"),
    ],
)
def test_how_a_flag_is_written(app: GoModule, given: str, asked: str, *, there: bool) -> None:
    result = app.build(f"-gcflags={given}", "./lone")

    holds, fails = assert_compiled_with, assert_not_compiled_with
    if not there:
        holds, fails = fails, holds
    holds(result, asked)
    assert f"`go build {shlex.quote(f'-gcflags={given}')} ./lone`" in failure(fails, result, asked)


def test_flags_that_reach_the_standard_library(go_module: GoModule) -> None:
    go_module.write(TEXT)
    result = go_module.build("-gcflags=all=-N", "./text")

    assert_compiled_with(result, "-N")
    assert_compiled_with(result, "-N", "std")
    assert failure(assert_not_compiled_with, result, "-N") == snapshot("""\
2 packages were compiled with -N in `go build -gcflags=all=-N ./text` (step 1) [assert_not_compiled_with]
  ./text        compile flags: -N
  unicode/utf8  compile flags: -N
given by -gcflags=all=-N\
""")


def test_the_build_flag_trimpath(go_module: GoModule) -> None:
    go_module.write(TEXT)
    trimmed = go_module.build("./text", env={"GOFLAGS": "-trimpath"})

    assert_compiled_with(trimmed, "-trimpath")
    assert failure(assert_not_compiled_with, trimmed, "-trimpath", "./text") == snapshot("""\
1 package was compiled with -trimpath in `go build ./text` (step 1) [assert_not_compiled_with]
  ./text  compile flags: -trimpath
given by -trimpath in GOFLAGS\
""")
    assert failure(assert_compiled_with, go_module.build("./text"), "-trimpath", "./text") == snapshot("""\
1 package was compiled without -trimpath in `go build ./text` (step 2) [assert_compiled_with]
  ./text  compile flags: (none)
-trimpath is a flag of the go command: pass it there, and it reaches every package\
""")
    assert failure(assert_compiled_with, trimmed, "-trimpath -trimpath=/home/ann", "./text").endswith(
        "\nno -gcflags gives -trimpath -trimpath=/home/ann: '-gcflags=all=-trimpath -trimpath=/home/ann' reaches every "
        "package"
    )


@pytest.mark.gocache(cgo=True)
def test_the_race_detector(app: GoModule) -> None:
    result = app.build("-race", "-gcflags=-N", "./lone", env={"GOFLAGS": "-race=false"})

    assert_compiled_with(result, "-race -N")
    assert failure(assert_not_compiled_with, result, "-race").endswith(
        "\n  ./lone  compile flags: -race -N\ngiven by -race"
    )


def test_flags_of_test_variants(app: GoModule) -> None:
    result = app.test("-gcflags=-N", "./lib")

    assert {"example.com/app/lib.test", "example.com/app/lib_test [example.com/app/lib.test]"} <= result.compiled
    assert_compiled_with(result, "-N", "./lib", "example.com/app/lib [example.com/app/lib.test]")
    assert_not_compiled_with(result, "-N", "testing")
    # It is compiled for this test only, and yet it is not named.
    assert failure(assert_compiled_with, result, "-N", "./...") == snapshot("""\
1 package was compiled without -N in `go test -gcflags=-N ./lib` (step 1) [assert_compiled_with]
  ./api [./lib.test]  compile flags: (none)
-gcflags=-N reaches only what ./lib names: -gcflags=all=-N reaches every package\
""")
    everything = app.test("-gcflags=-N", "./...")
    assert_compiled_with(everything, "-N", "./...")
    assert_compiled_with(app.vet("-gcflags=-N", "./..."), "-N", "./...")
    assert_compiled_with(app.go("list", "-export", "-gcflags=-N", "./lib"), "-N", "./lib")


def test_a_bare_flag_does_not_reach_what_is_imported(app: GoModule) -> None:
    bare = app.build("-gcflags=-l -N", "./cmd/app")

    assert_compiled_with(bare, "-l -N", "./cmd/app")
    assert failure(assert_compiled_with, bare, "-l -N", "./...") == snapshot("""\
2 packages were compiled without -l -N in `go build '-gcflags=-l -N' ./cmd/app` (step 1) [assert_compiled_with]
  ./api  compile flags: (none)
  ./lib  compile flags: (none)
'-gcflags=-l -N' reaches only what ./cmd/app names: '-gcflags=all=-l -N' reaches every package\
""")
    own_first = failure(assert_compiled_with, bare, "-N").splitlines()
    assert [line.split()[0] for line in own_first[1:3]] == ["./api", "./lib"]
    assert_compiled_with(app.build("-gcflags=example.com/app/...=-l -N", "./cmd/app"), "-l -N", "./...")


@pytest.mark.parametrize(
    ("goflags", "flags", "text"),
    [
        pytest.param(
            "",
            ("-gcflags=-N",),
            snapshot("""\
1 package was not rebuilt by `go build -gcflags=-N ./cmd/app` (step 2) [assert_rebuilt]
  ./lib  cached: nothing in its key changed since step 1
-gcflags without a pattern applies only to the packages that are named: -gcflags=all=… applies to their imports, too
compiled: ./cmd/app\
"""),
            id="flag",
        ),
        pytest.param(
            "-gcflags=-N",
            (),
            snapshot("""\
1 package was not rebuilt by `go build ./cmd/app` (step 2) [assert_rebuilt]
  ./lib  cached: nothing in its key changed since step 1
-gcflags without a pattern in GOFLAGS applies only to the packages that are named: -gcflags=all=… applies to their imports, too
compiled: ./cmd/app\
"""),
            id="GOFLAGS",
        ),
    ],
)
def test_a_bare_flag_does_not_rebuild_what_is_imported(
    app: GoModule, goflags: str, flags: tuple[str, ...], text: str
) -> None:
    app.build("./...")
    result = app.build(*flags, "./cmd/app", env={"GOFLAGS": goflags})

    assert_rebuilt(result, "./cmd/app")
    assert failure(assert_rebuilt, result, "./lib") == text
    # Whom it reaches has another reason not to be rebuilt.
    again = app.build(*flags, "./cmd/app", env={"GOFLAGS": goflags})
    assert "reaches" not in failure(assert_rebuilt, again, "./cmd/app")


@pytest.mark.parametrize(
    ("goflags", "gcflags", "text"),
    [
        pytest.param(
            "-gcflags=-N",
            (),
            snapshot("""\
1 package was compiled without -N in `go build ./cmd/app` (step 1) [assert_compiled_with]
  ./lib  compile flags: (none)
-gcflags=-N in GOFLAGS reaches only what ./cmd/app names: -gcflags=all=-N reaches every package\
"""),
            id="bare-in-GOFLAGS",
        ),
        pytest.param(
            "",
            ("-gcflags=./cmd/...=-N", "-gcflags=./lib=-l"),
            snapshot("""\
1 package was compiled without -N in `go build -gcflags=./cmd/...=-N -gcflags=./lib=-l ./cmd/app` (step 1) [assert_compiled_with]
  ./lib  compile flags: -l
-gcflags=./cmd/...=-N reaches only what ./cmd/... names: -gcflags=all=-N reaches every package\
"""),
            id="another-pattern",
        ),
        pytest.param(
            "-gcflags=./...=-N",
            ("-gcflags=./lib=-l -m=2",),
            snapshot("""\
1 package was compiled without -N in `go build '-gcflags=./lib=-l -m=2' ./cmd/app` (step 1) [assert_compiled_with]
  ./lib  compile flags: -l -m=2
'-gcflags=./lib=-l -m=2' overrides -gcflags=./...=-N in GOFLAGS: only the last -gcflags that matches a package applies to it\
"""),
            id="replaced",
        ),
        pytest.param(
            "-gcflags=-l",
            (),
            snapshot("""\
1 package was compiled without -N in `go build ./cmd/app` (step 1) [assert_compiled_with]
  ./lib  compile flags: (none)
no -gcflags gives -N: -gcflags=all=-N reaches every package\
"""),
            id="another-flag",
        ),
    ],
)
def test_why_a_package_lacks_a_flag(app: GoModule, goflags: str, gcflags: tuple[str, ...], text: str) -> None:
    result = app.build(*gcflags, "./cmd/app", env={"GOFLAGS": goflags})

    assert failure(assert_compiled_with, result, "-N", "./lib") == text


def test_where_a_flag_comes_from(app: GoModule) -> None:
    result = app.build("-gcflags=./lib=-l -N", "./cmd/app", env={"GOFLAGS": "-gcflags=./api=-S -gcflags=./...=-N"})

    assert failure(assert_not_compiled_with, result, "-N", "./...") == snapshot("""\
3 packages were compiled with -N in `go build '-gcflags=./lib=-l -N' ./cmd/app` (step 1) [assert_not_compiled_with]
  ./cmd/app  compile flags: -N
  ./api      compile flags: -N
  ./lib      compile flags: -l -N
given by -gcflags=./...=-N in GOFLAGS, '-gcflags=./lib=-l -N'\
""")
    assert failure(assert_not_compiled_with, result, "-N", "./lib").endswith("\ngiven by '-gcflags=./lib=-l -N'")


@pytest.mark.parametrize("check", [assert_compiled_with, assert_not_compiled_with])
def test_flags_that_no_package_could_have_are_refused(app: GoModule, check: Callable[..., None]) -> None:
    result = app.build("./lone")

    def text(flag: str) -> str:
        return failure(check, result, flag, raises=UsageError).removeprefix(f"{check.__name__}: ")

    assert text("") == snapshot(
        "expected a compile flag before the patterns, such as '-N', and got '', which does not start with a dash"
    )
    assert text("./lone") == snapshot(
        "expected a compile flag before the patterns, such as '-N', and got './lone', which does not start with a dash"
    )
    assert text("-N '-l") == snapshot('unclosed quotation mark in the compile flags "-N \'-l"')
    assert text("-gcflags=-N") == snapshot(
        "expected a compile flag, and got '-gcflags=-N': -gcflags is a flag of the go command or the linker (`go tool compile -h` lists the compile flags)"
    )
    assert text("-X main.version=1") == snapshot(
        "expected a compile flag, and got '-X main.version=1': -X is a flag of the go command or the linker (`go tool compile -h` lists the compile flags)"
    )
    assert failure(check, result, "-N", "./lune", raises=PatternError) == (
        f"{check.__name__}: package pattern './lune' matches nothing in `go build ./lone` (step 1); near it: ./lone"
    )
    assert "`go version` (step 2) has no action graph" in failure(
        check, app.go("version"), "-N", raises=NoEvidenceError
    )


def test_the_flags_of_a_package_that_go_did_not_come_to_are_unknown(app: GoModule) -> None:
    app.append("lib/lib.go", "\nvar _ = undefined\n")
    result = app.build("-gcflags=-N", "./...", check=False)

    assert_compiled_with(result, "-N", "./lib")
    for check in (assert_compiled_with, assert_not_compiled_with):
        text = failure(check, result, "-l", "./api", raises=UsageError)
        assert text.removeprefix(f"{check.__name__}: ") == snapshot(
            "the compile flags of example.com/app/api in `go build -gcflags=-N ./...` (step 1) are unknown: Go did not compile it, because example.com/app/lib failed to compile"
        )


def test_flags_that_are_in_no_key_are_unknown(app: GoModule) -> None:
    app.write({"more": "-N\n", "text/text.go": "package text\n"})
    result = app.build("-gcflags=./lone=-lang=go1.20", "-gcflags=./text=@../more", "./lone", "./text", check=False)

    def text(flag: str, *patterns: str) -> str:
        return failure(assert_not_compiled_with, result, flag, *patterns, raises=UsageError).removeprefix(
            "assert_not_compiled_with: "
        )

    assert_not_compiled_with(result, "-lang=go1.21", "./lone")
    assert text("-p=example.com/app/lone", "./lone") == snapshot(
        "the compile flags of example.com/app/lone in `go build -gcflags=./lone=-lang=go1.20 -gcflags=./text=@../more ./lone ./text` (step 1) are unknown: no -gcflags gives -p: the go command itself sets it, and no cache key has it (`go build -x` shows it)"
    )
    assert text("-trimpath=/tmp/x=>", "./lone") == snapshot(
        "the compile flags of example.com/app/lone in `go build -gcflags=./lone=-lang=go1.20 -gcflags=./text=@../more ./lone ./text` (step 1) are unknown: no -gcflags gives -trimpath: the go command itself sets it, and no cache key has it (`go build -x` shows it)"
    )
    assert text("-importcfg=x", "./lone") == snapshot(
        "expected a compile flag, and got '-importcfg=x': -importcfg is unknown for every package: the go command itself sets it, and no cache key has it (`go build -x` shows it)"
    )
    assert text("-N", "./text") == snapshot(
        "the compile flags of example.com/app/text in `go build -gcflags=./lone=-lang=go1.20 -gcflags=./text=@../more ./lone ./text` (step 1) are unknown: more of them are in ../more, whose content is in no cache key"
    )


@pytest.mark.parametrize(
    ("flag", "why"),
    [
        ("-N file.go", "'file.go' in the compile flags '-N file.go' belongs to no flag"),
        ("-lang", "expected a compile flag, and got '-lang': -lang needs a value"),
        ("-N -d", "expected a compile flag, and got '-N -d': -d needs a value"),
        ("-d=,", "expected a compile flag, and got '-d=,': -d needs a value"),
    ],
)
def test_flags_that_say_nothing_are_refused(flag: str, why: str) -> None:
    for check in (assert_compiled_with, assert_not_compiled_with):
        text = failure(check, command("build ."), flag, raises=UsageError)
        assert text == f"{check.__name__}: {why}"


def test_flags_from_elsewhere_than_gcflags(app: GoModule) -> None:
    result = app.build("-gcflags=-d=nil=1,checkptr=1", "./lone", env={"GOCOMPILEDEBUG": "checkptr=0"})

    assert_compiled_with(result, "-d=nil -d=checkptr=0", "./lone")
    assert_not_compiled_with(result, "-d=checkptr", "./lone")

    fuzz = 'package lone\n\nimport "testing"\n\nfunc FuzzIt(f *testing.F) { f.Fuzz(func(*testing.T, int) {}) }\n'
    app.write("lone/fuzz_test.go", fuzz)
    fuzzed = app.test("-c", "-o", "fuzz.test", "-fuzz=FuzzIt", "./lone")
    assert_compiled_with(fuzzed, "-d=libfuzzer", "example.com/app/lone [example.com/app/lone.test]")


@pytest.mark.parametrize(
    ("flags", "same"),
    [
        ("-N -N=false", ""),
        ("-N=2", "-N"),
        ("-N=0 -N", "-N"),
        ("-l -l", "-l=2"),
        ("-l=3 -l", "-l=4"),
        ("-l=4 -l=false -l", "-l"),
        ("-B -B=0", ""),
        ("-d checkptr -d=checkptr:0,nil=0", "-d=checkptr=0,nil=0"),
        ("-wb=F -wb", ""),
        ("-race=1 -race=f", ""),
        ("-lang=go1.9 -lang=go1.21", "-lang go1.21"),
        ("-trimpath -N", "-trimpath=-N"),
        ("--N", "-N"),
    ],
)
def test_the_compiler_reads_flags_so(go_module: GoModule, flags: str, same: str) -> None:
    source = "package x\n\nfunc F(p []int) int { return G(p) + 1 }\n\nfunc G(p []int) int { return p[0] + H() }\n\n"
    go_module.write("x.go", source + "func H() int { return 1 }\n")
    listings = [
        go_module.go("tool", "compile", "-p=x", "-S", "-o=x.o", *line.split(), "x.go").stdout for line in (flags, same)
    ]
    assert len(listings[0]) > 500
    read, expected = (listing.partition("go:cuinfo")[0] for listing in listings)  # its debug information has the flags
    assert read == expected
    settings = compile_settings(flags.split())
    assert all(has_setting(settings, name, value) for name, value in compile_settings(same.split()).items())
