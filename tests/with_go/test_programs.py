"""GoModule.exec and generate: each go command that a program calls has its verdicts, and the program their union."""

from __future__ import annotations

import errno
import re
import time
from typing import Any

import pytest
from inline_snapshot import snapshot

from pytest_gocache import (
    GoCommandError,
    GoModule,
    ModuleProxy,
    PatternError,
    StoreError,
    UsageError,
    assert_cached,
    assert_compiled_with,
    assert_downloaded,
    assert_no_downloads,
    assert_not_compiled_with,
    assert_not_in_build,
    assert_not_relinked,
    assert_only_rebuilt,
    assert_only_relinked,
    assert_parallel,
    assert_rebuilt,
    assert_relinked,
    assert_test_cached,
    assert_test_ran,
    assert_up_to_date,
)
from pytest_gocache.caches.warm_store import WarmStore
from pytest_gocache.host import process
from tests.messages import failure
from tests.with_go.programs import LIB, names, shell

APP = "example.com/app"
EDIT = ("lib/lib.go", '"hello"', '"good day"')
MAKEFILE = """\
export GOFLAGS = -trimpath
build:
	go build -o bin/ ./cmd/...
	cd lib && go test .
	go vet ./...
"""


@pytest.fixture
def app(go_module: GoModule) -> GoModule:
    go_module.load(LIB)
    go_module.write("Makefile", MAKEFILE)
    return go_module


def test_make_has_each_go_command_with_its_own_verdicts_and_their_union(app: GoModule) -> None:
    result = app.exec("make", "build")

    assert result.title == "`make build` (step 1)"
    assert [command.title for command in result.commands] == [
        "`go build -o bin/ ./cmd/...` (step 1, by `make build`)",
        "`go test .` (step 1, by `make build` in lib)",
        "`go vet ./...` (step 1, by `make build`)",
    ]
    build, test, vet = result.commands
    # The standard library is warm for a variant that only the Makefile asks for.
    assert build.compiled == {f"{APP}/lib", f"{APP}/api", f"{APP}/cmd/app"}
    assert build.linked == {f"{APP}/cmd/app"}
    assert test.compiled_outside_std == test.compiled
    assert test.tests[f"{APP}/lib"].ran
    assert vet.vetted == {f"{APP}/lib [{APP}/lib.test]", f"{APP}/api", f"{APP}/cmd/app"}
    assert vet.compiled == set()
    assert test.vetted <= {f"{APP}/lib [{APP}/lib.test]"}
    assert not build.tests
    assert not vet.linked

    assert result.packages == build.packages | test.packages | vet.packages
    assert result.compiled == build.compiled | test.compiled | vet.compiled
    assert result.linked == {f"{APP}/cmd/app", f"{APP}/lib.test"}
    assert result.vetted >= vet.vetted
    assert result.std == build.std | test.std | vet.std
    assert list(result.tests) == [f"{APP}/lib"]
    assert result.modules == {".": APP}
    assert (app.path / "bin" / "app").is_file()
    assert all(0 < command.seconds < result.seconds for command in result.commands)
    for origin, own in map(result.origin, result.actions):
        assert origin in result.commands
        assert own in origin.actions

    again = app.exec("make", "build")
    for same in (again, *again.commands):
        assert_cached(same)
    assert_test_cached(again)
    assert_test_cached(again.commands[1], "./lib")
    assert_not_relinked(again)

    app.edit(*EDIT)
    edited = app.exec("make", "build")
    assert_only_rebuilt(edited, "./lib", "./api", "./cmd/app")
    assert_only_rebuilt(edited.commands[0], "./...")
    assert_rebuilt(edited.commands[1], "./lib")
    assert_test_ran(edited)
    assert_relinked(edited, "./cmd/app", "./lib")


def test_a_failure_says_why_across_programs_and_go_commands(app: GoModule) -> None:
    app.build("-trimpath", "./...")
    app.edit(*EDIT)
    result = app.exec("make", "build")
    text = failure(assert_cached, result, "./lib")
    assert text.startswith("3 packages were rebuilt by `make build` (step 2) [assert_cached]\n")
    assert re.search(r"\n  \./lib +file lib.go changed since step 1:\n", text)
    assert text.count("file lib.go changed") == 1
    assert '+ func Hello() string { return "good day" }' in text
    # What a direct command finds was compiled by the program.
    app.edit("lib/lib.go", "good day", "good night")
    after = app.build("-trimpath", "./...")
    assert "file lib.go changed since step 2" in failure(assert_cached, after)
    assert result.explain("./api").causes[0].label == "./lib"
    assert "executed" in failure(assert_test_cached, result)


def test_followers_are_held_against_the_go_command_that_had_them_last(go_module: GoModule) -> None:
    go_module.write("lib/lib.go", 'package lib\n\nconst Word = "one"\n')
    for name in ("a", "b"):
        go_module.write(f"{name}/{name}.go", f'package {name}\n\nimport "{APP}/lib"\n\nvar Word = lib.Word\n')
    # Two of the same step, with another state of lib each.
    shell(go_module, "go build ./a; sed -i.old s/one/two/ lib/lib.go; go build ./b")
    go_module.edit("lib/lib.go", "two", "three")
    # What lib was last is what the latter of the two had.
    (reason,) = go_module.build("./lib").explain().reasons
    assert reason.changes[0].diff == ('- const Word = "two"', '+ const Word = "three"')
    why = go_module.build("./a", "./b").explain()
    shown = {reason.package: reason.cause.changes[0].diff for reason in why.reasons if reason.cause}
    assert shown == {
        f"{APP}/a": ('- const Word = "one"', '+ const Word = "three"'),
        f"{APP}/b": ('- const Word = "two"', '+ const Word = "three"'),
    }


def test_a_plain_comparison_of_a_unions_set_says_why(app: GoModule, pytestconfig: pytest.Config) -> None:
    app.build("./lib")
    app.edit(*EDIT)
    # Compiled by the first, found in the cache by the second.
    result = shell(app, "go build ./lib; go build ./...")

    def said(left: object, right: object) -> list[str]:
        lines = pytestconfig.hook.pytest_assertrepr_compare(config=pytestconfig, op="==", left=left, right=right)[0]
        assert isinstance(lines, list)
        return lines

    assert result.compiled == {f"{APP}/lib", f"{APP}/api", f"{APP}/cmd/app"}
    lines = said(result.compiled, {f"{APP}/api", f"{APP}/cmd/app"})
    assert lines[0].startswith("result.compiled of `sh -c ")
    assert lines[1:3] == ["  1 extra: ./lib", "  none missing"]
    assert lines[3].startswith("  not expected: ./lib  file lib.go changed since step 1")
    # With another key it was compiled by one, and found by the other.
    result = shell(app, "go build -gcflags=-N ./lib; go build ./lib; go build -gcflags=-l ./lib")
    (change,) = result.commands[2].explain().inputs
    assert (change.old, change.new) == ("(none)", "-l")
    (line,) = said(result.compiled, set())[3:]
    assert line.startswith("  not expected: ./lib  compile flags changed")


def test_flags_are_attributed_to_the_go_command_that_gave_them(app: GoModule) -> None:
    result = shell(
        app, "go build ./api && cd lib && go build -gcflags=-N . && cd .. && go build -C cmd -gcflags=-l -o ../x ./app"
    )
    _, lib, main = result.commands
    assert failure(assert_not_compiled_with, result, "-N") == snapshot("""\
1 package was compiled with -N in `sh -c 'go build ./api && cd lib && go build -gcflags=-N . && cd .. && go build -C cmd -gcflags=-l -o ../x ./app'` (step 1) [assert_not_compiled_with]
  ./lib  compile flags: -N
given by -gcflags=-N\
""")
    assert failure(assert_not_compiled_with, result, "-l").endswith("given by -gcflags=-l")
    assert_compiled_with(lib, "-N", "./lib")
    assert_compiled_with(main, "-l", "./cmd/app")
    assert "-gcflags=-l reaches only what ./app names" in failure(assert_compiled_with, main, "-l", "runtime")
    assert "-gcflags=all=-N" in failure(assert_compiled_with, result, "-N", "./api")


def test_not_in_build_names_what_brought_a_package_in(app: GoModule) -> None:
    result = shell(app, "cd cmd/app && go build -o /dev/null . ; cd ../../lib && go vet .")
    assert_not_in_build(result.commands[1], "./api")
    assert failure(assert_not_in_build, result, "./api") == snapshot("""\
1 package is part of `sh -c 'cd cmd/app && go build -o /dev/null . ; cd ../../lib && go vet .'` (step 1) [assert_not_in_build]
  ./api  imported: ./cmd/app ← ./api (named by .)\
""")
    text = failure(assert_not_in_build, result, "./lib")
    assert "imported: ./cmd/app ← ./api ← ./lib (named by .)" in text
    assert failure(assert_not_in_build, result, "./libb", raises=PatternError).endswith("near it: ./lib")


def test_other_verdicts_on_a_union(app: GoModule) -> None:
    result = shell(app, "go build -p=1 ./lib ./api; go build -o bin/app ./cmd/app")
    assert_up_to_date(result)
    assert_no_downloads(result)
    assert "-p=1 limits how many" in failure(assert_parallel, shell(app, "go build -p=1 -gcflags=-N ./lib errors"))
    shell(app, "go build -trimpath -ldflags='-X main.version=1' -o bin/app ./cmd/app")
    again = shell(app, "go build -trimpath -ldflags='-X main.version=2' -o bin/app ./cmd/app; go vet ./lib")
    assert_only_relinked(again, "./cmd/app", strict=True)


def test_compiles_of_different_go_commands_overlap_on_one_clock(app: GoModule) -> None:
    app.write({f"p{i}/p.go": f"package p{i}\n" for i in range(4)})
    one_by_one = shell(app, "for i in 0 1 2 3; do go build -p=1 ./p$i; done")
    assert one_by_one.max_parallel == 1
    begun = [action.started for action in one_by_one.compiles() if action.ran]
    assert begun == sorted(begun)
    # Times count from before the program's process starts, its seconds from the start of the process.
    assert begun[-1] < one_by_one.seconds + 1.0


def test_downloads_are_those_of_all(app: GoModule, go_proxy: ModuleProxy) -> None:
    go_proxy.add("-- go.mod --\nmodule example.net/one\n-- one.go --\npackage one\n")
    go_proxy.add("-- go.mod --\nmodule example.net/two\n-- two.go --\npackage two\n")
    result = shell(app, "go mod download example.net/one@v1.0.0; go mod download example.net/two@v1.0.0")
    assert result.downloads == ("example.net/one@v1.0.0", "example.net/two@v1.0.0")
    assert [command.downloads for command in result.commands] == [(one,) for one in result.downloads]
    assert_downloaded(result, "example.net/one", "example.net/two")
    assert "step 1 also downloaded it" in failure(
        assert_no_downloads, shell(app, "go clean -modcache; go mod download example.net/one@v1.0.0")
    )


def test_stale_outputs_of_a_program_are_found(app: GoModule) -> None:
    app.exec("make", "build")
    result = app.exec("make", "build")
    (app.path / "bin" / "app").write_bytes((app.path / "bin" / "app").read_bytes() + b"more")
    assert re.search(
        r"by `make build`\) differs from what .*\n.*the binary at bin/app differs",
        failure(assert_up_to_date, result),
    )


# Where it runs


def test_relative_paths_are_those_of_the_module_wherever_go_was_called(app: GoModule) -> None:
    result = shell(app, "cd cmd && go build -o ../bin/x ./app; cd ..; go build -C cmd/app -o ../../bin/y .")
    assert [command.within for command in result.commands] == [
        f"by `sh -c {quoted}` in cmd" if cwd else f"by `sh -c {quoted}`"
        for quoted, cwd in [(repr(result.command[2]), True), (repr(result.command[2]), False)]
    ]
    assert {link.target for link in result.links()} == {"bin/x", "bin/y"}
    assert_rebuilt(result, "./cmd/app")
    assert_rebuilt(result.commands[0], "./cmd/...", "./lib")
    assert_up_to_date(result)


def test_a_go_command_outside_of_the_module_is_observed(app: GoModule) -> None:
    result = shell(
        app,
        "mkdir $TMPDIR/other && cd $TMPDIR/other && printf 'module example.org/other\\n' >go.mod && "
        "printf 'package other\\n' >other.go && go build .",
    )
    (command,) = result.commands
    assert command.compiled == {"example.org/other"}
    assert re.search(r" in \.\./.*tmp/other$", command.within)


# Failures


def test_a_go_command_that_fails_fails_the_program_or_not(app: GoModule) -> None:
    app.write("broken/broken.go", "package broken\n\nvar x int = y\n")
    app.write("Makefile", "all:\n\tgo build ./broken\n")
    with pytest.raises(GoCommandError, match=r"`make` failed with exit status 2 in .*") as caught:
        app.exec("make")
    assert "broken.go:3:13: undefined: y" in caught.value.stderr
    result = shell(app, "go build ./broken || true")
    assert result.returncode == 0
    (command,) = result.commands
    assert command.returncode == 1
    assert command.failed == result.failed == {f"{APP}/broken"}
    assert "undefined: y" in command.stderr
    (command,) = shell(app, "go build ./broken >/dev/null 2>&1 || true").commands
    assert "undefined: y" in command.stderr
    assert "its last compile (step 1) failed" in failure(assert_cached, result, "./broken")
    with pytest.raises(GoCommandError, match="was killed by signal 15"):
        shell(app, "go version; kill $$")


def test_what_the_library_cannot_do_for_a_go_command_is_the_tests_error(
    app: GoModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("the disk is full")

    app.exec("go", "version")
    monkeypatch.setattr(WarmStore, "warm", full)
    with pytest.raises(StoreError, match="the disk is full"):
        shell(app, "go build ./lib 2>said; echo $? >>said")
    assert app.read("said") == "pytest-gocache: go build ./lib: the disk is full\n2\n"


def test_making_a_cache_warm_does_not_count_for_the_time_limit(app: GoModule, monkeypatch: pytest.MonkeyPatch) -> None:
    app.exec("go", "build", "./lib")
    warm = WarmStore.warm

    def slow(*args: Any) -> str | None:
        time.sleep(2.5)
        return warm(*args)

    monkeypatch.setattr(WarmStore, "warm", slow)
    assert_cached(app.exec("go", "build", "./lib", timeout=2))


@pytest.mark.parametrize(
    ("argv", "settings", "said"),
    [
        ((), {}, r"go_module.exec: a program is missing, as in exec\('make', 'build'\)"),
        (
            ("no-such-program", "-x"),
            {},
            r"`no-such-program -x` does not start in .*app: No such file.*; PATH=.*/bin",
        ),
        (("./text",), {}, r"`./text` does not start in .*: Permission denied"),
        (("./garbage",), {}, r"`./garbage` does not start in .*: Exec format error"),
        (("make", 1), {}, "make 1: the argument 1 is not a string"),
        (("make",), {"env": {"X": 1}}, "make: the value 1 is not a string"),
        (("make", "a\0b"), {}, "the argument 'a\\\\x00b' has a NUL, which"),
        (("make",), {"env": {"X": "\0"}}, "the value '\\\\x00' has a NUL, which"),
        (("make",), {"env": {"X=Y": "1"}}, "make: 'X=Y' is not the name of an environment variable"),
        (("make",), {"timeout": 0}, "make: timeout=0 is not a number of seconds above 0"),
        (("make",), {"timeout": -1.5}, "make: timeout=-1.5 is not"),
    ],
)
def test_what_cannot_be_run_is_an_error(
    app: GoModule, argv: tuple[str, ...], settings: dict[str, object], said: str
) -> None:
    app.write({"text": "echo\n", "garbage": b"\x00\x01"})
    (app.path / "garbage").chmod(0o755)
    with pytest.raises(UsageError, match=said):
        app.exec(*argv, **settings)  # type: ignore[arg-type]


def test_a_full_disk_is_not_the_programs_fault(app: GoModule, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(process, "run", full)
    with pytest.raises(OSError, match="No space left on device"):
        app.exec("true")


def test_a_machine_that_is_gone_runs_no_program(app: GoModule) -> None:
    app.on_new_machine(path=app.path)
    with pytest.raises(UsageError, match="make build: this machine is gone"):
        app.exec("make", "build")


# go generate

GENERATE = """
-- gen/main.go --
package main

import (
	"os"
	"os/exec"
)

func main() {
	out, err := exec.Command("go", "list", "-export", "-f", "{{.ImportPath}}", "example.com/app/lib").CombinedOutput()
	if err != nil {
		panic(string(out))
	}
	text := "package made\\n\\nconst Of = `" + string(out) + os.Getenv("GODEBUG") + "`\\n"
	if err := os.WriteFile("made.go", []byte(text), 0o666); err != nil {
		panic(err)
	}
}
-- made/doc.go --
package made

//go:generate go run example.com/app/gen
//go:generate go env GOROOT
"""


def test_generators_are_observed_and_so_is_what_they_call(app: GoModule) -> None:
    app.load(GENERATE)
    result = app.generate("./made")
    assert names(result) == [
        "go run example.com/app/gen",
        "go list -export -f {{.ImportPath}} example.com/app/lib",
        "go env GOROOT",
    ]
    run, listed, _ = result.commands
    assert run.within == "by `go generate ./made` in made"
    assert run.compiled == {f"{APP}/gen"}
    assert listed.compiled == {f"{APP}/lib"}
    assert app.read("made/made.go") == f"package made\n\nconst Of = `{APP}/lib\n`\n"
    assert result.stdout == f"{app.toolchain.goroot}\n"
    assert result.stderr == ""
    assert_only_rebuilt(result, "./gen", "./lib")

    app.build("./made")
    again = app.generate("./made")
    assert_cached(again)
    assert_cached(app.build("./made"))
    # A generator that says something else is named.
    app.edit("gen/main.go", "const Of", "const By")
    assert "file main.go changed" in failure(assert_cached, app.generate("./made"))
    assert "file made.go changed" in failure(assert_cached, app.build("./made"))


def test_go_generate_in_a_program_is_one_of_its_commands(app: GoModule) -> None:
    app.load(GENERATE)
    app.append("made/doc.go", '//go:generate sh -c "env >env.txt"\n')
    app.write("Makefile", "all:\n\tgo generate ./...\n\tgo build ./made\n")
    result = app.exec("make")
    assert "gocachehash" not in app.read("made/env.txt")
    assert names(result) == [
        "go generate ./...",
        "go run example.com/app/gen",
        "go list -export -f {{.ImportPath}} example.com/app/lib",
        "go env GOROOT",
        "go build ./made",
    ]
    assert app.read("made/made.go") == f"package made\n\nconst Of = `{APP}/lib\n`\n"
    assert result.stdout.splitlines()[1] == str(app.toolchain.goroot)
    assert_only_rebuilt(result, "./gen", "./lib", "./made")


def test_a_generator_that_fails_is_an_error(app: GoModule) -> None:
    app.write("made/doc.go", "package made\n\n//go:generate go build ./nowhere\n//go:generate go version\n")
    with pytest.raises(GoCommandError, match="`go generate ./made` failed with exit status 1") as caught:
        app.generate("./made")
    assert 'made/doc.go:3: running "go": exit status 1' in caught.value.stderr
    result = app.generate("./made", check=False)
    assert [(command.command[1], command.returncode) for command in result.commands] == [("build", 1)]
    assert app.generate("./lib").commands == ()


# Machines, toolchains, caches


def test_programs_on_another_machine(app: GoModule) -> None:
    app.exec("make", "build")
    other = app.on_new_machine(restore=[app.gocache])
    result = other.exec("make", "build")
    assert [command.circumstances.env["GOCACHE"] for command in result.commands] == [str(other.gocache.path)] * 3
    assert_cached(result)  # -trimpath
    assert_test_cached(result)
    moved = shell(other, "go version; go build ./lib")
    assert "-trimpath was removed since step 2" in failure(assert_cached, moved)
    gone = app.on_new_machine(restore=[app.gocache], path=app.path, mtimes="keep")
    again = gone.exec("make", "build")
    assert_cached(again)
    assert_test_cached(again)


def test_what_a_test_does_to_the_cache_between_programs_is_told(app: GoModule) -> None:
    app.exec("make", "build")
    app.gocache.evict(f"{APP}/lib")
    why = failure(assert_cached, app.exec("make", "build"), "./lib")
    assert "but its output was evicted (gocache.evict) before step 2" in why
    app.gocache.corrupt(f"{APP}/api")
    why = failure(assert_cached, app.exec("make", "build"))
    assert "but its output was damaged (gocache.corrupt) before step 3" in why
    app.gocache.clear_tests()
    assert "expired by gocache.clear_tests" in failure(assert_test_cached, app.exec("make", "build"))
    app.gocache.clear()
    assert "was emptied" in failure(assert_cached, shell(app, "go version; go build -trimpath ./lib"))
