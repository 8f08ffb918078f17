"""Go tests and programs that start go themselves, and compare all that it prints."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from pytest_gocache import GoCommandError, GoModule, assert_test_cached, assert_test_ran
from pytest_gocache.results.reasons import ReasonCode
from tests.messages import failure

LISTS = """
-- list/list.go --
package list
-- list/list_test.go --
package list

import (
	"os/exec"
	"testing"
)

func TestList(t *testing.T) {
	printed, err := exec.Command("go", "list", "./...").CombinedOutput()
	if err != nil || string(printed) != "example.com/app/list\\n" {
		t.Fatalf("%s%v", printed, err)
	}
	printed, err = exec.Command("go", "vet", "./...").CombinedOutput()
	if err != nil || len(printed) > 0 {
		t.Fatalf("%s%v", printed, err)
	}
}
-- sum/sum_test.go --
package sum

import "testing"

func TestSum(t *testing.T) {}
-- main.go --
package main

import (
	"fmt"
	"os"
	"os/exec"
)

func main() {
	printed, err := exec.Command("go", "list", "./...").CombinedOutput()
	fmt.Println(string(printed), err, os.Getenv("GODEBUG"))
}
"""
STORE = """
-- store/store_test.go --
package store

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	os.Getenv("BACKEND")
	os.Exit(m.Run())
}

func TestStore(t *testing.T) { os.Getenv("REGION") }
"""
SILENT = {"GODEBUG": "gocachehash=0"}
LOGGING = {"GODEBUG": "gocachehash=1"}
ENVIRONMENTS = pytest.mark.parametrize("env", [{}, SILENT], ids=["by default", "by setting"])
OLD = 1_600_000_000
STARTS = """package sum

import "os/exec"

func Build() error { return exec.Command("go", "build").Run() }
"""
LISTED = "example.com/app\nexample.com/app/list\nexample.com/app/sum\n <nil> \n"


def test_a_program_of_go_run_inherits_nothing(go_module: GoModule) -> None:
    go_module.load(LISTS)
    ran = go_module.run(".")
    assert ran.stdout == LISTED
    assert go_module.exec("go", "run", ".").stdout == LISTED
    # What it compiled is explained as before.
    go_module.append("main.go", "\nvar one = 1\n")
    again = go_module.run(".")
    assert again.compiled == {"example.com/app"}
    assert "file main.go changed since step" in str(again.explain())


def test_a_program_of_go_run_runs_once(go_module: GoModule) -> None:
    go_module.write(
        "main.go",
        """package main

import "os"

func main() { f, _ := os.OpenFile("runs", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666); f.WriteString("x") }
""",
    )
    go_module.run(".")
    assert go_module.read("runs") == "x"


@ENVIRONMENTS
@pytest.mark.parametrize("command", [("go", "test", "./..."), ("sh", "-c", "go test ./...")], ids=["go", "sh"])
def test_with_the_log_switched_off_tests_inherit_nothing(
    go_module: GoModule, command: tuple[str, ...], env: Mapping[str, str]
) -> None:
    go_module.load(LISTS)
    go_module.env.update(env)
    assert_test_ran(go_module.exec(*command), "./list", "./sum")
    again = go_module.exec(*command)
    assert_test_cached(again, "./list", "./sum")
    assert "(cached)" in failure(assert_test_ran, again)
    go_module.edit("sum/sum_test.go", "{}", "{ t.Log() }")
    third = go_module.exec(*command)
    assert_test_cached(third, "./list")
    assert_test_ran(third, "./sum")
    assert failure(assert_test_cached, third).partition("\n")[2] == snapshot("""\
  ./sum  executed, passed: its test binary changed: ./sum.test ← ./sum
           file sum_test.go changed since step 2:
             - func TestSum(t *testing.T) {}
             + func TestSum(t *testing.T) { t.Log() }\
""")


def test_with_the_log_switched_off_a_failure_hides_no_cached_result(go_module: GoModule) -> None:
    go_module.load(LISTS)
    go_module.test("./list", "./sum", env=SILENT)
    go_module.edit("sum/sum_test.go", "{}", "{ t.Fatal() }")
    result = go_module.test("./list", "./sum", env=SILENT, check=False)
    assert_test_cached(result, "./list")
    assert result.tests["example.com/app/sum"].ran


def test_with_the_log_switched_off_a_profile_keeps_its_content(go_module: GoModule) -> None:
    go_module.load(LISTS)
    go_module.append("list/list.go", "\nfunc F() int { return 1 }\n")
    go_module.test("-coverprofile=cover.out", "./list", env=SILENT)
    assert "list.go" in go_module.read("cover.out")


def test_a_failure_below_the_log_says_what_to_do(go_module: GoModule) -> None:
    go_module.load(LISTS)
    with pytest.raises(GoCommandError, match="GODEBUG=gocachehash=0"):
        go_module.test("./list", env=LOGGING)
    with pytest.raises(GoCommandError, match="GODEBUG=gocachehash=0"):
        go_module.exec("sh", "-c", "go test ./list", env=LOGGING)


def test_with_the_log_switched_off_a_failure_says_so_and_how_to_switch_it_on(go_module: GoModule) -> None:
    go_module.load(LISTS)

    def data(text: str) -> None:
        go_module.write("sum/data.txt", text)
        go_module.touch("sum/data.txt", mtime=OLD)

    data("1")
    reads = '{ os.ReadFile("data.txt") }'
    go_module.edit("sum/sum_test.go", 'import "testing"', 'import ("os"; "testing")')
    go_module.edit("sum/sum_test.go", "{}", reads)
    go_module.test("./sum")
    data("22")
    assert failure(assert_test_cached, go_module.test("./sum")) == snapshot("""\
1 test package was not served from the cache by `go test ./sum` (step 2) [assert_test_cached]
  ./sum  executed, passed: Go's log, which would say why, is off for tests: list/list_test.go may start go
GODEBUG=gocachehash=1 in env= switches the log on; a go command that a test starts then prints it, too\
""")
    assert failure(assert_test_cached, go_module.test("-count=1", "./sum")) == snapshot("""\
1 test package was not served from the cache by `go test -count=1 ./sum` (step 3) [assert_test_cached]
  ./sum  executed, passed: -count=1 switches the test cache off
-count=1 runs tests every time: leave it out where a cached result is enough\
""")
    go_module.env.update(SILENT)
    data("333")
    assert failure(assert_test_cached, go_module.test("./sum")) == snapshot("""\
1 test package was not served from the cache by `go test ./sum` (step 4) [assert_test_cached]
  ./sum  executed, passed: Go's log, which would say why, is off for tests: GODEBUG has gocachehash=0\
""")
    go_module.env.update(LOGGING)
    go_module.test("./sum")
    data("4444")
    assert "file data.txt changed since step 5" in failure(assert_test_cached, go_module.test("./sum"))


@pytest.mark.parametrize(
    "flag",
    [
        *("-count=1", "-bench=.", "-benchmem", "-fuzztime=1s", "-fuzzminimizetime=1s", "-shuffle=on", "-trace=p"),
        *("-blockprofile=p", "-blockprofilerate=1", "-cpuprofile=p", "-memprofile=p", "-memprofilerate=1"),
        *("-mutexprofile=p", "-mutexprofilefraction=1", "-run=Sum", "-short", "-v"),
    ],
)
def test_with_the_log_switched_off_a_flag_is_named_as_with_it(go_module: GoModule, flag: str) -> None:
    go_module.load(LISTS)
    off, logged = (go_module.test(flag, "./sum", env=env).explain("./sum") for env in ({}, LOGGING))
    named = [one.details.flag for one in off.reasons if one.code is ReasonCode.TEST_CACHE_OFF]
    assert named == [
        one.details.flag.removesuffix("=true") for one in logged.reasons if one.code is ReasonCode.TEST_CACHE_OFF
    ]
    assert (named == []) is (flag in ("-run=Sum", "-short", "-v"))


def test_with_the_log_switched_off_other_flags_are_no_change_of_an_import(go_module: GoModule) -> None:
    go_module.load(LISTS)
    go_module.test("./sum")
    go_module.edit("sum/sum_test.go", "{}", "{ t.Log() }")
    why = failure(assert_test_cached, go_module.test("-ldflags=-s", "./sum"))
    assert "Go's log, which would say why, is off for tests" in why
    assert "its test binary changed" not in why


def test_with_the_log_switched_off_nothing_is_said_of_a_restored_result(go_module: GoModule, tmp_path: Path) -> None:
    go_module.load(LISTS)
    go_module.load(STORE)
    go_module.test("./store", env={"REGION": "eu"})
    saved = go_module.gocache.save(tmp_path / "saved")
    go_module.gocache.restore(saved)
    result = go_module.test("./store", env={"REGION": "eu", "BACKEND": "new"})
    assert_test_cached(result)
    assert result.explain().untracked == ()


def test_the_log_stays_as_the_first_go_test_has_it(go_module: GoModule) -> None:
    go_module.load(LISTS)
    go_module.remove("list/list_test.go")
    go_module.test("./sum")
    go_module.write("gen/gen.go", STARTS)
    result = go_module.test("./sum")
    assert_test_cached(result, "./sum")
    assert result.circumstances.log_off is None


def test_with_the_log_switched_off_only_what_is_in_no_key_is_named(go_module: GoModule) -> None:
    go_module.load(LISTS)
    go_module.load(STORE)
    for region in ("eu", "us"):
        assert_test_ran(go_module.test("./store", env={"REGION": region}))
    # It differs from the latest run, not from the one that kept the result.
    result = go_module.test("./store", env={"REGION": "eu", "BACKEND": "new"})
    assert_test_cached(result)
    assert [one.what for one in result.explain().untracked] == ["environment BACKEND"]


@pytest.mark.parametrize("folder", ["vendor/example.com/dep", "testdata/go", "cmd/tool"])
def test_files_that_no_test_runs_switch_nothing_off(go_module: GoModule, folder: str) -> None:
    go_module.write(f"{folder}/go.go", STARTS.replace("package sum", "package main"))
    go_module.write("sum/sum_test.go", 'package sum\n\nimport "testing"\n\nfunc TestSum(t *testing.T) {}\n')
    go_module.env["GOFLAGS"] = "-mod=mod"
    go_module.test("./sum")
    result = go_module.test("./sum")
    assert result.circumstances.log_off is None
    assert "same test binary" in failure(assert_test_ran, result)
