"""Programs that call no go command that builds: what must do nothing holds, and what must run fails."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from inline_snapshot import snapshot

from pytest_gocache import (
    GoModule,
    NoEvidenceError,
    PatternError,
    Result,
    UsageError,
    assert_cached,
    assert_no_downloads,
    assert_not_relinked,
    assert_only_rebuilt,
    assert_only_relinked,
    assert_rebuilt,
    assert_relinked,
    assert_stamped,
    assert_test_cached,
    assert_test_ran,
    assert_up_to_date,
    assert_variable,
)
from tests.messages import failure
from tests.with_go.programs import LIB, shell

# The target does not depend on the sources of lib.
MAKEFILE = """\
bin/app: cmd/app/main.go
	go build -o $@ ./cmd/app
bin/copy: bin/app
	cp bin/app bin/copy
"""
NOTHING = ("it called no go command", "it wrote nothing to the build cache", "it wrote no Go binary in the module")


@pytest.fixture
def app(go_module: GoModule) -> GoModule:
    go_module.load(LIB)
    go_module.write("Makefile", MAKEFILE)
    return go_module


@pytest.fixture
def up_to_date(app: GoModule) -> Result:
    """What a make does that finds nothing to do, though a package has changed."""
    app.exec("make", "bin/app")
    app.edit("lib/lib.go", '"hello"', '"good day"')
    return app.exec("make", "bin/app")


def test_what_must_do_nothing_holds(up_to_date: Result) -> None:
    assert up_to_date.idle == NOTHING
    assert_cached(up_to_date)
    assert_cached(up_to_date, "./lib", "std", "example.com/never/heard/of")
    assert_only_rebuilt(up_to_date)
    assert_not_relinked(up_to_date)
    assert_not_relinked(up_to_date, "./cmd/...")
    assert_no_downloads(up_to_date)
    assert str(up_to_date.explain()).endswith("it called no go command")
    assert up_to_date.written == ()


def test_what_must_run_fails_with_what_the_program_printed(up_to_date: Result) -> None:
    assert failure(assert_rebuilt, up_to_date, "./lib") == snapshot("""\
`make bin/app` (step 2) compiled nothing: it called no go command [assert_rebuilt]
  it printed:
    make: 'bin/app' is up to date.
changed since step 1, which built bin/app: lib/lib.go
the program found nothing to build: check the files that its targets depend on\
""")
    assert "compiled nothing: it called no go command [" in failure(assert_only_rebuilt, up_to_date, "./lib")
    for check, nothing in [
        (assert_relinked, "linked nothing"),
        (assert_only_relinked, "linked nothing"),
        (assert_test_ran, "tested nothing"),
    ]:
        message = failure(check, up_to_date)
        assert f"{nothing}: it called no go command [" in message
        assert "make: 'bin/app' is up to date." in message


@pytest.mark.parametrize("check", [assert_cached, assert_not_relinked, assert_rebuilt, assert_relinked])
def test_text_that_is_no_pattern_is_refused(up_to_date: Result, check: Callable[..., None]) -> None:
    with pytest.raises(PatternError):
        check(up_to_date, "/lib")


def test_no_result_of_a_test_came_from_the_cache(up_to_date: Result) -> None:
    with pytest.raises(UsageError, match=r"printed no test verdict \(exit status 0\): it called no go command$"):
        assert_test_cached(up_to_date)


def test_go_commands_that_build_nothing_are_named(app: GoModule) -> None:
    result = shell(app, "go version; go env GOOS; go version; go list ./...")
    assert result.idle[0] == "it called only go commands that build nothing: go version, go env, go list"
    assert_cached(result)


def test_a_copy_of_a_binary_may_be_a_build(app: GoModule) -> None:
    app.exec("make", "bin/app")
    result = app.exec("make", "bin/copy")
    assert result.written == ("bin/copy",)
    assert "it left bin/copy, which no observed go" in failure(assert_cached, result, raises=NoEvidenceError)


@pytest.mark.parametrize(
    ("script", "seen"),
    [
        ('"$REAL" build -o bin/app ./cmd/app', "it wrote to the build cache while no observed go command ran"),
        ('"$REAL" test -count=1 ./lib', "it wrote to the build cache while no observed go command ran"),
        ('GOCACHE=$PWD/.gocache "$REAL" build internal/goarch', "it wrote to a build cache in .gocache"),
        ("go generate ./...", "saw no go command that builds"),
        ("false", "saw no go command that builds"),
    ],
)
@pytest.mark.parametrize("check", [assert_cached, assert_relinked])
def test_where_go_may_have_built_there_is_no_verdict(
    app: GoModule, script: str, seen: str, check: Callable[[Result], None]
) -> None:
    # The cache has all that these commands need: even then they leave traces.
    app.test("./...")
    app.build("-o", "earlier/app", "./cmd/app")
    result = shell(app, script, check=False)
    assert result.idle == ()
    assert seen in failure(check, result, raises=NoEvidenceError)


def test_a_link_alone_leaves_a_trace(app: GoModule) -> None:
    app.build("-o", "bin/app", "./cmd/app")
    app.remove("bin/app")
    entries = len(app.gocache.entries())
    result = shell(app, '"$REAL" build -o bin/app ./cmd/app')
    assert len(app.gocache.entries()) == entries
    assert "wrote to the build cache" in failure(assert_not_relinked, result, raises=NoEvidenceError)


def test_a_cache_program_leaves_no_trace_in_gocache(app: GoModule) -> None:
    app.env["GOCACHEPROG"] = "/bin/false"
    result = shell(app, "true")
    assert re.search("saw no go command that builds", failure(assert_cached, result, raises=NoEvidenceError))


def test_the_binary_that_a_program_leaves_in_place_is_stale_or_not(app: GoModule) -> None:
    assert "it called no go command" in failure(assert_up_to_date, shell(app, "true"), raises=NoEvidenceError)
    app.exec("make", "bin/app")
    assert_up_to_date(app.exec("make", "bin/app"))
    app.edit("lib/lib.go", '"hello"', '"good day"')
    message = failure(assert_up_to_date, app.exec("make", "bin/app"))
    assert "the binary at bin/app differs from a newly built one" in message
    assert message.startswith("2 outputs of `go build -o bin/app ./cmd/app` (step 2, by `make bin/app`) differ from")


def test_what_has_changed_since_the_binary_was_built_is_named(app: GoModule) -> None:
    app.exec("make", "bin/app", env={"LEVEL": "1"})
    assert "changed since" not in failure(assert_relinked, app.exec("make", "bin/app", env={"LEVEL": "1"}))
    app.edit("lib/lib.go", '"hello"', '"good day"')
    app.write("bin/later.txt", "")
    app.write("lib/hello.go", "package lib\n")
    app.exec("make", "bin/app")  # no go command, so it built nothing
    app.remove("lib/hello.go")
    message = failure(assert_relinked, app.exec("make", "bin/app", env={"LEVEL": "2"}))
    assert message == snapshot("""\
`make bin/app` (step 4) linked nothing: it called no go command [assert_relinked]
  it printed:
    make: 'bin/app' is up to date.
changed since step 1, which built bin/app: bin/later.txt, lib/lib.go, environment LEVEL
the program found nothing to build: check the files that its targets depend on\
""")
    # A different target is a different program: what built bin/app says nothing about it.
    assert "changed since" not in failure(assert_relinked, app.exec("make", "Makefile"))


def test_the_variable_of_the_binary_in_place_is_read(app: GoModule) -> None:
    app.edit("Makefile", "go build", 'go build -ldflags="-X main.version=$(VERSION)"')
    app.write("cmd/app/main.go", "package main\n\nvar version string\n\nfunc main() { println(version) }\n")
    app.exec("make", "bin/app", env={"VERSION": "1"})
    again = app.exec("make", "bin/app", env={"VERSION": "2"})
    assert_variable(again, "main.version", "1")
    assert_stamped(again, "GOOS")
    assert failure(assert_variable, again, "main.version", "2") == snapshot("""\
main.version is not '2' in 1 binary of `make bin/app` (step 2) [assert_variable]
  example.com/app/cmd/app  it is '1'
  it printed:
    make: 'bin/app' is up to date.
changed since step 1, which built bin/app: environment VERSION
the program found nothing to build: check the files that its targets depend on\
""")
    assert "make: 'bin/app' is up to date." in failure(assert_stamped, again, "GOOS", "plan9")
    with pytest.raises(PatternError, match="'./lib' matches nothing"):
        assert_variable(again, "main.version", "1", "./lib")
    with pytest.raises(NoEvidenceError):  # this target has left no binary
        assert_variable(app.exec("make", "Makefile"), "main.version", "1")


def test_a_pattern_selects_one_of_several_binaries_in_place(app: GoModule) -> None:
    app.write("cmd/two/main.go", "package main\n\nvar version string\n\nfunc main() { println(version) }\n")
    app.append("Makefile", "all: bin/app bin/two\nbin/two:\n\tgo build -ldflags='-X main.version=1' -o $@ ./cmd/two\n")
    app.exec("make", "all")
    again = app.exec("make", "all")
    assert_variable(again, "main.version", "1", "./cmd/two")
    assert "in 1 binary of `make all`" in failure(assert_variable, again, "main.version", "1")
