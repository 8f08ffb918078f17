"""A test that damages files of its own GOCACHE in place reaches neither the store nor another test."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import ONE_BUILD, copy_used, run

TESTS = """
import pytest

ONE = {"lib/lib.go": "package lib\\n\\nimport \\"fmt\\"\\n\\nfunc Hello() string { return fmt.Sprint(1) }\\n"}

def test_looks_before(go_module):
    go_module.write(ONE)
    assert go_module.build("./...").compiled == {"example.com/app/lib"}

@pytest.mark.parametrize("how", ["truncated", "inverted"])
def test_damages(go_module, gocache, how):
    go_module.write(ONE)
    go_module.build("./...")
    for file in gocache.path.glob("??/*-d"):
        if file.is_file() and file.stat().st_size:
            content = file.read_bytes()
            with file.open("r+b") as opened:  # in place: no link is broken
                if how == "truncated":
                    opened.truncate(0)
                else:
                    opened.write(bytes(255 - byte for byte in content[:64]))

def test_looks_after(go_module):
    go_module.write(ONE)
    assert go_module.build("./...").compiled == {"example.com/app/lib"}
    assert go_module.test("./...").compiled_outside_std == set()
"""


@pytest.fixture
def own_store(store: Path, tmp_path: Path, pytester: pytest.Pytester) -> Path:
    """A store that no other test uses, with files of its own: what every test needs."""
    pytester.makepyfile(test_first=ONE_BUILD)
    run(pytester, store).assert_outcomes(passed=1)
    pytester.path.joinpath("test_first.py").unlink()
    own = tmp_path / "own-store"
    copy_used(store, own, "")
    return own


def sums(store: Path) -> dict[str, str]:
    found = {}
    for path in sorted(store.joinpath("warm").rglob("*-d")):
        for file in [path] if path.is_file() else sorted(path.iterdir()):
            found[str(file.relative_to(store))] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


def test_damage_by_a_test_stays_with_it(pytester: pytest.Pytester, own_store: Path) -> None:
    before = sums(own_store)
    assert len(before) > 100
    pytester.makepyfile(test_damage=TESTS)

    run(pytester, own_store, "-p", "no:randomly").assert_outcomes(passed=4)

    after = sums(own_store)
    assert {name: after[name] for name in before} == before
    run(pytester, own_store, "-k", "looks").assert_outcomes(passed=2, deselected=2)


@pytest.mark.parametrize("kind", ["-a", "-d"])
def test_a_damaged_store_is_found_and_made_again(pytester: pytest.Pytester, own_store: Path, kind: str) -> None:
    for file in own_store.joinpath("warm").rglob(f"*{kind}"):
        if file.is_file() and file.stat().st_size:
            with file.open("r+b") as opened:
                opened.truncate(file.stat().st_size // 2)
    pytester.makepyfile(test_damage=TESTS)

    first = run(pytester, own_store, "-k", "looks")

    first.assert_outcomes(passed=2, deselected=2)
    first.stderr.fnmatch_lines([f"*{kind} in the store is damaged: the entry is made again"])
    second = run(pytester, own_store, "-k", "looks")
    second.assert_outcomes(passed=2, deselected=2)
    second.stderr.no_fnmatch_line("*damaged*")


def test_nothing_of_the_copies_is_left(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(test_damage=TESTS)
    base = pytester.path / "base"

    run(pytester, store, "-k", "looks", f"--basetemp={base}").assert_outcomes(passed=2, deselected=2)

    assert [path for path in base.iterdir() if "warm" in path.name] == []
