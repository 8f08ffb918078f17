"""GoArguments and variant_flags: command lines read as the go command reads them."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from pytest_gocache.golang.command_line import GoArguments, flags_for_all, tags_of, variant_flags, without_flag

Flags = list[tuple[str, str]]


@pytest.mark.parametrize(
    ("line", "verb", "flags", "packages"),
    [
        ("", "", [], []),
        ("build", "build", [], []),
        ("build ./...", "build", [], ["./..."]),
        ("build -o app ./cmd/app", "build", [("o", "app")], ["./cmd/app"]),
        ("build -o=app ./cmd/app", "build", [("o", "app")], ["./cmd/app"]),
        ("build -race -v ./a ./b", "build", [("race", ""), ("v", "")], ["./a", "./b"]),
        ("build --race --tags x ./a", "build", [("race", ""), ("tags", "x")], ["./a"]),
        ("build --tags=x,y .", "build", [("tags", "x,y")], ["."]),
        ("build -race=false .", "build", [("race", "false")], ["."]),
        ("build -ldflags=-X=main.v=1 .", "build", [("ldflags", "-X=main.v=1")], ["."]),
        ("build -gcflags -N -p 4 .", "build", [("gcflags", "-N"), ("p", "4")], ["."]),
        ("build -p", "build", [("p", "")], []),
        ("build . -race", "build", [], [".", "-race"]),
        ("build -- -odd", "build", [], ["-odd"]),
        ("run -race . -tags x", "run", [("race", "")], [".", "-tags", "x"]),
        ("run main.go -o y", "run", [], ["main.go", "-o", "y"]),
        ("run -exec env .", "run", [("exec", "env")], ["."]),
        ("test ./... -run X -count=1", "test", [("run", "X"), ("count", "1")], ["./..."]),
        ("test -v ./a -race ./b", "test", [("v", ""), ("race", "")], ["./a", "./b"]),
        ("test ./a -args -race ./b", "test", [], ["./a"]),
        ("test ./a --args -race", "test", [], ["./a"]),
        ("test -test.run X -test.v ./a", "test", [("run", "X"), ("v", "")], ["./a"]),
        ("test -coverprofile c.out -cover ./a", "test", [("coverprofile", "c.out"), ("cover", "")], ["./a"]),
        ("test -json -bench . -benchtime 1x ./a", "test", [("json", ""), ("bench", "."), ("benchtime", "1x")], ["./a"]),
        ("test -c -o a.test ./a", "test", [("c", ""), ("o", "a.test")], ["./a"]),
        ("test -vet off -timeout 5s ./a", "test", [("vet", "off"), ("timeout", "5s")], ["./a"]),
        ("list -deps -f {{.Dir}} ./...", "list", [("deps", ""), ("f", "{{.Dir}}")], ["./..."]),
        ("list -m -json all", "list", [("m", ""), ("json", "")], ["all"]),
        ("vet -vettool tool ./a", "vet", [("vettool", "tool")], ["./a"]),
        ("env -json GOROOT", "env", [("json", "")], ["GOROOT"]),
        ("mod tidy", "mod", [], ["tidy"]),
        ("install example.com/x@latest", "install", [], ["example.com/x@latest"]),
        ("build -", "build", [], ["-"]),
    ],
)
def test_a_command_line_is_taken_apart(line: str, verb: str, flags: Flags, packages: list[str]) -> None:
    read = GoArguments.read(line.split(), "")
    assert (read.verb, list(read.flags), list(read.packages)) == (verb, flags, packages)
    assert read.chdir is None


@pytest.mark.parametrize(
    ("line", "chdir", "inserted", "flags", "packages"),
    [
        ("build ./a", None, "build HERE ./a", [], ["./a"]),
        ("build -C sub -race ./a", "sub", "build -C sub HERE -race ./a", [("race", "")], ["./a"]),
        ("build -C=sub ./a", "sub", "build -C=sub HERE ./a", [], ["./a"]),
        ("build --C sub ./a", "sub", "build --C sub HERE ./a", [], ["./a"]),
        ("-C sub build ./a", "sub", "-C sub build HERE ./a", [], ["./a"]),
        ("-C=sub test ./a -v", "sub", "-C=sub test HERE ./a -v", [("v", "")], ["./a"]),
        ("build", None, "build HERE", [], []),
        ("build -C", "", "build -C HERE", [], []),
        ("run . -C x", None, "run HERE . -C x", [], [".", "-C", "x"]),
    ],
)
def test_a_flag_of_ours_goes_after_the_verb_and_after_chdir(
    line: str, chdir: str | None, inserted: str, flags: Flags, packages: list[str]
) -> None:
    args = line.split()
    read = GoArguments.read(args, "")
    assert read.chdir == chdir
    assert " ".join([*args[: read.insert_at], "HERE", *args[read.insert_at :]]) == inserted
    assert (list(read.flags), list(read.packages)) == (flags, packages)


@pytest.mark.parametrize(
    ("verb", "builds"),
    [
        *(
            (verb, True)
            for verb in ("build", "install", "run", "test", "vet", "list -export", "list -deps -compiled .")
        ),
        *((verb, False) for verb in ("", "clean", "env", "fmt", "generate", "mod", "tool", "version", "work")),
        *((verb, False) for verb in ("list", "list -deps -test ./...", "list -json=Export .")),
    ],
)
def test_the_commands_that_write_an_action_graph_are_known(verb: str, builds: bool) -> None:  # noqa: FBT001 - a table
    assert GoArguments.read(verb.split(), "").builds is builds


@given(
    st.lists(st.sampled_from(["build", "test", "-C", "-C=x", "-v", "-o", "--", "-args", "./a", "-", "", "--race=0"]))
)
def test_any_command_line_is_read(args: list[str]) -> None:
    read = GoArguments.read(args, "")
    assert 0 <= read.insert_at <= len(args)
    assert all(package in args for package in read.packages)


@pytest.mark.parametrize(
    ("line", "goflags", "expected"),
    [
        ("build .", "", []),
        ("build -v -x -n -a -p 4 -o x -work .", "", []),
        ("build -race .", "", ["-race"]),
        ("build --race .", "", ["-race"]),
        ("build -race=true -trimpath=1 .", "", ["-race", "-trimpath"]),
        ("build .", "-race -trimpath", ["-race", "-trimpath"]),
        ("build -race=false .", "-race", []),
        ("build -race=0 -trimpath=F .", "-race --trimpath", []),
        ("build -race .", "-race=false", ["-race"]),
        ("build -msan -asan -linkshared .", "", ["-asan", "-linkshared", "-msan"]),
        ("build -tags a,b .", "", ["-tags=a,b"]),
        ("build -tags=a .", "-tags=b", ["-tags=a"]),
        ("build -tags= .", "-tags=b", []),
        ("build -buildmode=pie .", "", ["-buildmode=pie"]),
        ("build -buildmode exe .", "-buildmode=pie", []),
        ("build -buildmode=default -compiler=gc -pgo=auto .", "", []),
        ("build -pgo=off .", "-pgo=x.pprof", []),
        ("build -pgo x.pprof -compiler=gccgo .", "", ["-compiler=gccgo", "-pgo=x.pprof"]),
        ("build -installsuffix s -toolexec t .", "", ["-installsuffix=s", "-toolexec=t"]),
        ("build -gcflags=-N -asmflags=-x .", "-gcflags=all=-l", []),
        ("test -cover ./a", "", ["-cover"]),
        ("test -covermode=atomic ./a", "", ["-cover"]),
        ("test -coverpkg ./... ./a", "", ["-cover"]),
        ("test ./a -coverprofile c.out", "", ["-cover"]),
        ("test -cover=false ./a", "-cover", []),
        ("test ./a", "-coverprofile=c.out", ["-cover"]),
        ("test -fuzz FuzzX ./a", "", ["-fuzz=Fuzz"]),
        ("test -vet=off ./a", "", []),
        ("test -vet all ./a", "", ["-vet=all"]),
        ("test ./a -args -race", "", []),
        ("run . -race", "", []),
        ("build -ldflags=-s .", "", []),
        ("build -ldflags=-linkmode=external .", "", ["-ldflags=-linkmode=external"]),
        ("build .", "'-ldflags=-s -linkmode external'", ["-ldflags=-linkmode=external"]),
        ("build .", "-ldflags=-linkmode=internal", []),
        ("build .", "'-race", []),
        ("build .", "words without dashes", []),
        ("build .", "-trimpath -ldflags=-X=main.owner=O'Brien", ["-trimpath"]),
        ("build .", "-tags=a\\ -n", ["-tags=a\\"]),
        ("build .", "-trimpath ---x", []),
    ],
)
def test_the_flags_that_select_a_variant_of_the_standard_library(line: str, goflags: str, expected: list[str]) -> None:
    assert list(variant_flags(GoArguments.read(line.split(), goflags))) == expected


def test_external_linking_is_seen_in_any_spelling() -> None:
    for value in ("-linkmode external", "-s -linkmode=external -w", "all=-linkmode=external"):
        read = GoArguments.read(["build", "-ldflags", value, "."], "")
        assert variant_flags(read) == ("-ldflags=-linkmode=external",)


BOOLEANS = st.lists(st.sampled_from(["-race", "-msan", "-trimpath", "-race=false", "-trimpath=true", "-msan=0"]))


@given(BOOLEANS, BOOLEANS)
def test_the_last_word_on_a_flag_counts_wherever_it_stands(goflags: list[str], args: list[str]) -> None:
    last = {flag.partition("=")[0]: flag.partition("=")[2] in {"", "true"} for flag in [*goflags, *args]}
    found = variant_flags(GoArguments.read(["build", *args], " ".join(goflags)))
    assert list(found) == sorted(flag for flag, on in last.items() if on)


@pytest.mark.parametrize(
    ("args", "name", "left"),
    [
        (["build", "-o", "bin/app", "./cmd"], "o", ["build", "./cmd"]),
        (["build", "-o=bin/app", "./cmd"], "o", ["build", "./cmd"]),
        (["-C", "dir", "build", "--o", "x", "-p=2", "."], "o", ["-C", "dir", "build", "-p=2", "."]),
        (["build", "-ldflags", "-o x", "."], "o", ["build", "-ldflags", "-o x", "."]),
        (["build", "-ldflags", "-p", "-p", "1", "."], "p", ["build", "-ldflags", "-p", "."]),
        (["build", "-race", "-v", "."], "race", ["build", "-v", "."]),
        (["run", "-o", "x", "--", "-o"], "o", ["run", "--", "-o"]),
        (["build", "-o"], "o", ["build"]),
        (["build", "."], "o", ["build", "."]),
    ],
)
def test_a_flag_is_taken_out_with_its_value(args: list[str], name: str, left: list[str]) -> None:
    assert without_flag(args, name) == left


@pytest.mark.parametrize(
    ("line", "goflags", "builds", "compiles"),
    [
        ("list", "-export", True, True),
        ("list", "--export=true", True, True),
        ("list -export=false", "-export", False, False),
        ("list -export", "-export=0", True, True),
        ("list", "-compiled", True, False),
        ("list -compiled=F", "-compiled", False, False),
        ("list", "-json", True, False),
        ("list -json=Name", "-json", False, False),
        ("list -json", "-json=Name", False, False),
        ("list -json=Stale", "-json=Name", True, False),
        ("list -json=Name,StaleReason", "", True, False),
        ("list -json=true", "", True, False),
        ("list -json -json=false", "", False, False),
        ("list -json=Stale -json=0", "", False, False),
        ("list -f {{.Stale}}", "", True, False),
        ("list -f {{.Name}}", "-f={{.Stale}}", False, False),
        ("list -f Stale", "", False, False),
        ("list", "'-export", False, False),
        ("list", "-tags=-export", False, False),
        ("env", "-export", False, False),
    ],
)
def test_what_go_list_builds_depends_on_the_last_flags(line: str, goflags: str, builds: bool, compiles: bool) -> None:  # noqa: FBT001 - a table
    read = GoArguments.read(line.split(), goflags)
    assert (read.builds, read.compiles) == (builds, compiles)


def test_the_flags_in_goflags_come_first() -> None:
    read = GoArguments.read(["test", "-v", "-o=x", "./a"], "-race -test.run=X -v=false")
    assert read.flags == (("race", ""), ("run", "X"), ("v", "false"), ("v", ""), ("o", "x"))
    assert read.in_goflags == 3
    assert (read.value("run"), read.value("o"), read.value("p")) == ("X", "x", "")
    assert (read.is_on("v"), read.is_on("race"), read.is_on("a")) == (True, True, False)


@pytest.mark.parametrize(
    ("line", "goflags", "expected"),
    [
        ("build -gcflags=all=-N", "", ("-gcflags=all=-N",)),
        ("build -gcflags=-N -asmflags=std=-S", "", ("-asmflags=std=-S",)),
        ("build -gcflags=all=-l", "-gcflags=all=-N", ("-gcflags=all=-l",)),
        ("build -gcflags=./...=-N -ldflags=all=-s", "", ()),
    ],
)
def test_flags_for_all_packages_reach_the_standard_library(line: str, goflags: str, expected: tuple[str, ...]) -> None:
    assert flags_for_all(GoArguments.read(line.split(), goflags)) == expected


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ("netgo", {"netgo"}),
        ("purego,,seccomp,", {"purego", "seccomp"}),
        ("seccomp libpathrs ", {"seccomp", "libpathrs"}),
        ("'netgo' static_x", {"netgo", "static_x"}),
        ("'netgo", set()),  # Go refuses it
        ("", set()),
    ],
)
def test_tags_are_read_as_go_reads_them(value: str, tags: set[str]) -> None:
    assert tags_of(value) == tags
