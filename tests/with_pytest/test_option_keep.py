"""``--gocache-keep`` and ``gocache_keep``: of which tests the folders stay."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import LIB, left_in, run

TESTS = f"""
from pytest_gocache import assert_cached

def test_fails(go_module):
    {LIB}
    go_module.build("./...")
    assert_cached(go_module.build("./..."))
    assert False

def test_passes(go_module):
    {LIB}
    go_module.build("./...")

def test_only_caches(gocache, gomodcache): pass
"""
EVERYTHING = {"gocache", "gomodcache", "app", "home", "steps", "tmp"}


def _kept(pytester: pytest.Pytester, store: Path, *args: str) -> tuple[pytest.RunResult, dict[str, Path]]:
    """Run the tests; returns the folders of tests that are left, by test."""
    pytester.makepyfile(test_it=TESTS)
    base = pytester.path / "base"
    result = run(pytester, store, f"--basetemp={base}", *args)
    return result, {folder.name.removesuffix("-go0"): folder for folder in base.glob("*-go0")}


def test_by_default_the_folders_of_failing_tests_stay_and_are_named(pytester: pytest.Pytester, store: Path) -> None:
    result, kept = _kept(pytester, store)
    result.assert_outcomes(failed=1, passed=2)
    assert set(kept) == {"test_fails"}
    named = re.findall(r"^graphs, logs, caches and sources are kept in (.+)$", result.stdout.str(), re.MULTILINE)
    assert [Path(path) for path in named] == [kept["test_fails"]]
    evidence = kept["test_fails"]
    assert set(left_in(evidence)) == EVERYTHING
    steps = sorted((evidence / "steps" / "app").iterdir())
    assert [step.name for step in steps] == ["01-go-build", "02-go-build"]
    for step in steps:
        assert left_in(step) == ["graph.json", "stderr", "stdout"]
        assert (step / "graph.json").read_text(encoding="utf-8").startswith("[")
    assert (evidence / "app" / "lib" / "lib.go").is_file()
    assert list((evidence / "gocache").glob("??/*-a"))
    # The session's own scratch folders are gone: only what was asked for is left.
    assert set(left_in(pytester.path / "base")) <= {"test_fails-go0", "test_failscurrent", "test_fails-gocurrent"}


@pytest.mark.parametrize("how", ["option", "ini"])
@pytest.mark.parametrize(
    ("keep", "left"), [("none", set[str]()), ("all", {"test_fails", "test_passes", "test_only_caches"})]
)
def test_all_or_no_folders_stay_when_asked(
    pytester: pytest.Pytester, store: Path, keep: str, left: set[str], how: str
) -> None:
    if how == "ini":
        pytester.makeini(f"[pytest]\ngocache_keep = {keep}\n")
        result, kept = _kept(pytester, store)
    else:
        result, kept = _kept(pytester, store, f"--gocache-keep={keep}")
    result.assert_outcomes(failed=1, passed=2)
    assert set(kept) == left
    assert ("are kept in" in result.stdout.str()) == (keep == "all")


def test_the_option_beats_the_ini_file(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makeini("[pytest]\ngocache_keep = all\n")
    assert _kept(pytester, store, "--gocache-keep=none")[1] == {}


def test_folders_named_by_a_worker_of_xdist_exist(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(TESTS)
    result = run(pytester, store, "-n", "2")
    named = re.findall(r"^graphs, logs, caches and sources are kept in (.+)$", result.stdout.str(), re.MULTILINE)
    assert [sorted(left_in(Path(path))) for path in named] == [sorted(EVERYTHING)]


def test_a_test_that_fails_in_its_setup_keeps_its_folder(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(
        test_it=f"""
        import pytest

        @pytest.fixture
        def broken(go_module):
            {LIB}
            go_module.build("./...")
            raise RuntimeError("oh")

        def test_setup(broken): pass
        """
    )
    base = pytester.path / "base"
    run(pytester, store, f"--basetemp={base}").assert_outcomes(errors=1)
    assert [folder.name for folder in base.glob("*-go0")] == ["test_setup-go0"]


def test_a_wrong_value_on_the_command_line_names_the_right_ones(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(TESTS)
    result = run(pytester, store, "--gocache-keep=some")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*argument --gocache-keep: invalid choice: 'some' (choose from *none*failed*all*)"])
