"""The report of a failing test: its go commands, and a traceback that ends at the user's line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import LIB, run, script

FAILING = f"""
import pytest
from pytest_gocache import GoCommandError, assert_cached, assert_not_relinked, assert_rebuilt, assert_test_ran

def helper(result):
    assert_cached(result, "./lib")  # the helper's line

def test_verdict(go_module):
    {LIB}
    go_module.build("./...")
    go_module.append("lib/lib.go", "const Other = 2\\n")
    assert_rebuilt(go_module.build("./..."), "./lib")
    assert_cached(go_module.build("./..."), "./lib")
    go_module.append("lib/lib.go", "const Third = 3\\n")
    helper(go_module.build("./..."))

def test_no_pattern(go_module):
    {LIB}
    assert_rebuilt(go_module.build("./..."), "./lob")

def test_command(go_module):
    go_module.write("lib/lib.go", "package lib\\n\\nconst Word = \\n")
    go_module.build("./...")

def test_timeout(go_module):
    go_module.write("main.go", "package main\\n\\nfunc main() {{ for {{ }} }}\\n")
    go_module.run(".", timeout=2)

def test_files(go_module):
    go_module.edit("go.mod", "no such text", "")

def test_passing(go_module):
    {LIB}
    go_module.build("./...")

def test_without_go():
    assert 1 == 2
"""


@pytest.fixture
def failing(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(test_failing=FAILING)
    return pytester


def _of_test(output: str, name: str) -> str:
    """What is reported of one failing test."""
    rest = output.split(f"_ {name} _", 1)[1]
    for mark in ("\n_______", "\n===="):
        rest = rest.split(mark, 1)[0]
    return rest


@pytest.mark.parametrize("style", ["long", "native"])
def test_tracebacks_of_every_style_end_at_the_users_line(failing: pytest.Pytester, store: Path, style: str) -> None:
    result = run(failing, store, f"--tb={style}")
    result.assert_outcomes(failed=6, passed=1)
    output = result.stdout.str().split("= FAILURES =", 1)[1]
    for line in output.split("= gocache =", 1)[0].splitlines():
        # Neither a file of the library's, nor a line of its code.
        assert "pytest_gocache/" not in line
        assert "self._observer" not in line
        assert "_fail(" not in line
    if style == "long":
        assert "the helper's line" in _of_test(output, "test_verdict")
        assert "test_failing.py:5:" in _of_test(output, "test_verdict")
        assert 'go_module.build("./...")' in _of_test(output, "test_command")
        assert "go_module.run(" in _of_test(output, "test_timeout")
        assert "go_module.edit(" in _of_test(output, "test_files")


def test_the_section_has_a_line_for_each_go_command_with_what_it_did(failing: pytest.Pytester, store: Path) -> None:
    result = run(failing, store, "--tb=short")
    output = result.stdout.str()
    verdict = pytest.LineMatcher(_of_test(output, "test_verdict").splitlines())
    verdict.fnmatch_lines(
        [
            "E * 1 package was rebuilt by `go build ./...` (step 4) [[]assert_cached]",
            "*- go commands -*",
            "  1. go build ./...  [[]*s]  compiled ./lib; 0 cached",
            "  2. go build ./...  [[]*s]  compiled ./lib; 0 cached",
            "  3. go build ./...  [[]*s]  compiled nothing; 1 cached",
            "  4. go build ./...  [[]*s]  compiled ./lib; 0 cached",
        ],
        consecutive=False,
    )
    assert _of_test(output, "test_verdict").count("go build ./...  [") == 4
    command = pytest.LineMatcher(_of_test(output, "test_command").splitlines())
    command.fnmatch_lines(
        ["*lib/lib.go:*syntax error*", "  1. go build ./...  [[]*s]  compiled ./lib; *; exit status 1"]
    )
    timeout = pytest.LineMatcher(_of_test(output, "test_timeout").splitlines())
    timeout.fnmatch_lines(["  1. go run .  [[]*s]*killed by signal 9"])
    assert "- go commands -" not in _of_test(output, "test_without_go")
    assert "test_passing" not in output.split("= FAILURES =", 1)[1]


def test_the_go_commands_of_a_program_stand_below_it(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(
        f"""
        from pytest_gocache import assert_cached

        def test_it(go_module):
            {LIB}
            go_module.write("bad/bad.go", "package bad\\n\\nvar x int = y\\n")
            go_module.exec("true")
            go_module.exec("sh", "-c", "go build ./lib; go build ./bad; kill -9 $$", check=False)
            go_module.exec("go", "build", "./lib")
            go_module.append("lib/lib.go", "const Other = 2\\n")
            assert_cached(go_module.exec("sh", "-c", "go build './l'ib \\"$(printf '\\\\377')\\"; go build ./lib"))
        """
    )
    for workers in ("0", "1"):
        result = run(pytester, store, "-n", workers)
        result.assert_outcomes(failed=1)
        output = result.stdout.str()
        result.stdout.fnmatch_lines(
            [
                "E * 1 package was rebuilt by `sh -c 'go build *` (step 4) [[]assert_cached]",
                "E *./lib*file lib.go changed since step 3:",
                "*- go commands -*",
                "  1. true  [[]*s]  it called no go command",
                "  2. sh -c 'go build ./lib; go build ./bad; kill -9 $$'  [[]*s]  2 go commands; killed by signal 9",
                "       go build ./lib  [[]*s]  compiled ./lib; 0 cached",
                "       go build ./bad  [[]*s]  compiled ./bad; 0 cached; exit status 1",
                "  3. go build ./lib  [[]*s]  1 go command",
                "       go build ./lib  [[]*s]  compiled nothing; 1 cached",
                "  4. sh -c *  [[]*s]  2 go commands",
                "       go build ./lib *  [[]*s]  *exit status 1",
                "       go build ./lib  [[]*s]  compiled ./lib; 0 cached",
                "5 go commands in *",
            ]
        )
        assert "pytest_gocache/" not in output.split("= gocache =", 1)[0]


def test_programs_run_in_folders_of_any_name(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(
        """
        import os

        def test_it(go_module):
            go_module.write("main.go", "package main\\n\\nfunc main() { println(1) }\\n")
            result = go_module.exec("sh", "-c", "go run . && cd .. && cd app && go run -C . .")
            assert result.stderr == "1\\n1\\n"
            assert [command.returncode for command in result.commands] == [0, 0]
            go_module.append("main.go", "//go:generate go run .\\n")
            assert len(go_module.generate().commands) == 1
        """
    )
    for name in ("it's one, Günter; $(no)", 'a "quoted" folder'):
        run(pytester, store, f"--basetemp={pytester.path / name}").assert_outcomes(passed=1)


def test_errors_of_fixtures_show_just_their_message(
    pytester: pytest.Pytester, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile("def test_it(go_module): pass\ndef test_repository(go_repo): pass")
    repository = run(pytester, store, "-k", "test_repository")
    repository.assert_outcomes(errors=1)
    repository.stdout.fnmatch_lines(["*UsageError: go_repo: there is no go.mod and no go.work in *ini option go_repo"])
    go = script(pytester.path / "bin" / "go", "#!/bin/sh\nexit 7\n")
    monkeypatch.setenv("PATH", str(go.parent), prepend=os.pathsep)
    result = run(pytester, store, "-k", "test_it")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "_* ERROR at setup of test_it *_",
            f"*ToolchainError: {go}, the first `go` on PATH, is a wrapper. It answered *",
        ]
    )
    for output in (result.stdout, repository.stdout):
        output.no_fnmatch_line("*pytest_gocache/*")
        output.no_fnmatch_line("> *")


def test_a_fixture_of_the_users_shows_his_line_and_the_go_commands(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def built(go_module):
            go_module.write("lib/lib.go", "package lib\\n\\nconst Word = \\n")
            return go_module.build("./...")

        def test_it(built): pass
        """
    )
    result = run(pytester, store)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ['> *return go_module.build("./...")', "E *GoCommandError: `go build ./...` failed with exit status 1 in *"]
    )
    result.stdout.no_fnmatch_line("*pytest_gocache/*")
    result.stdout.fnmatch_lines(["*- go commands -*", "  1. go build ./...  [[]*exit status 1"])


def test_an_error_in_the_users_teardown_keeps_the_section(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(
        """
        import pytest
        from pytest_gocache import assert_cached

        @pytest.fixture
        def still_cached(go_module):
            yield go_module
            go_module.write("lib/lib.go", "package lib\\n")
            assert_cached(go_module.build("./..."))

        def test_it(still_cached): pass
        """
    )
    result = run(pytester, store)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["> *assert_cached(go_module.build(*", "*- go commands -*", "  1. go build ./...  [[]*"]
    )


def test_failures_in_a_worker_of_xdist_look_the_same(failing: pytest.Pytester, store: Path) -> None:
    result = run(failing, store, "-n", "2")
    result.assert_outcomes(failed=6, passed=1)
    output = result.stdout.str()
    assert "the helper's line" in _of_test(output, "test_verdict")
    pytest.LineMatcher(_of_test(output, "test_verdict").splitlines()).fnmatch_lines(
        [
            "E * 1 package was rebuilt by `go build ./...` (step 4) [[]assert_cached]",
            "E *./lib*file lib.go*",
            "*- go commands -*",
            "  4. go build ./...  [[]*s]  compiled ./lib; 0 cached",
        ]
    )
    assert "did not finish within 2 seconds" in _of_test(output, "test_timeout")
    assert "near it: ./lib" in _of_test(output, "test_no_pattern")
    result.stdout.no_fnmatch_line("*pytest_gocache/*")


@pytest.mark.parametrize("processes", ["0", "1"])
def test_packages_have_a_colour_where_pytest_has_colours(failing: pytest.Pytester, store: Path, processes: str) -> None:
    options = (f"-n{processes}", "-k", "test_verdict")
    coloured = run(failing, store, "--color=yes", "--junitxml=report.xml", *options).stdout.str()
    assert "\x1b[1m\x1b[36m./lib" in coloured
    assert "#x1B" not in (failing.path / "report.xml").read_text(encoding="utf-8")
    assert "\x1b" not in run(failing, store, "--color=no", *options).stdout.str()


def test_failures_are_in_a_junit_report_too(failing: pytest.Pytester, store: Path) -> None:
    run(failing, store, "--junitxml=report.xml", "-k", "test_verdict")
    report = (failing.path / "report.xml").read_text(encoding="utf-8")
    assert "1 package was rebuilt by `go build ./...` (step 4) [assert_cached]" in report
    assert "pytest_gocache/" not in report


def test_subtests_and_raises_work_on_our_exceptions(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(
        """
        import pickle
        import pytest
        from pytest_gocache import GoCommandError, assert_cached

        def test_it(go_module):
            go_module.write("lib/lib.go", "package lib\\n\\nconst Word = \\n")
            with pytest.raises(GoCommandError, match="syntax error") as caught:
                go_module.build("./...")
            again = pickle.loads(pickle.dumps(caught.value))
            assert (again.command, again.returncode, str(again)) == (("go", "build", "./..."), 1, str(caught.value))
            with pytest.raises(AssertionError, match="1 package was rebuilt"):
                assert_cached(go_module.build("./...", check=False))
        """
    )
    run(pytester, store).assert_outcomes(passed=1)
