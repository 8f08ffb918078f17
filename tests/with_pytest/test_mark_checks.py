"""The mark ``gocache``: registered, and every wrong use of it said so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import run


def test_the_mark_is_registered_and_described(pytester: pytest.Pytester, store: Path) -> None:
    result = run(pytester, store, "--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.gocache([*], warm=True, go=None, env=None, cgo=None): *"])


def test_strict_markers_know_the_mark_and_refuse_a_misspelt_one(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(
        test_good="import pytest\n@pytest.mark.gocache(warm=True)\ndef test_it(): pass",
        test_bad="import pytest\n@pytest.mark.gocach(warm=True)\ndef test_it(): pass",
    )
    run(pytester, store, "--strict-markers", "test_good.py").assert_outcomes(passed=1)
    refused = run(pytester, store, "--strict-markers", "test_bad.py")
    refused.assert_outcomes(errors=1)
    refused.stdout.fnmatch_lines(["*'gocach' not found in `markers`*"])


WRONG = {
    "warmth=False": "the mark gocache has no keyword 'warmth': did you mean 'warm'? it has warm, go, env, cgo",
    "race=True": "the mark gocache has no keyword 'race': *it has warm, go, env, cgo",
    "False": "the mark gocache takes keywords only (warm, go, env, cgo), not False",
    "'>=1.25', warm=True": "the mark gocache takes keywords only (warm, go, env, cgo), not '>=1.25'",
    "warm='no'": "the mark gocache's warm='no' is not True, False or 'all'",
    "warm=None": "the mark gocache's warm=None is NoneType, not bool",
    "go=1.25": "the mark gocache's go=1.25 is float, not str",
    "env=['A=1']": "the mark gocache's env=['A=1'] is list, not dict",
    "env={'A': 1}": "the mark gocache's env has 'A': 1; names are strings, values strings or None",
    "env={1: 'A'}": "the mark gocache's env has 1: 'A'; names are strings, values strings or None",
    "cgo=1": "the mark gocache's cgo=1 is int, not bool",
}


def _literal(message: str) -> str:
    return message.replace("[", "[[]")


@pytest.mark.parametrize("fixtures", ["", "gocache", "tmp_path"], ids=["no fixture", "ours", "not ours"])
def test_a_wrong_mark_is_an_error_that_names_the_right_ones_and_other_tests_run(
    pytester: pytest.Pytester, store: Path, fixtures: str
) -> None:
    tests = [
        f"@pytest.mark.gocache({arguments})\ndef test_wrong_{number}({fixtures}): ran.append({number})\n"
        for number, arguments in enumerate(WRONG)
    ]
    pytester.makepyfile(
        "import pytest\nran = []\n"
        "def test_before(): pass\n" + "".join(tests) + "def test_no_wrong_one_ran(): assert ran == []\n"
    )
    result = run(pytester, store)
    result.assert_outcomes(passed=2, errors=len(WRONG))
    for number, message in enumerate(WRONG.values()):
        result.stdout.fnmatch_lines([f"*ERROR at setup of test_wrong_{number} *", f"*{_literal(message)}"])
    # The message is all that there is to say: no line of the library's.
    result.stdout.no_fnmatch_line("*raise UsageError*")
    result.stdout.no_fnmatch_line("*pytest_gocache/*")


def test_a_wrong_mark_of_a_class_or_a_module_counts_for_each_of_its_tests(
    pytester: pytest.Pytester, store: Path
) -> None:
    pytester.makepyfile("""
        import pytest

        pytestmark = pytest.mark.gocache(wrong=1)

        @pytest.mark.gocache(warm=False)
        class TestIt:
            def test_one(self): pass
            def test_two(self): pass
    """)
    result = run(pytester, store)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*the mark gocache has no keyword 'wrong': it has warm, go, env, cgo"])


def test_a_wrong_mark_is_an_error_in_a_worker_of_xdist_too(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.gocache(warmth=1)
        def test_wrong(): pass

        def test_right(): pass
    """)
    result = run(pytester, store, "-n", "1")
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(["*the mark gocache has no keyword 'warmth': did you mean 'warm'?*"])
