"""What a plain ``assert result.compiled == {…}`` says when it fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from inline_snapshot import snapshot

from tests.with_pytest.inner_runs import run

SOURCE = '''
import pytest

FILES = {
    "lib/lib.go": "package lib\\n\\nconst Word = 1\\n",
    "util/util.go": "package util\\n\\nconst Word = 1\\n",
    "cmd/tool/main.go": 'package main\\n\\nimport "example.com/app/lib"\\n\\nfunc main() { println(lib.Word) }\\n',
}

@pytest.fixture
def second(go_module):
    """The result of a build after an edit of lib."""
    go_module.write(FILES)
    go_module.build("./...")
    go_module.edit("lib/lib.go", "1", "2")
    return go_module.build("./...")

def test_extra(second):
    assert second.compiled == {"example.com/app/cmd/tool"}

def test_turned_round(second):
    assert {"example.com/app/cmd/tool"} == second.compiled

def test_missing(second):
    expected = {"example.com/app/lib", "example.com/app/cmd/tool", "example.com/app/util", "example.com/app/utils"}
    assert second.compiled == expected

def test_linked(second):
    assert second.linked == set()

def test_linked_turned_round(second):
    assert frozenset({"example.com/app/cmd/tol"}) == second.linked

def test_cached(second):
    assert second.cached == {"example.com/app/lib"}

def test_outside_std(second):
    assert second.compiled_outside_std == set()

def test_not_equal(second):
    assert second.compiled != {"example.com/app/lib", "example.com/app/cmd/tool"}

def test_subset(second):
    assert second.compiled <= {"example.com/app/lib"}

def test_difference(second):
    assert second.compiled - {"example.com/app/lib"} == set()

def test_with_another_result(second, go_module):
    assert second.compiled == go_module.build("./...").compiled

def test_list(second):
    assert second.compiled == ["example.com/app/lib"]

def test_equal(second):
    assert second.compiled == {"example.com/app/lib", "example.com/app/cmd/tool"} == second.compiled
    assert {"example.com/app/cmd/tool"} == second.linked
'''


def _output(pytester: pytest.Pytester, store: Path, *args: str, **outcomes: int) -> str:
    pytester.makepyfile(test_sets=SOURCE)
    result = run(pytester, store, *args)
    result.assert_outcomes(**outcomes)
    return str(result.stdout)


def _errors(output: str, name: str) -> list[str]:
    """The lines of one failing test that start with an E."""
    rest = output.split(f"_ {name} _", 1)[1].split("\n_____", 1)[0]
    return [line[1:].strip() for line in rest.splitlines() if line.startswith("E ")]


def test_failing_comparisons_say_what_and_why(pytester: pytest.Pytester, store: Path) -> None:
    output = _output(pytester, store, failed=12, passed=1)
    extra = _errors(output, "test_extra")
    assert extra == snapshot(
        [
            "assert result.compiled of `go build ./...` (step 2)",
            "1 extra: ./lib",
            "none missing",
            "not expected: ./lib  file lib.go changed since step 1: - const Word = 1 + const Word = 2",
        ]
    )
    # Both ways round it says the same.
    assert _errors(output, "test_turned_round") == extra
    # The explanation is long, and none of it is cut away: pytest truncates comparisons after a few lines.
    assert _errors(output, "test_missing") == snapshot(
        [
            "assert result.compiled of `go build ./...` (step 2)",
            "none extra",
            "2 missing: ./util ./utils",
            "missing: ./util  cached: nothing in its key changed since step 1",
            "missing: ./utils  not in the action graph of this command; near it: ./util, ./lib, ./cmd/tool",
        ]
    )
    assert _errors(output, "test_linked") == snapshot(
        [
            "assert result.linked of `go build ./...` (step 2)",
            "1 extra: ./cmd/tool",
            "none missing",
            "not expected: ./cmd/tool  only followed: it links ./cmd/tool ← ./lib: file lib.go changed since step 1: - const Word = 1 + const Word = 2",
        ]
    )
    assert _errors(output, "test_linked_turned_round") == snapshot(
        [
            "assert result.linked of `go build ./...` (step 2)",
            "1 extra: ./cmd/tool",
            "1 missing: ./cmd/tol",
            "missing: ./cmd/tol  not in the action graph of this command; near it: ./cmd/tool",
            "not expected: ./cmd/tool  only followed: it links ./cmd/tool ← ./lib: file lib.go changed since step 1: - const Word = 1 + const Word = 2",
        ]
    )
    assert _errors(output, "test_outside_std") == snapshot(
        [
            "assert result.compiled_outside_std of `go build ./...` (step 2)",
            "2 extra: ./cmd/tool ./lib",
            "none missing",
            "not expected: ./lib  file lib.go changed since step 1: - const Word = 1 + const Word = 2",
            "not expected: ./cmd/tool  only followed: it imports ./lib",
            "the key of an importer has the content of ./lib: function bodies, not only the exported API",
        ]
    )

    # Comparisons of another kind are left to pytest.
    for name in ("test_not_equal", "test_subset", "test_difference", "test_list"):
        errors = _errors(output, name)
        assert errors, name
        assert not any("(step 2)" in line for line in errors), name
    assert any("'example.com/app/cmd/tool'" in line for line in _errors(output, "test_difference"))

    # Two results are compared from the first one's side.
    assert _errors(output, "test_with_another_result") == snapshot(
        [
            "assert result.compiled of `go build ./...` (step 2)",
            "2 extra: ./cmd/tool ./lib",
            "none missing",
            "not expected: ./lib  file lib.go changed since step 1: - const Word = 1 + const Word = 2",
            "not expected: ./cmd/tool  only followed: it imports ./lib",
            "the key of an importer has the content of ./lib: function bodies, not only the exported API",
        ]
    )


def test_many_unexpected_packages_are_all_named_with_vv(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(
        """
        def test_many(go_module):
            for number in range(30):
                go_module.write(f"lib{number:02}/lib.go", f"package lib{number:02}\\n")
            assert go_module.build("./...").compiled == set()
        """
    )
    result = run(pytester, store, "-vv")
    for number in range(30):
        result.stdout.fnmatch_lines([f"E  *not expected: ./lib{number:02}  compiled for the first time*"])
    short = run(pytester, store)
    short.stdout.fnmatch_lines(
        ["E  *30 extra: ./lib00 ./lib01 *./lib1[0-9] …", "E  *none missing", "E  *not expected: ./lib00 *"]
    )


def test_the_standard_library_does_not_drown_what_is_missing(pytester: pytest.Pytester, store: Path) -> None:
    output = _output(pytester, store, "-k", "test_cached", failed=1, deselected=12)
    cached = _errors(output, "test_cached")
    assert cached[0].endswith("assert result.cached of `go build ./...` (step 2)")
    assert "not expected: ./util" in cached
    assert any(line.startswith("missing: ./lib") for line in cached)
