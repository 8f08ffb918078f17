"""The ready-made checks on repositories of many kinds: what each needs, and what they print without it."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import embedded, entries_of, run_apart
from tests.with_pytest.real_repository import commit, git, write
from tests.with_pytest.test_ready_made_checks import ALL, CHECKOUT, CI, SERIAL, TESTS, TRACKED, WARM, checks, outcomes

LIB = "package lib\n\n// Word is one.\nconst Word = 1\n"
APP = {
    "go.mod": "module example.com/app\n\ngo 1.21\n",
    "lib/lib.go": LIB,
    "app/app.go": 'package app\n\nimport "example.com/app/lib"\n\nconst Word = lib.Word\n',
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository without a program, without tests, and without version control."""
    write(tmp_path / "app", APP)
    return tmp_path / "app"


def assert_outcomes(result: pytest.RunResult, **counts: int) -> None:
    """Compare the outcomes of a run that selects only the checks in ``counts``."""
    result.assert_outcomes(**counts, deselected=len(ALL) - sum(counts.values()))


def skips(result: pytest.RunResult) -> str:
    return "\n".join(line for line in result.outlines if line.startswith("SKIPPED"))


def stamps(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Every file and folder with its content, mode and modification time."""
    found = {}
    for parent, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            file = Path(parent, name)
            info = file.lstat()
            content = file.read_bytes() if name in names else b""
            found[str(file.relative_to(folder))] = (content, info.st_mode, info.st_mtime_ns)
    return found


def test_the_original_is_never_written_to(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    write(
        repository,
        {
            "gocache.toml": '[build]\ncommand = ["make"]\n',
            "Makefile": "all:\n\techo built >> built.txt; touch lib/lib.go; mkdir -p bin\n\tgo build -trimpath ./...\n",
            "lib/lib_test.go": (
                'package lib\n\nimport (\n\t"os"\n\t"testing"\n)\n\n'
                'func TestWord(*testing.T) { os.WriteFile("written", nil, 0o666) }\n'
            ),
        },
    )
    git(repository, "init", "--quiet")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "-m", "x")
    before = stamps(repository)

    result = checks(pytester, store, repository)

    assert outcomes(result)[CHECKOUT] == "passed"
    assert stamps(repository) == before


def test_a_repository_without_programs_tests_and_commits(
    pytester: pytest.Pytester, store: Path, repository: Path
) -> None:
    result = checks(pytester, store, repository, "-p", "no:xdist")

    found = outcomes(result)
    assert {name for name in ALL if found.get(name) == "failed"} == {CHECKOUT}
    assert "the repository has no .git folder" in skips(result)
    assert "no package has tests" in skips(result)
    assert found[CI] == "passed"
    assert "test_restored_ci_cache_is_warm judges only the build: no package has tests" in result.errlines
    assert "the build has no two packages that can compile at the same time" in skips(result)


def test_a_check_is_selected_by_its_name(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    result = checks(pytester, store, repository, "-k", "warm_build", "-v")
    assert_outcomes(result, passed=1)
    result.stdout.fnmatch_lines([f"*checks.py::{WARM} PASSED*"])


def test_the_checks_have_the_same_ids_whatever_python_files_says(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\npython_files = check_*.py\n")
    result = pytester.runpytest_subprocess("--pyargs", "pytest_gocache.checks", "--collect-only", "-q")
    assert [line for line in result.outlines if "::" in line] == [f"checks.py::{name}" for name in ALL]


CLOCK = """
import pytest

@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session):
    times = iter(range(0, 9000, 300))
    session.config.pluginmanager.get_plugin("gocache-budget").clock = lambda: float(next(times))
"""


def test_a_budget_leaves_out_the_dearest_checks(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    pytester.makeconftest(CLOCK)
    result = checks(pytester, store, repository, "-k", "warm_build or touch or tests_are", "--go-budget=10m")
    assert_outcomes(result, passed=1, skipped=2)
    assert outcomes(result) == {WARM: "passed"}
    reason = (
        "not checked: the checks have taken 10m of their budget of 10m; raise --go-budget, or the ini option go_budget"
    )
    assert reason in skips(result)
    result.stdout.fnmatch_lines(
        ["*= 2 checks were left out: the budget of 10m is spent =*", "checks.py::test_touch_*", f"checks.py::{TESTS}"]
    )
    assert result.ret == pytest.ExitCode.OK


def test_what_runs_the_tests_is_announced(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    who = ", as root" if os.geteuid() == 0 else ""
    line = f"the checks run `go test ./...` up to 2 times{who}; [test] enabled = false in gocache.toml prevents that"
    assert line in checks(pytester, store, repository, "-k", "tests_are_cached").stderr.str()
    assert "the checks run" not in checks(pytester, store, repository, "-k", "warm_build").stderr.str()


def test_a_build_that_fails_is_reported_once(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    write(repository, {"app/app.go": "package app\n\nconst Word = missing\n"})
    result = checks(pytester, store, repository)
    assert_outcomes(result, errors=1, skipped=len(ALL) - 1)
    result.stdout.fnmatch_lines(
        [
            "*RepositoryError: the repository does not build: `go build ./...` failed with exit status 1 in *",
            "app/app.go:3:14: undefined: missing",
            f"SKIPPED*cannot be checked: see the failure of {WARM}",
        ]
    )


def test_a_missing_package_is_reported_before_anything_is_warmed(
    pytester: pytest.Pytester, tmp_path: Path, repository: Path
) -> None:
    write(repository, {"app/app.go": 'package app\n\nimport _ "example.com/app/missing"\n'})
    result = checks(pytester, tmp_path / "store", repository)
    assert_outcomes(result, errors=1, skipped=len(ALL) - 1)
    result.stdout.fnmatch_lines(
        [
            "*RepositoryError: the repository does not build: `go build -n ./...` failed with exit status 1 in *",
            "app/app.go:3:8: *example.com/app/missing*",
            f"SKIPPED*cannot be checked: see the failure of {WARM}",
        ]
    )
    assert not entries_of(tmp_path / "store")


def test_current_findings_are_accepted_and_fail_no_run(
    pytester: pytest.Pytester, store: Path, repository: Path
) -> None:
    config = "# How we build.\n[build]\ncommand = ['go', 'build', './...']"
    write(repository, {"gocache.toml": config})

    reported = checks(pytester, store, repository, "-k", "second_checkout", "--go-checks=report")
    assert reported.ret == 0
    assert_outcomes(reported, xfailed=1)
    reported.stdout.fnmatch_lines(["*findings of the ready-made checks: 1*", CHECKOUT, "2 packages were rebuilt by *"])
    assert (repository / "gocache.toml").read_text(encoding="utf-8") == config

    accepted = checks(pytester, store, repository, "-k", "second_checkout", "--accept-current")
    assert accepted.ret == 0
    accepted.stdout.fnmatch_lines(["*gocache.toml: 2 [[][[]accept]] added; write a reason in place of each 'TODO: *"])
    written = (repository / "gocache.toml").read_text(encoding="utf-8")
    assert written.startswith(config + "\n\n[[accept]]\n")
    assert 'change = "example.com/app/lib"' in written

    later = checks(pytester, store, repository, "-k", "second_checkout")
    assert later.ret == 0
    assert_outcomes(later, xfailed=1)


def test_tests_that_fail_are_reported_by_one_check(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    write(
        repository,
        {"lib/lib_test.go": 'package lib\n\nimport "testing"\n\nfunc TestX(t *testing.T) { t.Fatal("broken") }\n'},
    )
    result = checks(pytester, store, repository, "-k", "test_tests or serial or ci_cache")
    found = outcomes(result)
    assert found.pop(TESTS) == "failed"
    assert "failed" not in found.values()
    result.stdout.fnmatch_lines(
        [
            "CheckFailed: tests are cached the second time",
            "the tests of example.com/app/lib fail: Go does not cache failures",
            "*broken",
        ]
    )
    assert "no test result is cached: Go cannot serve a stale one" in skips(result)


def test_tests_that_cannot_run_are_reported_once(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    write(repository, {"gocache.toml": '[test]\ncommand = ["false"]\n'})
    result = checks(pytester, store, repository, "-k", "ci_cache or test_tests")
    assert_outcomes(result, failed=1, skipped=2)
    result.stdout.fnmatch_lines(["*RepositoryError: `false` (step 3) printed no test verdict, exit status 1:*"])


def test_a_build_that_compiles_everything_each_time(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    write(repository, {"gocache.toml": '[build]\ncommand = ["go", "build", "-a", "./..."]\n'})
    result = checks(pytester, store, repository, "-k", "warm_build or touch or checkout")
    assert_outcomes(result, failed=1, skipped=2)
    result.stdout.fnmatch_lines(["CheckFailed: a warm build compiles nothing", "remove -a, which compiles everything*"])
    assert f"every build compiles every package, even without a change: fix {WARM} first" in skips(result)


def test_a_folder_that_is_not_a_repository(pytester: pytest.Pytester, store: Path, tmp_path: Path) -> None:
    result = checks(pytester, store, tmp_path)
    assert_outcomes(result, errors=1, skipped=len(ALL) - 1)
    result.stdout.fnmatch_lines(
        [f"*UsageError: there is no go.mod and no go.work in {tmp_path}: name the repository with --go-repo *"]
    )


def test_a_build_that_calls_no_go(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    write(repository, {"gocache.toml": '[build]\ncommand = ["true"]\n'})
    result = checks(pytester, store, repository)
    assert_outcomes(result, errors=1, skipped=len(ALL) - 1)
    result.stdout.fnmatch_lines(["*RepositoryError: `true` (step 1) ran no go command that pytest-gocache can see: *"])


# Accepted failures.


@pytest.fixture
def accepting(repository: Path) -> Path:
    """The repository, which accepts for one of two packages that a second checkout compiles it."""
    write(repository, {"gocache.toml": accept(CHECKOUT, "example.com/app/lib")})
    return repository


def accept(check: str, change: str = "*") -> str:
    return f'[[accept]]\ntest = "checks.py::{check}"\nchange = "{change}"\nreason = "the folder is in the key"\n'


def test_an_accepted_failure_is_expected_and_shown(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    write(repository, {"gocache.toml": accept(CHECKOUT)})
    result = checks(pytester, store, repository, "-k", "second_checkout")
    assert_outcomes(result, xfailed=1)
    result.stdout.fnmatch_lines([f"XFAIL *checks.py::{CHECKOUT} - the folder is in the key*"])


def test_an_entry_for_one_package_accepts_no_other_package(
    pytester: pytest.Pytester, store: Path, accepting: Path
) -> None:
    result = checks(pytester, store, accepting, "-k", "second_checkout")
    assert_outcomes(result, failed=1)
    result.stdout.fnmatch_lines(["accepted in gocache.toml: example.com/app/lib"])


def test_an_accepted_check_that_passes_fails(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    write(repository, {"gocache.toml": accept(WARM)})
    result = checks(pytester, store, repository, "-k", "warm_build")
    assert_outcomes(result, failed=1)
    result.stdout.fnmatch_lines(
        ["*gocache.toml accepts a failure that no longer occurs (the folder is in the key): remove the entry"]
    )


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ("checks.py::test_warm_bild", f"no check has this name; did you mean 'checks.py::{WARM}'?"),
        (WARM, f"write test = 'checks.py::{WARM}'"),
    ],
)
def test_an_accepted_check_that_does_not_exist_is_reported(
    pytester: pytest.Pytester, store: Path, repository: Path, test: str, message: str
) -> None:
    write(repository, {"gocache.toml": f'[[accept]]\ntest = "{test}"\nreason = "x"\n'})
    result = checks(pytester, store, repository, "-k", "serial or warm")
    assert_outcomes(result, errors=1, skipped=2)
    result.stdout.fnmatch_lines([f"*UsageError: {repository}/gocache.toml: accept of '{test}': {message}"])


def test_entries_for_other_tests_are_ignored(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    write(repository, {"gocache.toml": '[[accept]]\ntest = "test_ci.py::*"\nreason = "x"\n'})
    assert_outcomes(checks(pytester, store, repository, "-k", "warm_build"), passed=1)


# How the repository is named.


def test_gocache_toml_names_a_different_folder(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    pytester.path.joinpath("gocache.toml").write_text(
        f'go_repo = "{os.path.relpath(repository, pytester.path)}"\n{accept(CHECKOUT)}', encoding="utf-8"
    )
    result = run_apart(pytester, store, "--pyargs", "pytest_gocache.checks", "-k", "second_checkout", "-rA")
    assert_outcomes(result, xfailed=1)


# Where modules come from.

DEP = {"go.mod": "module example.com/dep\n\ngo 1.21\n", "dep.go": "package dep\n\nconst Word = 1\n"}


@pytest.fixture
def modcache(tmp_path: Path) -> Path:
    """A module cache with one module, as Go fills it."""
    folder = tmp_path / "modcache/cache/download/example.com/dep/@v"
    write(folder, {"list": "v1.0.0\n", "v1.0.0.mod": DEP["go.mod"], "v1.0.0.info": '{"Version":"v1.0.0"}'})
    with zipfile.ZipFile(folder / "v1.0.0.zip", "w") as archive:
        for name, text in DEP.items():
            archive.writestr(f"example.com/dep@v1.0.0/{name}", text)
    return tmp_path / "modcache"


@pytest.fixture
def depending(repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The repository needs a module, and the user has no module cache."""
    write(
        repository,
        {
            "go.mod": f"{APP['go.mod']}\nrequire example.com/dep v1.0.0\n",
            "lib/lib.go": 'package lib\n\nimport "example.com/dep"\n\nconst Word = dep.Word\n',
            "gocache.toml": '[build]\nenv = { GOFLAGS = "-trimpath -mod=mod" }\n',
        },
    )
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "none"))
    return repository


def test_dependencies_come_from_a_module_cache_that_is_only_read(
    pytester: pytest.Pytester, store: Path, depending: Path, modcache: Path
) -> None:
    before = stamps(modcache)
    result = checks(pytester, store, depending, "--go-modcache", str(modcache))
    assert set(outcomes(result).values()) == {"passed"}
    assert outcomes(result)[CHECKOUT] == "passed"
    assert stamps(modcache) == before


def test_the_users_own_module_cache_is_the_default(
    pytester: pytest.Pytester, store: Path, depending: Path, modcache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOMODCACHE", str(modcache))
    assert_outcomes(checks(pytester, store, depending, "-k", "warm_build"), passed=1)


def test_modules_that_are_not_available(pytester: pytest.Pytester, store: Path, depending: Path) -> None:
    result = checks(pytester, store, depending)
    assert_outcomes(result, errors=1, skipped=len(ALL) - 1)
    result.stdout.fnmatch_lines(
        ["the build needs modules that are not available: name a module cache that has them with --go-modcache=DIR, *"]
    )


def test_a_folder_that_is_no_module_cache(
    pytester: pytest.Pytester, store: Path, repository: Path, tmp_path: Path
) -> None:
    result = checks(pytester, store, repository, "--go-modcache", str(tmp_path), "-k", "warm_build")
    result.stdout.fnmatch_lines([f"*--go-modcache: {tmp_path} is not a module cache: it has no folder cache/download"])
    assert_outcomes(result, errors=1)


# Kinds of repositories.


def test_a_vendored_repository(pytester: pytest.Pytester, store: Path, depending: Path) -> None:
    write(
        depending,
        {
            **{f"vendor/example.com/dep/{name}": text for name, text in DEP.items() if name != "go.mod"},
            "vendor/modules.txt": "# example.com/dep v1.0.0\n## explicit; go 1.21\nexample.com/dep\n",
            "gocache.toml": '[build]\nenv = { GOFLAGS = "-trimpath" }\n',
        },
    )
    result = checks(pytester, store, depending)
    assert set(outcomes(result).values()) == {"passed"}
    result.stdout.fnmatch_lines([f"PASSED *{CHECKOUT}"])


def test_a_workspace(pytester: pytest.Pytester, store: Path, tmp_path: Path) -> None:
    root = tmp_path / "space"
    write(root, {"go.work": "go 1.21\n\nuse (\n\t./one\n\t./two\n)\n"})
    write(root, {"one/go.mod": "module example.com/one\n\ngo 1.21\n", "one/one.go": "package one\n\nconst One = 1\n"})
    write(
        root,
        {
            "two/go.mod": "module example.com/two\n\ngo 1.21\n",
            "two/two.go": 'package two\n\nimport "example.com/one"\n\nconst Two = one.One + 1\n',
            "two/two_test.go": 'package two\n\nimport "testing"\n\nfunc TestTwo(*testing.T) {}\n',
            "gocache.toml": "",
        },
    )
    write(root, {"gocache.toml": '[build]\nenv = { GOFLAGS = "-trimpath" }\n'})
    result = checks(pytester, store, root)
    found = outcomes(result)
    assert set(found.values()) == {"passed"}
    assert {WARM, TESTS, TRACKED, CHECKOUT} <= set(found)


def test_a_workspace_that_reaches_outside(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    write(repository, {"go.mod": APP["go.mod"] + "\nreplace example.com/dep => ../dep\n"})
    result = checks(pytester, store, repository, "-k", "warm_build")
    assert_outcomes(result, errors=1)
    result.stdout.fnmatch_lines(
        ["*RepositoryError: */go.mod refers to ../dep, which is outside the repository and not in a copy of it: *"]
    )


CGO = 'package lib\n\n// static int one(void) { return 1; }\nimport "C"\n\nfunc One() int { return int(C.one()) }\n'


@pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no gcc on PATH")
def test_a_cgo_repository(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    write(repository, {"lib/one.go": CGO, "gocache.toml": '[build]\nenv = { GOFLAGS = "-trimpath" }\n'})
    result = checks(pytester, store, repository)
    found = outcomes(result)
    assert set(found.values()) == {"passed"}
    assert CHECKOUT in found


def test_a_cgo_repository_without_a_compiler(
    pytester: pytest.Pytester, store: Path, repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (repository / "lib/lib.go").unlink()
    write(repository, {"lib/one.go": CGO + "\nconst Word = 1\n"})
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    result = checks(pytester, store, repository)
    assert_outcomes(result, errors=1, skipped=len(ALL) - 1)
    result.stdout.fnmatch_lines(
        [
            "*the repository does not build*",
            "the build uses cgo and found no C compiler: install one, or set CGO_ENABLED=0 in the [[]build] env",
        ]
    )


def test_one_cpu_cannot_show_what_is_serial(pytester: pytest.Pytester, store: Path, repository: Path) -> None:
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system cannot keep a process on one CPU")
    pytester.makeconftest("import os\n\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n")
    result = checks(pytester, store, repository, "-k", "serially")
    assert_outcomes(result, skipped=1)
    assert SERIAL not in outcomes(result)
    assert "only one CPU is available: compiles cannot overlap" in skips(result)


EXAMPLE = Path(__file__).parents[2] / "example_project"


def test_the_example_project_with_its_makefile(pytester: pytest.Pytester, store: Path, tmp_path: Path) -> None:
    shop = Path(shutil.copytree(EXAMPLE, tmp_path / "shop", ignore=shutil.ignore_patterns("bin", "__pycache__")))
    config = (shop / "gocache.toml").read_text(encoding="utf-8").partition("[[accept]]")[0]
    write(shop, {"gocache.toml": f'{config}\n[ci]\nmtimes = "commit"\n', ".gitignore": "bin/\n"})
    git(shop, "init", "--quiet")
    commit(shop)

    assert outcomes(checks(pytester, store, shop)) == dict.fromkeys(ALL, "passed")


def test_a_part_of_go_is_refused(pytester: pytest.Pytester, store: Path) -> None:
    result = checks(pytester, store, embedded() / "src/cmd", "-k", "warm_build")
    assert_outcomes(result, errors=1)
    result.stdout.fnmatch_lines(
        ["*RepositoryError: */src/cmd is a part of Go: its packages build only in their GOROOT, not in a copy"]
    )
