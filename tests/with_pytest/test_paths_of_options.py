"""Paths in options are checked before the run, and a user without a home folder can run pytest."""

from __future__ import annotations

import pwd
from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import ONE_BUILD, run

PLAIN = "def test_plain(): pass"


@pytest.fixture
def homeless(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user ID that is not in passwd, without HOME: docker run -u 12345."""

    def getpwuid(uid: int) -> None:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    pytester.makeconftest("import os\nos.environ.pop('HOME', None)")  # pytester sets it for the inner run
    monkeypatch.setattr(pwd, "getpwuid", getpwuid)


@pytest.mark.usefixtures("homeless")
def test_without_a_home_folder_a_run_without_go_tests_is_as_always(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(PLAIN)
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["gocache *: *, store nowhere: no home folder"])
    assert "INTERNALERROR" not in result.stdout.str()


@pytest.mark.usefixtures("homeless")
def test_without_a_home_folder_a_go_test_says_what_to_do(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(PLAIN, test_go=ONE_BUILD)
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*StoreError: there is no store of warm caches.", "*--gocache-dir*XDG_CACHE_HOME*"])
    result.stdout.no_fnmatch_line("*pytest_gocache/*")


@pytest.mark.usefixtures("homeless")
def test_without_a_home_folder_a_named_store_works(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(ONE_BUILD)
    run(pytester, store).assert_outcomes(passed=1)


@pytest.mark.usefixtures("homeless")
def test_without_a_home_folder_a_version_that_must_be_fetched_says_what_to_do(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(ONE_BUILD)
    result = pytester.runpytest_inprocess("--go-toolchain=1.21.1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: go1.21.1 is not installed, and there is no store to put it into.", "HOME is*"])


def test_a_relative_cache_folder_does_not_count(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("HOME", "/home/ann")
    monkeypatch.setenv("XDG_CACHE_HOME", "caches")
    pytester.makepyfile(PLAIN)
    pytester.runpytest_inprocess().stdout.fnmatch_lines(["gocache *: *, store /home/ann/.cache/pytest-gocache"])


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("--gocache-json=.", "* cannot be written: Is a directory: name a different file"),
        ("--gocache-json=file/x.json", "*file/x.json cannot be written: *: name a different file"),
        ("--gocache-json=/proc/nope/x.json", "/proc/nope/x.json cannot be written: *: name a different file"),
        ("--go-repo=nowhere", "there is no folder */nowhere"),
        ("--go-repo=file", "there is no folder */file"),
        ("--go-modcache=nowhere", "there is no folder */nowhere"),
        *(
            (f"{name}=~nobody-of-this-name/x", "`~` has no home folder here*")
            for name in ("--gocache-json", "--gocache-dir", "--go-repo", "--go-modcache")
        ),
    ],
)
def test_a_path_that_cannot_be_used_is_refused_before_anything_runs(
    pytester: pytest.Pytester, option: str, reason: str
) -> None:
    (pytester.path / "file").write_text("", encoding="utf-8")
    pytester.makepyfile(PLAIN)
    result = pytester.runpytest_inprocess(option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {option}: {reason}"])
    result.stdout.no_fnmatch_line("*collected*")


def test_a_toolchain_below_an_unknown_home_is_named(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(ONE_BUILD)
    result = run(pytester, store, "--go-toolchain=~nobody-of-this-name/go")
    result.stderr.fnmatch_lines(["ERROR: --go-toolchain=~nobody-of-this-name/go: `~` has no home folder here*"])


def test_a_report_that_cannot_be_written_after_all_leaves_the_summary(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pathlib
        def test_plain(): pathlib.Path("out.json").mkdir()
    """)
    result = pytester.runpytest_inprocess("--gocache-json=out.json")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["--gocache-json: */out.json cannot be written: Is a directory"])


def test_a_check_of_the_report_leaves_an_old_one_as_it_is(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(PLAIN)
    (pytester.path / "old.json").write_text("old", encoding="utf-8")
    pytester.runpytest_inprocess("--gocache-json=old.json", "--collect-only", "--help")
    pytester.runpytest_inprocess("--gocache-json=sub/new.json", "--help")
    assert (pytester.path / "old.json").read_text(encoding="utf-8") == "old"
    assert not (pytester.path / "sub" / "new.json").exists()
