"""Results of tests that Go does not keep: what the explanation says, and what it does not claim."""

from __future__ import annotations

from dataclasses import replace

from pytest_gocache import GoModule, ReasonCode, Result
from pytest_gocache.results.reasons import Reason

TEST = """\
package lib

import (
    "os"
    "testing"
)

func TestLib(t *testing.T) {
    BODY
}
"""
WRITES = """\
    file, err := os.OpenFile("run.log", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
    if err != nil {
        t.Fatal(err)
    }
    file.WriteString("ran")
    file.Close()
"""


def write(module: GoModule, body: str) -> None:
    module.write({"lib/lib.go": "package lib\n", "lib/lib_test.go": TEST.replace("BODY", body)})


def why(result: Result) -> Reason:
    (reason,) = (reason for reason in result.explain("./lib").reasons if reason.kind.value == "test")
    return reason


def test_go_keeps_no_result_of_a_test_under_exec(go_module: GoModule) -> None:
    write(go_module, "_ = os.Args")
    go_module.write("wrap.sh", '#!/bin/sh\nexec "$@"\n')
    (go_module.path / "wrap.sh").chmod(0o755)
    wrap = f"-exec={go_module.path}/wrap.sh"
    go_module.test(wrap, "./lib")
    reason = why(go_module.test(wrap, "./lib"))
    assert reason.code is ReasonCode.RESULT_OF_ARGUMENT_NOT_KEPT
    assert reason.summary == f"step 1 kept no result: {wrap} switches the test cache off"


def test_a_test_that_writes_what_it_reads(go_module: GoModule) -> None:
    write(go_module, f'{WRITES}    os.ReadFile("run.log")')
    go_module.test("./lib")
    again = go_module.test("./lib")
    assert why(again).code is ReasonCode.READ_FILE_WRITTEN
    assert why(again).summary.startswith("run.log, which it reads, was written while step 2 ran: ")
    assert any("t.TempDir()" in line for line in again.explain().advice)


def test_a_file_that_the_module_wrote_is_only_too_new(go_module: GoModule) -> None:
    write(go_module, 'os.ReadFile("data.txt")')
    go_module.write("lib/data.txt", "one")
    go_module.test("./lib")
    go_module.touch("lib/data.txt")
    assert why(go_module.test("./lib")).code is ReasonCode.FILE_TOO_NEW


def test_a_result_that_was_not_saved_is_not_called_kept(go_module: GoModule) -> None:
    write(go_module, "_ = os.Args")
    first = go_module.test("-exec=env", "./lib")
    again = go_module.test("-exec=env", "./lib")
    # Without the flag that explains it, nothing does.
    reason = why(replace(again, previous=replace(first, command=("go", "test", "./lib"))))
    assert (reason.code, reason.known) == (ReasonCode.RESULT_NOT_SAVED, False)
    assert reason.summary == "step 1 saved no result; Go's log does not say why"
