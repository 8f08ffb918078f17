"""pytest's other options and plugins beside ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_gocache.plugin.header import header_lines
from tests.with_pytest.inner_runs import LIB, ONE_BUILD, run, run_apart, summary_of

TESTS = f"""
import pytest
from pytest_gocache import assert_cached

def test_first(go_module):
    {LIB}
    assert_cached(go_module.build("./..."))

def test_second(go_module):
    {LIB}
    go_module.build("./...")

def test_third(): pass
"""


def test_stopping_at_the_first_failure_and_running_the_last_failures(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(TESTS)
    stopped = run(pytester, store, "-x")
    stopped.assert_outcomes(failed=1)
    assert summary_of(stopped.stdout.str())["commands"] == 1
    stopped.stdout.fnmatch_lines(["*- go commands -*", "graphs, logs, caches and sources are kept in *"])
    last = run(pytester, store, "--lf")
    last.assert_outcomes(failed=1)
    first_failed = run(pytester, store, "--ff", "-v")
    first_failed.assert_outcomes(failed=1, passed=2)
    first_failed.stdout.fnmatch_lines(["*::test_first FAILED*", "*::test_second PASSED*"])


@pytest.mark.parametrize(
    "args",
    [
        ("-p", "no:cacheprovider"),
        ("-p", "no:xdist"),
        ("-p", "no:terminal", "-p", "no:inline_snapshot"),  # inline-snapshot cannot run without it
        ("-p", "no:logging"),
        ("-p", "no:faulthandler"),
        ("-s",),
        ("--capture=sys",),
        ("-p", "no:capture"),
        ("--assert=plain",),
        ("-q", "-q"),
        ("--import-mode=importlib",),
        ("-W", "error"),
    ],
    ids=" ".join,
)
def test_options_of_pytest_change_nothing(pytester: pytest.Pytester, store: Path, args: tuple[str, ...]) -> None:
    pytester.makepyfile(ONE_BUILD)
    result = run_apart(pytester, store, *args) if "no:capture" in args else run(pytester, store, *args)
    assert result.ret == pytest.ExitCode.OK
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()


def test_assertions_in_workers_of_xdist_show_their_messages(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(f"""
        from pytest_gocache import assert_cached

        def test_verdict(go_module):
            {LIB}
            assert_cached(go_module.build("./..."))

        def test_plain_assert(go_module):
            {LIB}
            assert go_module.build("./...").compiled == {{"example.com/app/lob"}}

        def test_command(go_module):
            go_module.go("no-such-command")
    """)
    result = run_apart(pytester, store, "-p", "xdist", "-n", "2", "-p", "no:cacheprovider")
    result.assert_outcomes(failed=3)
    output = result.stdout.str()
    assert "1 package was rebuilt by `go build ./...` (step 1) [assert_cached]" in output
    assert re.search(r"missing: ./lob .*near it: ./lib", output)
    assert "`go no-such-command` failed with exit status 2" in output
    assert output.count("- go commands -") == 3
    assert summary_of(output)["commands"] == 3


def test_the_plugin_can_be_switched_off(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile("def test_plain(): pass\ndef test_go(go_module): pass")
    result = pytester.runpytest_subprocess("-p", "no:gocache")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*fixture 'go_module' not found*"])
    result.stdout.no_fnmatch_line("gocache *: *")
    assert store.is_absolute()


def test_classes_parameters_and_fixtures_of_wider_scope_work(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(f"""
        import pytest

        @pytest.fixture(scope="session")
        def version(go_toolchain):
            return go_toolchain.version

        class TestIt:
            @pytest.fixture(autouse=True)
            def module(self, go_module):
                {LIB}
                self.module = go_module

            @pytest.mark.parametrize("name", ["a/b c", "ü" * 200, "x" * 300])
            def test_names(self, name, version):
                assert self.module.build("./...").compiled == {{"example.com/app/lib"}}
                assert version.release >= (1, 21, 0)

            def test_two_tests_share_nothing(self, gocache):
                assert self.module.path.parent == gocache.path.parent
                assert self.module.build("./...").compiled == {{"example.com/app/lib"}}
    """)
    run(pytester, store).assert_outcomes(passed=4)


def test_unittest_and_doctest_tests_are_left_alone(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile('''
        """
        >>> 1 + 1
        3
        """
        import unittest

        class TestOld(unittest.TestCase):
            def test_it(self):
                self.assertEqual(1, 2)
    ''')
    result = run(pytester, store, "--doctest-modules")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["Expected:", "    3", "Got:", "    2"])
    result.stdout.fnmatch_lines(["E * AssertionError: 1 != 2"])


ALLURE = """
import types

attachment_type = types.SimpleNamespace(TEXT="text/plain")


def attach(body, name=None, attachment_type=None, extension=None):
    with open("attached.txt", "a") as file:
        file.write(f"{name} as {attachment_type}:\\n{body}\\n")
"""


def test_allure_and_junit_have_the_go_commands_of_a_failing_test(pytester: pytest.Pytester, store: Path) -> None:
    # allure-pytest is not installed for these tests: two modules stand in for its plugin and its public function.
    pytester.syspathinsert()
    pytester.makepyfile(allure=ALLURE, allure_pytest="", test_suite=f"""
import pytest
from pytest_gocache import assert_cached

@pytest.fixture
def broken(go_module):
    yield
    go_module.build("./...")
    raise ValueError

def test_twice(go_module, broken):
    {LIB}
    assert_cached(go_module.build("./lib"))

def test_good(go_module):
    {LIB}
    go_module.build("./...")
""")  # fmt: skip
    run(pytester, store, "-p", "allure_pytest", "--junitxml=report.xml").assert_outcomes(failed=1, passed=1, errors=1)
    attached = (pytester.path / "attached.txt").read_text(encoding="utf-8")
    assert attached.count("go commands as text/plain:\n  1. go build ./lib  [") == 2
    assert attached.count("  2. go build ./...  [") == 1
    junit = (pytester.path / "report.xml").read_text(encoding="utf-8")
    shown = re.findall('<property name="gocache.go-commands" value="([^"]*)"', junit)
    assert [(text.count("1. go build ./lib  ["), text.count("2. go build ./...  [")) for text in shown] == [
        (1, 0),
        (1, 1),
    ]


def test_pytest_html_shows_the_line_of_the_header(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> None:
    # Workers of xdist write no report.
    monkeypatch.delattr(pytestconfig, "workerinput", raising=False)
    metadata: dict[str, object] = {}
    pytestconfig.hook.pytest_metadata(metadata=metadata, config=pytestconfig)
    assert metadata["gocache"] == header_lines(pytestconfig)[0].removeprefix("gocache ")
