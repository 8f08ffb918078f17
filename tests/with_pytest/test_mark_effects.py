"""What the mark ``gocache`` changes: the cache a test starts with, the environment, and whether it runs at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import LIB, run, run_apart, summary_of


def test_warm_and_cold_tests_start_from_what_they_ask_for(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(f"""
        import pytest

        def index_files(gocache):
            return len(gocache.entries())

        def test_warm(go_module, gocache):
            go_module.write("lib/lib.go", 'package lib\\n\\nimport "errors"\\n\\nvar Err = errors.New("x")\\n')
            result = go_module.build("./...")
            assert result.compiled == {{"example.com/app/lib"}}
            assert "errors" in result.cached
            assert index_files(gocache) > 100

        @pytest.mark.gocache(warm=False)
        def test_cold(go_module, gocache):
            assert index_files(gocache) == 0
            go_module.write("lib/lib.go", 'package lib\\n\\nimport "errors"\\n\\nvar Err = errors.New("x")\\n')
            result = go_module.build("./...")
            assert result.cached == set()
            assert {{"errors", "internal/reflectlite", "runtime"}} < result.compiled
            assert go_module.build("./...").compiled == set()

        @pytest.mark.gocache(warm=False)
        def test_cold_without_imports(go_module, gocache):
            {LIB}
            result = go_module.build("./...")
            assert result.packages == result.compiled == {{"example.com/app/lib"}}
            assert index_files(gocache) < 20
    """)
    result = run(pytester, store)
    result.assert_outcomes(passed=3)
    assert summary_of(result.stdout.str())["hits"] + summary_of(result.stdout.str())["made"] == 1


def test_cold_tests_alone_need_no_store(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.gocache(warm=False)
        def test_cold(go_module):
            {LIB}
            go_module.build("./...")
    """)
    missing = pytester.path / "store"
    run(pytester, missing).assert_outcomes(passed=1)
    assert not missing.exists()


def test_the_closest_mark_wins_and_environments_merge(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile("""
        import pytest

        pytestmark = [pytest.mark.gocache(warm=False, cgo=False, env={"MODULE": "m", "BOTH": "module"})]
        NAMES = ("MODULE", "CLASS", "TEST", "BOTH")

        def environment(go_module):
            # A go command's own environment, as a program that it starts sees it.
            go_module.write("gen.go", "package app\\n\\n//go:generate env\\n")
            printed = dict(line.split("=", 1) for line in go_module.generate().stdout.splitlines() if "=" in line)
            return {name: printed.get(name) for name in NAMES}

        @pytest.mark.gocache(warm=True, cgo=True, env={"CLASS": "c", "BOTH": "class"})
        class TestClass:
            @pytest.mark.gocache(env={"TEST": "t", "BOTH": "test"})
            def test_all_three(self, go_module, gocache):
                assert environment(go_module) == {"MODULE": "m", "CLASS": "c", "TEST": "t", "BOTH": "test"}
                assert gocache.warm

            def test_two(self, go_module, gocache):
                assert environment(go_module) == {"MODULE": "m", "CLASS": "c", "TEST": None, "BOTH": "class"}
                assert gocache.warm

            @pytest.mark.gocache(warm=False)
            def test_nearest_says_cold(self, gocache):
                assert not gocache.warm

        def test_module_only(go_module, gocache):
            assert environment(go_module) == {"MODULE": "m", "CLASS": None, "TEST": None, "BOTH": "module"}
            assert not gocache.warm
            assert go_module.go("env", "CGO_ENABLED").stdout.strip() == "0"

        @pytest.mark.gocache(env={"BOTH": "farther", "TEST": "t"})
        @pytest.mark.gocache(env={"BOTH": "nearest"})
        def test_two_on_one_test(go_module):
            assert environment(go_module) == {"MODULE": "m", "CLASS": None, "TEST": "t", "BOTH": "nearest"}

        def test_the_modules_own_environment_comes_last(go_module):
            go_module.env["BOTH"] = "module's own"
            assert environment(go_module)["BOTH"] == "module's own"
    """)
    run(pytester, store).assert_outcomes(passed=6)


def test_a_version_that_is_not_met_skips_with_the_reason(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.gocache(go=">=1.99")
        def test_too_old(go_module): assert False

        @pytest.mark.gocache(go="<1.21")
        def test_too_new(gocache): assert False

        @pytest.mark.gocache(go=">=1.21,<1.99")
        def test_fits(gomodcache): pass

        @pytest.mark.gocache(go="!=1.20.*")
        def test_fits_too(gomodcache): pass

        @pytest.mark.gocache(go="one point two")
        def test_nonsense(go_module): assert False
    """)
    result = run(pytester, store, "-rs")
    result.assert_outcomes(skipped=2, passed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*the mark gocache's go: 'one point two' is not a version specifier (like '>=1.25' or '>=1.24,<1.27')",
            "SKIPPED *: needs Go >=1.99; the toolchain is go1.*",
            "SKIPPED *: needs Go <1.21; the toolchain is go1.*",
        ]
    )


def test_a_bad_version_specifier_is_an_error_of_a_test_without_our_fixtures_too(
    pytester: pytest.Pytester, store: Path
) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.gocache(go="one point two")
        def test_nonsense(): pass

        def test_other(): pass
    """)
    result = run(pytester, store)
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(["*the mark gocache's go: 'one point two' is not a version specifier*"])


CGO = '''
import pytest

C = """
package lib

// static int word(void) { return 1; }
import "C"

func Word() int { return int(C.word()) }
"""

@pytest.mark.gocache(cgo=True)
def test_cgo(go_module):
    go_module.write("lib/lib.go", C)
    assert go_module.build("./...").compiled_outside_std == {"example.com/app/lib"}

@pytest.mark.gocache(cgo=False, warm=False)
def test_no_cgo(go_module):
    assert go_module.go("env", "CGO_ENABLED").stdout.strip() == "0"
    go_module.write("lib/lib.go", C)
    assert go_module.build("./lib", check=False).returncode != 0

def test_default(go_module):
    print("CGO_ENABLED is", go_module.go("env", "CGO_ENABLED").stdout.strip())
'''


@pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no gcc")
def test_cgo_runs_with_a_c_compiler_and_can_be_switched_off(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(CGO)
    result = run(pytester, store, "-rs", "-s")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*CGO_ENABLED is 1"])


def test_cgo_skips_without_a_c_compiler_and_names_it(
    pytester: pytest.Pytester, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pytester.path / "bin").mkdir()
    for name in ("sh", "env"):
        found = shutil.which(name)
        assert found is not None
        (pytester.path / "bin" / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(pytester.path / "bin"))
    pytester.makepyfile(CGO)
    result = run_apart(pytester, store, "-rs")
    result.assert_outcomes(skipped=1, passed=2)
    result.stdout.fnmatch_lines(["SKIPPED *: needs cgo; there is no C compiler 'gcc' on PATH"])


def test_a_c_compiler_that_the_mark_itself_names_is_the_one_that_counts(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.gocache(cgo=True, env={"CC": "no-such-compiler"})
        def test_cgo(go_module): pass
    """)
    result = run(pytester, store, "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED *: needs cgo; there is no C compiler 'no-such-compiler' on PATH"])
