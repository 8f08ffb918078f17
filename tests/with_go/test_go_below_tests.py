"""Go tests and programs that start go themselves, and compare all that it prints."""

from __future__ import annotations

import pytest

from pytest_gocache import GoCommandError, GoModule, assert_test_cached, assert_test_ran
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
SILENT = {"GODEBUG": "gocachehash=0"}
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


@pytest.mark.parametrize("command", [("go", "test", "./..."), ("sh", "-c", "go test ./...")], ids=["go", "sh"])
def test_with_the_log_switched_off_tests_inherit_nothing(go_module: GoModule, command: tuple[str, ...]) -> None:
    go_module.load(LISTS)
    go_module.env.update(SILENT)
    assert_test_ran(go_module.exec(*command), "./list", "./sum")
    again = go_module.exec(*command)
    assert_test_cached(again, "./list", "./sum")
    assert "(cached)" in failure(assert_test_ran, again)
    go_module.edit("sum/sum_test.go", "{}", "{ t.Log() }")
    third = go_module.exec(*command)
    assert_test_cached(third, "./list")
    assert_test_ran(third, "./sum")
    assert "Go's log does not say why" in failure(assert_test_cached, third)


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
        go_module.test("./list")
