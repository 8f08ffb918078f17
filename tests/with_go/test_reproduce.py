"""assert_reproducible: honest builds pass, and a build that depends on one condition is caught, with that named."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from inline_snapshot import snapshot

from pytest_gocache import ALL, GoModule, assert_cached, assert_reproducible
from pytest_gocache.assertions.reproducible import builds
from tests.with_go.refusals import refused

# Without it, a build costs little: the standard library is warm.
QUICK = ALL - {"cache"}
TOOLEXEC = f"-toolexec={Path(__file__).with_name('toolexec.sh')}"

PROGRAM = """
-- lib/lib.go --
package lib

var stamp = "none"

func Stamp() string { return stamp }
-- api/api.go --
package api

import "example.com/app/lib"

func Stamp() string { return lib.Stamp() }
-- cmd/app/main.go --
package main

import "example.com/app/api"

var stamp = ""

func main() { println(api.Stamp(), stamp) }
"""

CGO = """
-- lib/lib.go --
package lib

// #include <assert.h>
// int answer(void);
import "C"

func Stamp() int { return int(C.answer()) }
-- lib/answer.c --
#include <assert.h>

int answer(void) {
	assert(__FILE__[0]);
	return 42;
}
-- cmd/app/main.go --
package main

import "example.com/app/lib"

func main() { println(lib.Stamp()) }
"""

# For each condition a shell command whose output depends on that one and on no other.
SENSITIVE = {
    "env": "echo $USER $LC_ALL",
    "folder": "readlink /proc/$PPID/cwd",
    "home": "echo $HOME $XDG_CONFIG_HOME $GOPATH",
    "p": r"tr '\0' '\n' < /proc/$PPID/cmdline | grep -e '^-p='; :",
    "tmp": "echo $TMPDIR",
    "tz": "date +%F",
    "umask": "umask",
}


@pytest.fixture
def program(go_module: GoModule) -> GoModule:
    go_module.load(PROGRAM)
    return go_module


# Honest builds.


def test_a_pure_go_program(program: GoModule) -> None:
    assert_reproducible(program, "-trimpath", "-o", "bin/app", "./cmd/app")
    # The test's own module is as it was: no binary, no step, nothing in its cache.
    assert not (program.path / "bin").exists()
    result = program.build("-trimpath", "./...")
    assert result.step == 1
    assert len(result.compiled) == 3
    assert_cached(program.build("-trimpath", "./..."))
    # Nothing is left of it.
    assert not any(
        list(folder.iterdir()) for folder in program.path.parent.glob("steps/reproduce-*") if folder.is_dir()
    )


@pytest.mark.gocache(cgo=True)
def test_a_cgo_program(go_module: GoModule) -> None:
    go_module.load(CGO)
    assert_reproducible(go_module, "-trimpath", "./cmd/app")


def test_a_stamped_program_from_a_repository(program: GoModule) -> None:
    def git(*args: str) -> None:
        env = {"PATH": os.environ["PATH"], "HOME": str(program.path.parent), "GIT_CONFIG_NOSYSTEM": "1"}
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *identity, *args], cwd=program.path, env=env, check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "all")
    assert_reproducible(program, "-trimpath", "-ldflags=-X main.stamp=v1", "./...")
    # It was a stamped build: without the commit in it, the binary is another one.


def test_without_trimpath_only_the_folder_makes_a_difference(program: GoModule) -> None:
    assert refused(program, "-o", "bin/app", "./cmd/app", vary=QUICK) == snapshot("""\
1 output of `go build -o bin/app ./cmd/app` differs between two builds [assert_reproducible]
  bin/app  N bytes each
only folder makes a difference: …/one/src/app | …/two/checkouts/app-2
  ./lib  directory differs:
           …/[one/src/app→two/checkouts/app-2]/lib
sections of bin/app that differ: …
paths in bin/app:
  folder  …/one/src/app  N times in …
build with -trimpath: it removes the paths of folders from packages and binaries
kept: …/build-1/out and …/build-5/out\
""")
    # What is kept is there; the checkouts and caches, which are large, are not.
    kept = next(program.path.parent.glob("steps/reproduce-1"))
    assert sorted(entry.name for entry in kept.iterdir()) == ["build-1", "build-5"]
    assert {(kept / name / "out" / "bin" / "app").is_file() for name in ("build-1", "build-5")} == {True}
    assert_reproducible(program, "-o", "bin/app", "./cmd/app", vary=ALL - {"folder"})


# Each condition is applied, and it alone.


# A package that imports nothing needs no standard library: an empty cache is the quickest.
from_scratch = pytest.mark.gocache(warm=False)


@from_scratch
@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "env",
            snapshot("""\
1 output of `go build -trimpath -toolexec=toolexec.sh ./lib` differs between two builds [assert_reproducible]
  package ./lib
env makes a difference: USER=ann LOGNAME=ann SHELL=/bin/sh TERM=dumb LANG=C LC_ALL=C | USER=bob LOGNAME=bob SHELL=/bin/bash TERM=xterm-256color LANG=C.UTF-8 LC_ALL=C.UTF-8 EDITOR=vi
  ./lib  same inputs, different output: it depends on env, which Go does not track (it ran toolexec.sh)
-toolexec runs a program whose version is its only input that Go tracks: check what else it reads
kept: …/build-1/out and …/build-2/out\
"""),
        ),
        (
            "folder",
            snapshot("""\
1 output of `go build -trimpath -toolexec=toolexec.sh ./lib` differs between two builds [assert_reproducible]
  package ./lib
folder makes a difference: …/one/src/app | …/two/checkouts/app-2
  ./lib  same inputs, different output: it depends on folder, which Go does not track (it ran toolexec.sh)
-toolexec runs a program whose version is its only input that Go tracks: check what else it reads
kept: …/build-1/out and …/build-2/out\
"""),
        ),
        (
            "home",
            snapshot("""\
1 output of `go build -trimpath -toolexec=toolexec.sh ./lib` differs between two builds [assert_reproducible]
  package ./lib
home makes a difference: …/one/home | …/two/home
  ./lib  same inputs, different output: it depends on home, which Go does not track (it ran toolexec.sh)
-toolexec runs a program whose version is its only input that Go tracks: check what else it reads
kept: …/build-1/out and …/build-2/out\
"""),
        ),
        (
            "p",
            snapshot("""\
1 output of `go build -trimpath -toolexec=toolexec.sh ./lib` differs between two builds [assert_reproducible]
  package ./lib
p makes a difference: -p=4 | -p=1
  ./lib  same inputs, different output: it depends on p, which Go does not track (it ran toolexec.sh)
-toolexec runs a program whose version is its only input that Go tracks: check what else it reads
kept: …/build-1/out and …/build-2/out\
"""),
        ),
        (
            "tmp",
            snapshot("""\
1 output of `go build -trimpath -toolexec=toolexec.sh ./lib` differs between two builds [assert_reproducible]
  package ./lib
tmp makes a difference: …/one/tmp | …/two/tmp
  ./lib  same inputs, different output: it depends on tmp, which Go does not track (it ran toolexec.sh)
-toolexec runs a program whose version is its only input that Go tracks: check what else it reads
kept: …/build-1/out and …/build-2/out\
"""),
        ),
        (
            "tz",
            snapshot("""\
1 output of `go build -trimpath -toolexec=toolexec.sh ./lib` differs between two builds [assert_reproducible]
  package ./lib
tz makes a difference: TZ=GMT+12 | TZ=GMT-14
  ./lib  same inputs, different output: it depends on tz, which Go does not track (it ran toolexec.sh)
-toolexec runs a program whose version is its only input that Go tracks: check what else it reads
kept: …/build-1/out and …/build-2/out\
"""),
        ),
        (
            "umask",
            snapshot("""\
1 output of `go build -trimpath -toolexec=toolexec.sh ./lib` differs between two builds [assert_reproducible]
  package ./lib
umask makes a difference: 022 | 077
  ./lib  same inputs, different output: it depends on umask, which Go does not track (it ran toolexec.sh)
-toolexec runs a program whose version is its only input that Go tracks: check what else it reads
kept: …/build-1/out and …/build-2/out\
"""),
        ),
    ],
    ids=list(SENSITIVE),
)
def test_a_build_that_depends_on_one_condition(program: GoModule, name: str, text: str) -> None:
    program.env |= {"STAMP": SENSITIVE[name], "STAMPED": "example.com/app/lib"}
    build = ("-trimpath", TOOLEXEC, "./lib")
    alone = refused(program, *build, vary=name)
    assert alone == text
    among_all = refused(program, *build).splitlines()
    assert among_all[2:5] == [f"only {alone.splitlines()[2]}", *alone.splitlines()[3:5]]
    assert_reproducible(program, *build, vary=ALL - {name})
    # -trimpath would change nothing about it.
    assert "\nbuild with -trimpath" not in refused(program, *build[1:], vary=name) or name == "folder"


def test_a_build_that_depends_on_what_is_cached(program: GoModule) -> None:
    program.env["STAMP"] = 'cat "$TMPDIR/compiles" 2> /dev/null | wc -l'
    build = ("-trimpath", TOOLEXEC, "-o", "app", "./cmd/app")
    assert refused(program, *build) == snapshot("""\
1 output of `go build -trimpath -toolexec=toolexec.sh -o app ./cmd/app` differs between two builds [assert_reproducible]
  app  N bytes each
only cache makes a difference: empty, without the standard library | filled by an earlier build
  link of ./cmd/app  same inputs, different output: it depends on cache, which Go does not track (it ran toolexec.sh)
sections of app that differ: …
-toolexec runs a program whose version is its only input that Go tracks: check what else it reads
kept: …/build-1/out and …/build-5/out\
""")
    assert_reproducible(program, *build, vary=QUICK)


def test_a_cold_and_a_filled_cache_are_what_they_are_called(program: GoModule) -> None:
    program.env |= {
        "STAMP": 'cat "$TMPDIR/compiles" 2> /dev/null | wc -l >> $SEEN',
        "SEEN": str(program.path / "seen"),
    }
    assert_reproducible(program, "-trimpath", TOOLEXEC, "-o", "app", "./cmd/app")
    cold, filling, filled = map(int, program.read("seen").split())
    # The first has compiled the standard library; the second our three packages, and the third nothing.
    assert cold > 10
    assert (filling, filled) == (3, 0)


def test_two_conditions_are_both_told(program: GoModule) -> None:
    program.env["STAMP"] = "umask; date +%F"
    assert refused(program, "-trimpath", TOOLEXEC, "./cmd/app", vary=QUICK) == snapshot("""\
1 output of `go build -trimpath -toolexec=toolexec.sh ./cmd/app` differs between two builds [assert_reproducible]
  app  N bytes each
tz makes a difference: TZ=GMT+12 | TZ=GMT-14
  link of ./cmd/app  same inputs, different output: it depends on tz, which Go does not track (it ran toolexec.sh)
umask makes a difference: 022 | 077
  link of ./cmd/app  same inputs, different output: it depends on umask, which Go does not track (it ran toolexec.sh)
sections of app that differ: …
-toolexec runs a program whose version is its only input that Go tracks: check what else it reads
kept: …/build-1/out and …/build-2/out\
""")


@from_scratch
def test_conditions_that_make_a_difference_only_together(program: GoModule) -> None:
    program.env |= {
        "STAMP": '[ $(umask) = 0077 ] && [ "$USER" = bob ] && echo both; :',
        "STAMPED": "example.com/app/lib",
    }
    assert refused(program, "-trimpath", TOOLEXEC, "./lib", vary={"umask", "env", "tz"}) == snapshot("""\
1 output of `go build -trimpath -toolexec=toolexec.sh ./lib` differs between two builds [assert_reproducible]
  package ./lib
no condition makes a difference alone, but together they do: env, tz, umask
  ./lib  same inputs, different output: it depends on the conditions, which Go does not track (it ran toolexec.sh)
-toolexec runs a program whose version is its only input that Go tracks: check what else it reads
kept: …/build-1/out and …/build-2/out\
""")


@from_scratch
def test_what_the_modules_environment_sets_is_a_part_of_the_build(program: GoModule) -> None:
    program.env |= {"STAMP": "echo $(date +%F) $USER", "STAMPED": "example.com/app/lib"}
    build = ("-trimpath", TOOLEXEC, "./lib")
    refused(program, *build)
    program.env |= {"TZ": "UTC", "USER": "builder"}
    assert_reproducible(program, *build)


@pytest.mark.gocache(warm=False, env={"TZ": "UTC"})
def test_what_the_mark_sets_is_one_too(program: GoModule) -> None:
    program.env |= {"STAMP": "date +%F", "STAMPED": "example.com/app/lib"}
    assert_reproducible(program, "-trimpath", TOOLEXEC, "./lib")


@from_scratch
def test_a_build_that_fails_for_some(program: GoModule) -> None:
    program.env |= {"STAMP": "[ $USER = ann ]", "STAMPED": "example.com/app/lib"}
    assert refused(program, "-trimpath", TOOLEXEC, "./lib", vary={"env", "umask"}) == snapshot("""\
`go build -trimpath -toolexec=toolexec.sh ./lib` succeeds under some conditions and fails under others [assert_reproducible]
only env makes a difference: USER=ann LOGNAME=ann SHELL=/bin/sh TERM=dumb LANG=C LC_ALL=C | USER=bob LOGNAME=bob SHELL=/bin/bash TERM=xterm-256color LANG=C.UTF-8 LC_ALL=C.UTF-8 EDITOR=vi
  one build fails with exit status 1:
  example.com/app/lib: toolexec.sh: exit status 1
kept: …/build-1/out and …/build-4/out\
""")


# Steps that are not repeatable.


@pytest.mark.parametrize("noise", ["od -An -N4 -tu4 /dev/urandom", "date +%T"])
def test_a_step_that_is_not_repeatable(program: GoModule, noise: str) -> None:
    program.env |= {"STAMP": noise, "STAMPED": "example.com/app/lib"}
    # The program and the package between differ as well, and only follow.
    assert refused(program, "-trimpath", TOOLEXEC, "-o", "app", "./cmd/app", vary=QUICK) == snapshot("""\
1 output of `go build -trimpath -toolexec=toolexec.sh -o app ./cmd/app` differs between two builds [assert_reproducible]
  app  N bytes each
the build is not repeatable: under the same conditions it differs as well
  ./lib  same inputs, different output: the action is not repeatable (it ran toolexec.sh)
sections of app that differ: …
-toolexec runs a program whose version is its only input that Go tracks: check what else it reads
kept: …/build-1/out and …/build-3/out\
""")


@from_scratch
def test_two_builds_never_happen_in_the_same_second(program: GoModule, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(builds, "time", SimpleNamespace(time=lambda: 100.25, sleep=slept.append))
    assert_reproducible(program, "./lib", vary="umask")
    assert slept == [0.0, 0.75]


@pytest.mark.gocache(cgo=True)
def test_a_c_compiler_that_records_its_arguments(go_module: GoModule) -> None:
    go_module.write(
        "main.go",
        'package main\n\n// static int one(void) { return 1; }\nimport "C"\n\nfunc main() { println(C.one()) }\n',
    )
    go_module.env["CGO_CFLAGS"] = "-g -O2 -grecord-gcc-switches"
    lines = refused(go_module, "-trimpath", ".", vary="tmp").splitlines()
    assert any(line.startswith("CGO_CFLAGS has -grecord-gcc-switches: it records ") for line in lines)
    assert not any("__TIME__" in line for line in lines)


@pytest.mark.gocache(cgo=True)
def test_a_c_compiler_that_stamps_the_time(go_module: GoModule) -> None:
    go_module.load(CGO)
    go_module.edit("lib/answer.c", "return 42", "return __TIME__[7] | __TIME__[6] << 8 | __TIME__[4] << 16")
    text = refused(go_module, "-trimpath", "./cmd/app", vary="umask")
    assert re.sub(r"it ran .*gcc.*\)", "it ran gcc)", text) == snapshot("""\
1 output of `go build -trimpath ./cmd/app` differs between two builds [assert_reproducible]
  app  N bytes each
the build is not repeatable: under the same conditions it differs as well
  ./lib  same inputs, different output: the action is not repeatable (it ran gcc)
sections of app that differ: …
a C compiler ran: look for __DATE__, __TIME__ and __FILE__ in the C sources
kept: …/build-1/out and …/build-3/out\
""")


# The order of the message.


def test_package_then_settings_then_sections_then_paths(program: GoModule) -> None:
    program.write("lib/lib.go", program.read("lib/lib.go"))
    fake = program.path.parent / "bin"
    fake.mkdir()
    # A git that says that the checkout was changed, for one user.
    (fake / "git").write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        "*status*) [ $USER = ann ] || echo ' M x' ;;\n"
        "*show-ref*|*log*) echo 0123456789012345678901234567890123456789:1700000000 ;;\n"
        f"*rev-parse*) echo {program.path} ;;\n"
        "esac\n"
    )
    (fake / "git").chmod(0o755)
    (program.path / ".git").mkdir()
    program.env["PATH"] = f"{fake}:{os.environ['PATH']}"
    assert refused(program, "-buildvcs=true", "./cmd/app", vary={"env", "folder"}) == snapshot("""\
1 output of `go build -buildvcs=true ./cmd/app` differs between two builds [assert_reproducible]
  app  N bytes each
env makes a difference: USER=ann LOGNAME=ann SHELL=/bin/sh TERM=dumb LANG=C LC_ALL=C | USER=bob LOGNAME=bob SHELL=/bin/bash TERM=xterm-256color LANG=C.UTF-8 LC_ALL=C.UTF-8 EDITOR=vi
  ./cmd/app  build setting vcs.modified differs:
               - false
               + true
folder makes a difference: …/one/src/app | …/two/checkouts/app-2
  ./lib  directory differs:
           …/[one/src/app→two/checkouts/app-2]/lib
build settings of app that differ:
  vcs.modified: false | true
sections of app that differ: …
paths in app:
  folder  …/one/src/app  N times in …
build with -trimpath: it removes the paths of folders from packages and binaries
Go stamps the state of the checkout into main packages: -buildvcs=false turns that off
kept: …/build-1/out and …/build-2/out\
""")
