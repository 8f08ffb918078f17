"""Where go_repo looks for the repository when no option names one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import run

TEST = """
def test_where(go_repo):
    print("copied", go_repo.read("go.mod").split()[1], "files", sorted(p.name for p in go_repo.path.iterdir()))
"""
MODULE = "module example.com/{}\n\ngo 1.21\n"


def module(folder: Path, name: str) -> None:
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "go.mod").write_text(MODULE.format(name), encoding="ascii")


def test_started_below_go_mod_the_parent_is_the_repository_and_its_settings_count(
    pytester: pytest.Pytester, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module(pytester.path, "app")
    pytester.mkdir(".git")
    (pytester.path / "gocache.toml").write_text("[test]\nenabled = 7\n", encoding="ascii")
    pytester.makepyfile(**{"cache_tests/test_it": TEST})
    monkeypatch.chdir(pytester.path / "cache_tests")
    refused = run(pytester, store, "test_it.py")
    refused.stderr.fnmatch_lines([f"*{pytester.path / 'gocache.toml'}*"])
    (pytester.path / "gocache.toml").unlink()
    result = run(pytester, store, "-s", "test_it.py")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*copied example.com/app files *cache_tests*go.mod*"])
    told = "not on `go 1.21` in go.mod: name a different Go with"
    assert (told in result.stdout.str(), told in result.stderr.str()) == (True, False)  # the header has it


def test_the_module_around_the_test_is_found_when_the_rootdir_is_none(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makeini("[pytest]\n")
    for name in ("billing", "orders"):
        module(pytester.path / name, name)
        pytester.makepyfile(**{f"{name}/cache_tests/test_{name}": TEST})
    result = run(pytester, store, "-s")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*copied example.com/billing *", "*copied example.com/orders *"])
    # The header knows no module, so it says nothing of their versions.
    told = [line for line in result.errlines if "not on `go 1.21` in go.mod: name a different Go with" in line]
    assert [line.partition(": the tests run on go")[0] for line in told] == [
        str(pytester.path / name) for name in ("billing", "orders")
    ]


def test_the_rootdirs_own_module_comes_first(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makeini("[pytest]\n")
    module(pytester.path, "app")
    module(pytester.path / "tools", "tools")
    pytester.makepyfile(**{"tools/test_it": TEST})
    run(pytester, store, "-s").stdout.fnmatch_lines(["*copied example.com/app *"])


def test_the_error_names_the_folders_that_were_searched(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makeini("[pytest]\n")
    pytester.mkdir(".git")
    pytester.makepyfile(**{"a/cache_tests/test_it": TEST})
    result = run(pytester, store)
    result.assert_outcomes(errors=1)
    searched = f"{pytester.path}, {pytester.path}/a/cache_tests, {pytester.path}/a"
    result.stdout.fnmatch_lines(
        [f"*UsageError: go_repo: there is no go.mod and no go.work in {searched}: * ini option go_repo"]
    )


def test_a_named_folder_is_the_only_one_that_is_searched(pytester: pytest.Pytester, store: Path) -> None:
    module(pytester.path, "app")
    pytester.makeini("[pytest]\ngo_repo = sub\n")
    pytester.mkdir("sub")
    pytester.makepyfile(TEST)
    result = run(pytester, store)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*there is no go.mod and no go.work in {pytester.path}/sub: name *"])
