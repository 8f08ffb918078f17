"""Broken, foreign and too old toolchains are refused, with their path and what they printed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import embedded, run, script

TESTS = "def test_go(go_toolchain): pass\ndef test_go_again(gocache): pass\ndef test_plain(): pass\n"


def _refused(pytester: pytest.Pytester, spec: str | Path, *lines: str) -> None:
    """No test runs, those that need no Go included, and the reason is told once."""
    pytester.makepyfile(TESTS)
    result = run(pytester, pytester.path / "store", f"--go-toolchain={spec}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {lines[0]}", *lines[1:]])
    output = result.stdout.str() + result.stderr.str()
    assert output.count(lines[0].rstrip("*").replace("[[]", "[")) == 1
    assert "passed" not in output
    assert "pytest_gocache/" not in output
    assert "Traceback" not in output


def test_a_program_that_fails_is_quoted(pytester: pytest.Pytester) -> None:
    go = script(pytester.path / "sdk" / "go", "#!/bin/sh\necho this is no go\necho really not >&2\nexit 1\n")
    _refused(
        pytester,
        go,
        f"{go} env -json GOROOT GOVERSION GOTOOLDIR GOOS GOARCH CC CXX failed with exit status 1; it printed:",
        "*this is no go",
        "*really not",
    )


def test_a_file_without_the_permission_to_run_is_named(pytester: pytest.Pytester) -> None:
    go = script(pytester.path / "go.txt", "Go is a language.\n")
    go.chmod(0o644)
    _refused(pytester, go, f"{go} cannot be run: Permission denied")


def test_a_file_that_is_no_program_is_named(pytester: pytest.Pytester) -> None:
    go = script(pytester.path / "go.txt", "\x7fGo is a language.\n")
    _refused(pytester, go, f"{go} cannot be run: Exec format error")


@pytest.mark.parametrize("answer", ["go version go1.27.3 linux/amd64", "[1, 2]", '{"GOROOT": "/x"}', "", "null"])
def test_a_program_that_answers_nonsense_is_quoted(pytester: pytest.Pytester, answer: str) -> None:
    go = script(pytester.path / "go", f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\n")
    _refused(
        pytester,
        go,
        f"{go} is not a go command: `go env -json` printed:",
        f"*{answer.replace('[', '[[]')}",
    )


def test_a_folder_that_is_no_goroot_is_named(pytester: pytest.Pytester) -> None:
    folder = pytester.mkdir("empty")
    _refused(pytester, folder, f"Go toolchain {folder} is not a GOROOT: the folder has no bin/go")


def test_a_path_that_does_not_exist_is_named(pytester: pytest.Pytester) -> None:
    _refused(pytester, "/no/such/go", "Go toolchain /no/such/go does not exist")


@pytest.mark.parametrize("text", ["1.banana", "banana", "go", "1", "-1.27", "1.27.3.4.5"])
def test_text_that_is_neither_a_path_nor_a_version_is_quoted(pytester: pytest.Pytester, text: str) -> None:
    _refused(
        pytester,
        text,
        f"--go-toolchain={text}: there is no such path, and it is not a version like 1.26.6",
    )


@pytest.mark.parametrize("version", ["go1.20.14", "go1.4", "devel go1.20-abcdef"])
def test_a_version_that_is_too_old_is_named(pytester: pytest.Pytester, version: str) -> None:
    answers = {"GOROOT": str(embedded()), "GOVERSION": version, "GOTOOLDIR": str(embedded() / "pkg" / "tool")}
    go = script(pytester.path / "go", f"#!/bin/sh\ncat <<'END'\n{json.dumps(answers)}\nEND\n")
    _refused(pytester, go, f"{go} is {version}: pytest-gocache needs Go 1.21 or newer")


def test_a_goroot_without_a_go_command_is_named(pytester: pytest.Pytester) -> None:
    answers = {"GOROOT": "/no/goroot", "GOVERSION": "go1.27.3", "GOTOOLDIR": "/no/tools"}
    go = script(pytester.path / "go", f"#!/bin/sh\ncat <<'END'\n{json.dumps(answers)}\nEND\n")
    _refused(pytester, go, f"{go} names the GOROOT /no/goroot, which has no bin/go")


def test_a_goroot_without_a_compiler_is_named(pytester: pytest.Pytester) -> None:
    goroot = pytester.path / "sdk"
    answers = {"GOROOT": str(goroot), "GOVERSION": "go1.27.3", "GOTOOLDIR": str(goroot / "tools")}
    script(goroot / "bin" / "go", f"#!/bin/sh\ncat <<'END'\n{json.dumps(answers)}\nEND\n")
    _refused(pytester, goroot, f"{goroot}/tools/compile cannot be run: No such file or directory")


def test_a_broken_go_first_on_path_is_refused_and_not_passed_over(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    # To test with another Go than `go` on PATH would be a surprise of the worst kind.
    go = script(pytester.path / "bin" / "go", "#!/bin/sh\necho broken\nexit 7\n")
    monkeypatch.setenv("PATH", str(go.parent), prepend=os.pathsep)
    pytester.makepyfile(TESTS)
    result = run(pytester, pytester.path / "store")
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(
        [
            f"*ToolchainError: {go}, the first `go` on PATH, is a wrapper. It answered *exit status 7. It printed:",
            "*broken",
            "*--go-toolchain=PATH*",
        ]
    )
