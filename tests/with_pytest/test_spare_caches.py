"""Clones are handed on from test to test: each begins as if its own was new, and none is left after the run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.with_pytest.inner_runs import run

TESTS = """
import json, os
from pathlib import Path
import pytest
from pytest_gocache import assert_cached, assert_rebuilt

ONE = {"lib/lib.go": "package lib\\n\\nimport \\"fmt\\"\\n\\nfunc Hello() string { return fmt.Sprint(1) }\\n"}
TWO = {"lib/lib.go": "package lib\\n\\nimport \\"fmt\\"\\n\\nfunc Hello() string { return fmt.Sprint(2) }\\n"}

def note(name, cache):
    files = {path.name: path.stat().st_ino for path in sorted(cache.path.glob("??/*-a"))}
    Path(os.environ["NOTES"], name).write_text(json.dumps([str(cache.path), files]))

@pytest.mark.parametrize("number", [1, 2])
def test_meddles(go_module, gocache, request, number):
    go_module.write(ONE)
    first = go_module.build("./lib")
    assert first.compiled == {"example.com/app/lib"}, "the test before has left its entries"
    note(f"first-{number}", gocache)
    gocache.evict("fmt")
    gocache.corrupt("errors")
    (gocache.path / "00" / "junk").write_text("junk")
    assert_rebuilt(go_module.build("./lib"), "errors", "fmt")
    go_module.write(TWO)
    go_module.test("./lib")
    assert not request.config.getoption("keyword"), "as asked"

def test_looks(go_module, gocache):
    go_module.write(TWO)
    result = go_module.build("./lib")
    assert result.compiled == {"example.com/app/lib"}
    note("last", gocache)

def test_begins_on_two_machines(go_module):
    go_module.write(ONE)
    go_module.build("./lib")
    other = go_module.on_new_machine()
    assert other.build("./lib").compiled == {"example.com/app/lib"}
"""


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NOTES", str(tmp_path))
    return tmp_path


def noted(notes: Path, name: str) -> Any:
    return json.loads((notes / name).read_text(encoding="utf-8"))


def test_a_clone_is_handed_on_and_looks_new(pytester: pytest.Pytester, store: Path, notes: Path) -> None:
    pytester.makepyfile(test_it=TESTS)
    base = pytester.path / "base"
    run(pytester, store, f"--basetemp={base}").assert_outcomes(passed=4)
    folders, files = zip(*(noted(notes, name) for name in ("first-1", "first-2", "last")), strict=True)
    assert len(set(folders)) == 3, "every test has a GOCACHE of its own"
    std = set(files[0]).intersection(*files[1:])
    assert len(std) > 100
    # What lib made is in a folder of its own, and so has keys of its own.
    assert all(len(set(seen) - std) < 10 for seen in files)
    # Files of one number are one file, handed on; those that the test before has made Go write are new.
    handed_on = [name for name in std if files[0][name] == files[1][name]]
    assert 100 < len(handed_on) < len(std)
    assert [path.name for path in base.iterdir() if "current" not in path.name] == []


def test_the_clone_of_a_failing_test_stays_with_it(pytester: pytest.Pytester, store: Path, notes: Path) -> None:
    pytester.makepyfile(test_it=TESTS)
    base = pytester.path / "base"
    run(pytester, store, f"--basetemp={base}", "-k", "test").assert_outcomes(failed=2, passed=2)
    for number in (1, 2):
        folder, files = noted(notes, f"first-{number}")
        assert Path(folder).is_dir()
        assert {path.name for path in Path(folder).glob("??/*-a")} > set(files) - {"junk"}
    assert {path.name for path in base.iterdir() if "current" not in path.name} == {
        "test_meddles_1_-go0",
        "test_meddles_2_-go0",
    }
