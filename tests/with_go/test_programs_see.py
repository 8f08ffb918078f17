"""What a program sees of the go commands that it calls: just what it would see of the real ones."""

from __future__ import annotations

import sys

import pytest

from pytest_gocache import GoModule, assert_cached, assert_test_cached
from tests.with_go.programs import LIB, SAY, names, shell

APP = "example.com/app"


@pytest.fixture
def app(go_module: GoModule) -> GoModule:
    go_module.load(LIB)
    return go_module


@pytest.fixture
def say(go_module: GoModule) -> GoModule:
    go_module.load(SAY)
    return go_module


# Runs the same go command by both names; prints what differs, and the status.
BOTH = """
both() {
	go "$@" >out1 2>err1; status1=$?
	"$REAL" "$@" >out2 2>err2; status2=$?
	cmp out1 out2 && cmp err1 err2 && test $status1 = $status2 && echo $status1
}
"""


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("both version", 0),
        ("both env GOROOT GOFLAGS GOVERSION GODEBUG", 0),
        ("both list ./...", 0),
        ("both list -f '{{.Dir}} {{.Imports}}' ./api", 0),
        ("both build ./broken", 1),
        ("both vet ./vetted", 1),
        ("both build ./nowhere", 1),
        ("both build -no-such-flag", 2),
        ("both", 2),
        ("both frobnicate", 2),
        ("both ../../../../../frobnicate", 2),
        ("both frobnicate/there", 2),
        ("both $(printf '%0300d' 1)", 2),
        ("both ''", 2),
        ("both help build", 0),
        ("both build -h", 2),
        ("both -C lib list", 0),
        ("both tool -n compile", 0),
        ("both mod edit -json", 0),
    ],
)
def test_output_and_status_are_those_of_the_real_go(app: GoModule, command: str, status: int) -> None:
    app.write("broken/broken.go", "package broken\n\nvar x int = y\n")
    app.write("vetted/vetted.go", "package vetted\n\nfunc F(x int) { x = x }\n")
    result = shell(app, BOTH + command)
    assert result.stdout == f"{status}\n"
    (called,) = result.commands
    assert called.returncode == status
    # Whatever stands in the place of the verb.
    assert called.evidence is not None
    assert called.evidence.resolve().parent == result.evidence
    assert (called.stdout.encode(), called.stderr.encode()) == (
        (app.path / "out1").read_bytes(),
        (app.path / "err1").read_bytes(),
    )


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("both run ./say args '' 'a b' 'a\nb' \"$(printf '\\377\\001')\" '*' '\"'", 0),
        ("both run ./say stderr 'HASHTAG\n' 'HASH'", 0),
        ("both run ./say stderr 'testcache'", 0),
        ("both run ./say stderr 'testcache: mine\n' 'HASH /of/mine: 12\n' 'HASH subkey x\n' 'see HASH[it]\n'", 0),
        ("both run ./say stderr 'no newline, HASH[x'", 0),
        ("both run ./say big", 0),
        ("both run ./say exit 3", 1),
        ("both run ./say kill", 1),
        ("both run ./say env", 0),
    ],
)
def test_the_program_of_go_run_behaves_as_ever(say: GoModule, command: str, status: int) -> None:
    # The real go is called without the library's GODEBUG, and from Go 1.24 on takes the binary from the cache.
    result = shell(say, BOTH + command, env={"X": "a\udcff\nb=c"})
    assert result.stdout == f"{status}\n"


def test_lines_of_the_library_are_taken_out_of_the_middle_of_a_line(say: GoModule) -> None:
    line = 'HASH[build x]: "go1.27"\\n'
    result = shell(say, f"go run ./say stderr 'begun ' \"$(printf '{line}.')\" ' ended' 2>&1; echo")
    assert result.stdout == "begun . ended\n"


def test_stdin_is_inherited_and_left_alone(say: GoModule) -> None:
    say.write("list", "one\ntwo\nthree\n")
    say.write({f"{name}/{name}.go": f"package {name}\n" for name in ("one", "two", "three")})
    result = shell(say, "while read f; do go build ./$f; done <list; echo 3 | go run ./say cat; echo $(go list ./...)")
    assert names(result)[:3] == ["go build ./one", "go build ./two", "go build ./three"]
    assert result.stdout.splitlines() == ["3", f"{APP}/one {APP}/say {APP}/three {APP}/two"]


def test_a_slow_reader_gets_everything(say: GoModule) -> None:
    shell(say, "go build -o /dev/null ./say")
    # It begins to read long after go has ended its work.
    result = shell(
        say,
        "go run ./say lines | (while ! test -e ended; do sleep 0.01; done; wc -l) & go version; sleep 1; >ended; wait",
    )
    assert result.stdout.split()[-1] == "60000"


def test_a_slow_reader_of_stderr_gets_everything_and_no_more(say: GoModule) -> None:
    shell(say, "go build -o /dev/null ./say")
    # Far more than a pipe holds: the program has to wait for the reader.
    result = shell(say, "go run ./say big 2>&1 >/dev/null | (sleep 0.5; wc -c)")
    assert int(result.stdout) == (8 << 18) + len("HASH[x\n") + (5 << 17)


def test_a_reader_that_goes_away_ends_go_as_ever(say: GoModule) -> None:
    script = "{ go run ./say lines; echo $? >status; } | head -n 1; cat status"
    result = shell(say, script)
    assert result.stdout == "0\n1\n"
    assert result.stderr == "signal: broken pipe\n"
    (run,) = result.commands
    assert run.returncode == 1
    assert run.linked == {f"{APP}/say"}
    # go itself, and not its program, writes here.
    result = shell(say, "{ go help build; echo $? >status; } | true; cat status")
    assert result.stdout in ("141\n", "0\n")  # true may have ended before go writes, or after it


@pytest.mark.parametrize("to", ["2>&1", "2>&1 | cat", ">all 2>&1; cat all"])
def test_stdout_and_stderr_in_one_file_keep_their_order(say: GoModule, to: str) -> None:
    result = shell(say, f"go run ./say alternate {to}")
    assert result.stdout.splitlines() == [f"{name} {i}" for i in range(200) for name in ("out", "err")]
    assert result.stderr == ""
    (run,) = result.commands
    assert (run.stdout, run.stderr) == (result.stdout, "")
    assert f"{APP}/say" in run.compiled
    # The evidence is there as well.
    assert run.explain("./say").unknown == ()
    say.append("say/main.go", "\nvar more = 1\n")
    again = shell(say, f"go run ./say alternate {to}")
    assert [change.how for change in again.explain("./say").reasons[0].changes] == ["file main.go changed"]


def test_tests_in_one_file_are_read(app: GoModule) -> None:
    app.write("broken/broken_test.go", "package broken\n\nvar x int = y\n")
    for cached in (False, True):
        result = shell(app, "go test ./... 2>&1 | cat")
        assert result.tests[f"{APP}/lib"].cached is cached
        assert result.tests[f"{APP}/broken"].status.value == "build failed"


def test_a_prompt_is_seen_at_once(say: GoModule) -> None:
    # The answer is given when the question was read, and its last letter could be the beginning of one of our lines.
    script = "mkfifo q a; go run ./say ask <a 2>q & exec 3>a; test $(head -c 4 q) = next && echo y >&3; wait"
    assert shell(say, script, timeout=120).stdout == "y"


def test_signals_that_are_ignored_stay_ignored(say: GoModule) -> None:
    result = shell(
        say,
        "trap '' HUP; go run ./say sleep pids & while ! test -e pids; do sleep .01; done; "
        "kill -HUP $! $(cat pids); read own go <pids; kill -0 $own && kill -0 $! && kill $own; wait",
    )
    assert result.stderr == "signal: terminated\n"


# Python starts it: a shell's background commands ignore some signals, and whoever runs these tests may ignore others.
SENDS = """
import os, signal, subprocess, sys, time

wanted = signal.Signals[sys.argv[1]]
signal.signal(wanted, signal.SIG_DFL)
go = subprocess.Popen(["go", "run", "./say", "sleep", "pids"])
while not os.path.exists("pids"):
    time.sleep(0.01)
go.send_signal(wanted)
if len(sys.argv) > 2:
    time.sleep(0.2)
    print(go.poll())
    os.kill(int(open("pids").read().split()[0]), signal.SIGTERM)
print(go.wait())
"""


@pytest.mark.parametrize(("name", "status"), [("SIGTERM", -15), ("SIGHUP", -1)])
def test_a_signal_reaches_go(say: GoModule, name: str, status: int) -> None:
    result = say.exec(sys.executable, "-c", SENDS, name)
    # Its program is left, and ended with the script.
    assert result.stdout == f"{status}\n"
    assert result.commands[0].returncode == status


@pytest.mark.parametrize("name", ["SIGINT", "SIGQUIT"])
def test_a_signal_that_go_ignores_does_not_end_it(say: GoModule, name: str) -> None:
    result = say.exec(sys.executable, "-c", SENDS, name, "and it goes on")
    assert result.stdout == "None\n1\n"
    assert result.stderr == "signal: terminated\n"


def test_the_environment_is_the_programs_own(app: GoModule) -> None:
    script = """
        env -i PATH="$PATH" HOME="$HOME" GOCACHE="$GOCACHE" X=1 go build ./api
        env -i PATH="$PATH" HOME="$HOME" go env GOCACHE
    """
    result = shell(app, script)
    build = result.commands[0]
    assert build.compiled == {f"{APP}/lib", f"{APP}/api"}
    assert (build.circumstances.env["X"], "LC_ALL" in build.circumstances.env) == ("1", False)
    assert result.stdout == f"{app.home}/.cache/go-build\n"
    # Nothing is known of what such a cache had.
    app.build("./lib")
    again = shell(app, 'env -i PATH="$PATH" HOME="$HOME" go build ./lib')
    assert [reason.package for reason in again.explain("./lib").reasons] == [f"{APP}/lib"]


ENV_TEST = """
-- env/env_test.go --
package env

import (
	"os"
	"os/exec"
	"testing"
)

func TestEnv(t *testing.T) {
	os.Getenv("PATH")
	os.Getenv("GODEBUG")
	os.Getenv("GOROOT")
	if _, err := exec.LookPath("go"); err != nil {
		t.Fatal(err)
	}
}
"""


def test_results_of_tests_are_the_same_by_both_ways(app: GoModule) -> None:
    app.load(ENV_TEST)
    app.test("./env")
    result = app.exec("go", "test", "./env")
    assert_test_cached(result)
    assert_cached(result)
    assert_test_cached(shell(app, "GODEBUG= go test ./env"))
    changed = shell(app, "GODEBUG=http2client=0 go test ./env")
    assert changed.tests[f"{APP}/env"].ran
    assert_test_cached(app.test("./env", env={"GODEBUG": "http2client=0"}))
    assert_test_cached(app.test("./env"))


def test_the_go_on_path_is_ours_and_another_one_is_not_observed(app: GoModule) -> None:
    result = shell(app, 'command -v go; dirname "$PATH" | cut -d: -f1; echo "[$GODEBUG]"; "$REAL" version')
    shim, folder, debug, _ = result.stdout.splitlines()
    assert shim == f"{app.home.parent}/shim/bin/go"
    assert folder.startswith(f"{app.home.parent}/shim/bin")
    assert debug == "[]"
    assert result.commands == ()


def test_go_run_lets_its_program_find_the_observed_go(say: GoModule) -> None:
    say.load(LIB)
    result = shell(
        say, "go run ./say go build -v ./lib; go run -exec 'env X=1' ./say args; GOFLAGS=-exec=echo go run ./say"
    )
    assert names(result)[1] == "go build -v ./lib"
    assert result.commands[1].compiled == {f"{APP}/lib"}
    said = result.stdout.splitlines()
    assert said[:2] == [f"{APP}/lib", '"1"']
    assert said[2].endswith("/say")
