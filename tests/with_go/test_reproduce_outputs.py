"""assert_reproducible: what is compared, other toolchains, diffoscope, and what it refuses to answer."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from pytest_gocache import (
    ALL,
    GoCommandError,
    GoModule,
    GoToolchain,
    ModuleProxy,
    SharedCache,
    UsageError,
    assert_reproducible,
)
from pytest_gocache.assertions.reproducible.conditions import Variations
from pytest_gocache.run.go_module import observer_of
from tests.with_go.refusals import refused

QUICK = ALL - {"cache"}
OTHER = """
-- cmd/other/main.go --
package main

func main() { println("other") }
"""


# What is compared.


@pytest.mark.parametrize(
    ("args", "names"),
    [
        (["./cmd/app"], ["app"]),
        (["-o", "bin/app", "./cmd/app"], ["bin/app"]),
        (["-o=bin/", "./cmd/app", "./cmd/other"], ["bin/app", "bin/other"]),
        (["-o", "lib", "./cmd/app"], ["lib/app"]),
        (["-o", "/dev/null", "./cmd/app"], ["app"]),
        (["-o", "/somewhere/else/app", "./cmd/app"], ["app"]),
        (["-o", "../app", "./cmd/app"], ["app"]),
        (["-C", "cmd", "-o", "out", "./app"], ["out"]),
        (["-buildmode=c-archive", "-o", "app.a", "./cmd/app"], ["app.a"]),
        (["-o", "lib.a", "./lone"], ["lib.a"]),
        (["./lone"], ["package ./lone"]),
        (["./..."], ["app", "other", "package ./lone"]),
    ],
    ids=lambda value: " ".join(value) if value[0].startswith((".", "-")) else "",
)
@pytest.mark.gocache(cgo=True)
def test_what_a_build_makes_is_compared(app: GoModule, args: list[str], names: list[str]) -> None:
    app.load(OTHER)
    # For each package there is a path in it.
    app.write("lone/lone.go", "package lone\n\nfunc Answer() int { panic(42) }\n")
    before = sorted(app.path.rglob("*"))
    lines = refused(app, *args, vary="folder").splitlines()
    count = f"{len(names)} output{'s' if len(names) > 1 else ''}"
    assert lines[0].startswith(f"{count} of `go build ")
    assert [line.strip().partition("  ")[0] for line in lines[1 : len(names) + 1]] == names
    assert sorted(app.path.rglob("*")) == before


def test_dependencies_come_along(go_module: GoModule, go_proxy: ModuleProxy) -> None:
    go_proxy.add("""
    -- go.mod --
    module example.com/dep

    go 1.21
    -- dep.go --
    package dep

    func Fail() { panic("dep") }
    """)
    go_module.write("main.go", 'package main\n\nimport "example.com/dep"\n\nfunc main() { dep.Fail() }\n')
    go_module.go("get", "example.com/dep@v1.0.0")
    go_module.build("-o", "app", ".")
    requests = len(go_proxy.requests)
    # The module cache is in the home.
    assert refused(go_module, ".", vary=QUICK) == snapshot("""\
1 output of `go build .` differs between two builds [assert_reproducible]
  app  N bytes each
folder makes a difference: …/one/src/app | …/two/checkouts/app-2
  example.com/app  directory differs:
                     …/[one/src/app→two/checkouts/app-2]
home makes a difference: …/one/home | …/two/home
  example.com/dep  directory differs:
                     …/[one→two]/gomodcache/example.com/dep@v1.0.0
sections of app that differ: …
paths in app:
  folder        …/one/src/app  N times in …
  module cache  …/one/gomodcache  N times in …
build with -trimpath: it removes the paths of folders from packages and binaries
kept: …/build-1/out and …/build-2/out\
""")
    assert_reproducible(go_module, "-trimpath", ".", vary=QUICK)
    assert len(go_proxy.requests) == requests


@pytest.mark.gocache(go=">=1.24")
def test_a_shared_cache_is_left_alone(app: GoModule, shared_cache: SharedCache) -> None:
    app.build("-trimpath", "./...")
    before = shared_cache.traffic(app.home)
    assert_reproducible(app, "-trimpath", "./cmd/app", vary=QUICK)
    assert shared_cache.traffic(app.home) == before


# GOROOT and toolchain, on request.


def test_another_goroot(app: GoModule, go_toolchain: GoToolchain) -> None:
    names = {"VERSION": go_toolchain.version.number, "GOROOT": go_toolchain.goroot}
    assert refused(app, "./cmd/app", vary={"goroot"}, names=names) == snapshot("""\
1 output of `go build ./cmd/app` differs between two builds [assert_reproducible]
  app  N bytes each
goroot makes a difference: GOROOT | …/goroot/1
  link of ./cmd/app  GOROOT differs:
                       - GOROOT
                       + …/goroot/1
sections of app that differ: …
paths in app:
  GOROOT  GOROOT  N times in …
build with -trimpath: it removes the paths of folders from packages and binaries
kept: …/build-1/out and …/build-2/out\
""")
    assert_reproducible(app, "-trimpath", "./cmd/app", vary=QUICK | {"goroot"})


def test_another_goroot_keeps_the_environment_that_its_toolchain_was_given(app: GoModule, tmp_path: Path) -> None:
    machine = observer_of(app)[0].machine
    extra = {"GOFLAGS": "-trimpath"}
    given = replace(machine, toolchain=replace(machine.toolchain, extra_env=extra))
    copy = Variations(tmp_path, app.path, given, frozenset({"goroot"})).setup(frozenset({"goroot"})).machine
    assert copy.toolchain.goroot != machine.toolchain.goroot
    assert copy.env["GOFLAGS"] == "-trimpath"


def test_a_goroot_of_one_test_is_unknown_to_the_store(app: GoModule, tmp_path: Path) -> None:
    machine = observer_of(app)[0].machine
    copy = Variations(tmp_path, app.path, machine, frozenset({"goroot"})).setup(frozenset({"goroot"})).machine
    assert copy.toolchain.goroot.is_relative_to(tmp_path.resolve())
    assert copy.warmed_by is machine.toolchain


@pytest.fixture
def patched(go_toolchain: GoToolchain, tmp_path: Path) -> Path:
    """The same Go, as a distribution ships it that has changed a package of it."""
    goroot = tmp_path / "goroot"

    def link(source: str, target: str) -> None:
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)

    shutil.copytree(go_toolchain.goroot, goroot, copy_function=link)
    source = goroot / "src" / "unicode" / "utf8" / "utf8.go"
    text = source.read_text()
    source.unlink()
    source.write_text(f"{text}\nvar Patched = 1\n")
    return goroot


# unicode/utf8 imports nothing: from nothing it is compiled at once, and the store need not know the changed Go.
@pytest.mark.gocache(warm=False)
def test_another_toolchain(app: GoModule, go_toolchain: GoToolchain, patched: Path) -> None:
    app.write("words/words.go", 'package words\n\nimport "unicode/utf8"\n\nvar Len = utf8.RuneCountInString\n')
    build = ("-trimpath", "./words")
    names = {"PATCHED": patched, "GOROOT": go_toolchain.goroot, "VERSION": go_toolchain.version}
    assert refused(app, *build, vary=QUICK, toolchain=str(patched), names=names) == snapshot("""\
1 output of `go build -trimpath ./words` differs between two builds [assert_reproducible]
  package ./words
only toolchain makes a difference: GOROOT | PATCHED
  unicode/utf8  file utf8.go differs
both toolchains report VERSION, but their files differ: install Go from the same source everywhere
kept: …/build-1/out and …/build-9/out\
""")
    # The same one in another place.
    assert_reproducible(app, *build, vary="goroot")


def test_toolchains_of_other_versions(app: GoModule, go_toolchain: GoToolchain, pytestconfig: pytest.Config) -> None:
    """With several --go-toolchain each is held against the others; there may be no more than one."""
    app.write("go.mod", "module example.com/app\n\ngo 1.21\n")
    named = pytestconfig.getoption("--go-toolchain")
    others = [app.on_new_machine(toolchain=name).toolchain for name in named if len(named) > 1]
    others = [other for other in others if other.version != go_toolchain.version]
    for other in others:
        names = {"VERSION": go_toolchain.version, "OTHER": other.version}
        lines = refused(app, "-trimpath", "./cmd/app", vary=(), toolchain=other, names=names).splitlines()
        assert lines[2] == "toolchain makes a difference: VERSION | OTHER"
        at = lines.index("build settings of app that differ:")
        assert lines[at + 1] == "  toolchain: VERSION | OTHER"
        assert lines[-2] == snapshot(
            "pin the toolchain: GOTOOLCHAIN=VERSION is exactly that one, the toolchain line of go.mod is only the least"
        )
        # Pinned: the other go looks for this one on PATH, where `go install golang.org/dl/…` puts it.
        folder = app.path.parent / "dl"
        folder.mkdir(exist_ok=True)
        (folder / f"go{go_toolchain.version.number}").unlink(missing_ok=True)
        (folder / f"go{go_toolchain.version.number}").symlink_to(go_toolchain.go)
        path = f"{folder}:{os.environ['PATH']}"
        pinned = app.on_new_machine(env={"GOTOOLCHAIN": f"go{go_toolchain.version.number}", "PATH": path})
        assert_reproducible(pinned, "-trimpath", "./cmd/app", vary=(), toolchain=other)


# What it refuses to answer.


@pytest.mark.parametrize(
    ("args", "keywords", "message"),
    [
        (
            ["./..."],
            {"vary": {"umask", "moon"}},
            "unknown condition in vary: 'moon'; the conditions are cache, env, folder, home, p, tmp, tz, umask, and",
        ),
        (["./..."], {"vary": [1]}, "unknown condition in vary: 1; "),
        (["./..."], {"vary": "toolchain"}, "vary='toolchain' needs toolchain=…: a version such as '1.26.6'"),
        (
            ["-n", "./..."],
            {"vary": "umask"},
            "`go build -n ./...` makes nothing to compare: no binary and no compiled",
        ),
        (["fmt"], {"vary": "umask"}, "`go build fmt` compiles nothing, because all its packages are"),
    ],
)
def test_mistakes_are_named(app: GoModule, args: list[str], keywords: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=f"^assert_reproducible: {re.escape(message)}"):
        assert_reproducible(app, *args, **keywords)  # type: ignore[arg-type]


def test_the_same_toolchain_twice_is_a_mistake(app: GoModule, go_toolchain: GoToolchain) -> None:
    with pytest.raises(UsageError, match="is the toolchain that builds the module already"):
        assert_reproducible(app, "./...", toolchain=go_toolchain)
    with pytest.raises(UsageError, match="is the toolchain that builds the module already"):
        assert_reproducible(app, "./...", toolchain=str(go_toolchain.goroot))


def test_a_build_that_fails_is_an_error(app: GoModule) -> None:
    app.edit("lib/lib.go", "package lib", "package")
    with pytest.raises(GoCommandError, match="go build"):
        assert_reproducible(app, "./...")
    # As Go says it of a folder for binaries, when there are none.
    with pytest.raises(GoCommandError, match="no main packages to build"):
        assert_reproducible(app, "-o", "bin/", "./lone")


def test_programs_of_one_name_cannot_be_told_apart(app: GoModule) -> None:
    app.write("tools/app/main.go", "package main\n\nfunc main() {}\n")
    with pytest.raises(UsageError, match="builds several programs of the same name"):
        assert_reproducible(app, "./...", vary=QUICK)


def test_a_machine_that_is_gone_builds_nothing(app: GoModule) -> None:
    app.on_new_machine(path=app.path)
    with pytest.raises(UsageError, match="this machine is gone"):
        assert_reproducible(app, "./...")


def test_the_standard_library_alone_is_compared_when_the_cache_varies(go_module: GoModule) -> None:
    assert_reproducible(go_module, "-trimpath", "errors", vary="cache")


def test_a_timeout_holds_for_each_build(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makeini("[pytest]\ngocache_timeout = 0.001\n")
    pytester.makepyfile("""
        import pytest
        from pytest_gocache import GoTimeoutError, assert_reproducible

        def test_it(go_module):
            go_module.write("lib.go", "package lib\\n")
            with pytest.raises(GoTimeoutError):
                assert_reproducible(go_module, ".")
    """)
    pytester.runpytest_subprocess(f"--gocache-dir={store}").assert_outcomes(passed=1)


# diffoscope.

DIFFED = """
    import pytest
    from pytest_gocache import assert_reproducible

    def test_it(go_module):
        go_module.write("main.go", "package main\\n\\nfunc main() {}\\n")
        assert_reproducible(go_module, ".", vary="folder")
"""


REPORT = r"""
printf '%s\n' "--- $3" "+++ $4" '├── readelf --wide {}' '│ @@ -1 +1 @@' '│ -a' '│ +b' '│   ├── .rodata' '│   │ -c'
i=0
while [ $i -lt 14 ]; do printf '%s\n' "├── view $i" "│ +d"; i=$((i+1)); done
exit 1
"""


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            REPORT,
            [
                *("diffoscope (*/build-1/diffoscope/stdout):", "  ├── readelf --wide {}", "  │   ├── .rodata"),
                *("  ├── view 0", "  ├── view 9", "  … 4 more", "build with -trimpath*"),
            ],
        ),
        ("echo one line; exit 1", ["diffoscope (*/build-1/diffoscope/stdout):", "  one line", "build with -trimpath*"]),
        ("exit 2", ["diffoscope failed with exit status 2", "build with -trimpath*"]),
    ],
)
def test_what_diffoscope_says(
    pytester: pytest.Pytester, store: Path, monkeypatch: pytest.MonkeyPatch, script: str, expected: list[str]
) -> None:
    program = pytester.path / "bin" / "diffoscope"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n[ $1 = --text ] && [ $2 = - ] || exit 3\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    pytester.makepyfile(DIFFED)
    result = pytester.runpytest_subprocess(f"--gocache-dir={store}", "-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *sections of app that differ: *", "E *paths in app:", "E *  folder  /*"])
    result.stdout.fnmatch_lines([f"E       {line}" for line in expected], consecutive="view" not in script)
    result.stdout.no_fnmatch_line("E *│ -a")
