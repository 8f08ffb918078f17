"""gocache_snapshot: files beside the tests, what fails without an update, and what an update writes and deletes."""

from __future__ import annotations

from pathlib import Path

import pytest
from inline_snapshot import snapshot

from tests.with_pytest.inner_runs import run

FOLDER = "__gocache_snapshots__"
TESTS = """
import pytest

FILES = {
    "lib/lib.go": 'package lib\\n\\nconst Word = 1\\n',
    "lib/lib_test.go": 'package lib\\n\\nimport "testing"\\n\\nfunc TestWord(*testing.T) {}\\n',
    "cmd/app/main.go": 'package main\\n\\nimport "example.com/app/lib"\\n\\nfunc main() { println(lib.Word) }\\n',
}

@pytest.fixture
def shop(go_module):
    go_module.write(FILES)
    return go_module

def test_edit(shop, gocache_snapshot):
    assert gocache_snapshot == shop.build("-o", "app", "./cmd/app")
    EDIT
    assert gocache_snapshot("after the edit") == shop.build("-o", "app", "./cmd/app")
    assert gocache_snapshot == shop.test("./lib")

@pytest.mark.parametrize("flag", ["-v", "-a/b"])
def test_flags(shop, gocache_snapshot, flag):
    assert shop.build("./lib") == gocache_snapshot

def test_without(): pass
"""
EDIT = 'shop.write("lib/other.go", "package lib\\n")'


@pytest.fixture
def suite(pytester: pytest.Pytester) -> Path:
    write(pytester, "")
    return pytester.path / FOLDER / "test_shop"


def write(pytester: pytest.Pytester, edit: str, *more: str) -> None:
    pytester.makepyfile(test_shop=TESTS.replace("EDIT", edit or "pass") + "\n".join(more))


def files(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in sorted(folder.glob("*"))}


def test_a_missing_snapshot_fails_and_an_update_writes_it(pytester: pytest.Pytester, store: Path, suite: Path) -> None:
    missing = run(pytester, store, "-k", "edit")
    missing.assert_outcomes(failed=1)
    missing.stdout.fnmatch_lines(
        [
            f"E *assert there is no snapshot [[]1] in {FOLDER}/test_shop/test_edit.txt",
            "E *`go build -o app ./cmd/app` (step 1) did:",
            "E *  compile ./cmd/app",
            "E *`pytest --gocache-update` writes it",
        ]
    )
    assert not suite.exists()

    updated = run(pytester, store, "--gocache-update")
    updated.assert_outcomes(passed=4)
    updated.stdout.fnmatch_lines(["*= snapshots =*", f"new: {FOLDER}/test_shop/test_edit.txt"])
    assert files(suite) == snapshot(
        {
            "test_edit.txt": """\
[1] $ go build -o app ./cmd/app
  compile ./cmd/app
  compile ./lib
  link ./cmd/app

[after the edit] $ go build -o app ./cmd/app
  nothing

[2] $ go test ./lib
  compile ./lib [./lib.test]
  link ./lib.test
  vet ./lib [./lib.test]
  test ./lib passed
""",
            "test_flags[-a_b]-4bfa6d.txt": """\
[1] $ go build ./lib
  compile ./lib
""",
            "test_flags[-v].txt": """\
[1] $ go build ./lib
  compile ./lib
""",
        }
    )

    run(pytester, store).assert_outcomes(passed=4)
    again = run(pytester, store, "--gocache-update")
    assert "= snapshots =" not in again.stdout.str()


def test_a_difference_fails_with_the_lines_and_the_reasons(pytester: pytest.Pytester, store: Path, suite: Path) -> None:
    run(pytester, store, "--gocache-update").assert_outcomes(passed=4)
    before = files(suite)
    write(pytester, EDIT)
    result = run(pytester, store, "-k", "edit")
    result.assert_outcomes(failed=1)
    lines = [line[8:] for line in result.outlines if line.startswith("E       ")]
    assert "\n".join(lines) == snapshot("""\
assert `go build -o app ./cmd/app` (step 2) differs from the snapshot [after the edit] in __gocache_snapshots__/test_shop/test_edit.txt
    + compile ./lib
    ./lib  file other.go was added since step 1
  if this is what you want, `pytest --gocache-update` writes it\
""")
    assert files(suite) == before

    run(pytester, store, "--gocache-update", "-k", "edit").assert_outcomes(passed=1)
    assert "[after the edit] $ go build -o app ./cmd/app\n  compile ./lib\n" in files(suite)["test_edit.txt"]
    run(pytester, store).assert_outcomes(passed=4)


def test_what_no_test_uses_goes_unless_tests_were_left_out(pytester: pytest.Pytester, store: Path, suite: Path) -> None:
    run(pytester, store, "--gocache-update").assert_outcomes(passed=4)
    (suite / "test_gone.txt").write_text("[1]\n  nothing\n")
    (suite / "test_without.txt").write_text("[1]\n  nothing\n")
    (suite.parent / "test_removed").mkdir()
    (suite.parent / "test_removed" / "test_x.txt").write_text("[1]\n  nothing\n")
    for some in (["-k", "edit"], ["--lf"], ["test_shop.py::test_edit"], ["--deselect", "test_shop.py::test_without"]):
        run(pytester, store, "--gocache-update", *some)
        assert {"test_gone.txt", "test_without.txt"} < files(suite).keys()
    updated = run(pytester, store, "--gocache-update", "-p", "no:cacheprovider")
    updated.stdout.fnmatch_lines([f"deleted: {FOLDER}/test_shop/test_gone.txt, which no test uses"])
    assert len(files(suite)) == 3
    assert sorted(suite.parent.iterdir()) == [suite]


def test_workers_compare_and_the_controller_writes(pytester: pytest.Pytester, store: Path, suite: Path) -> None:
    run(pytester, store, "--gocache-update", "-n", "2").assert_outcomes(passed=4)
    assert len(files(suite)) == 3
    run(pytester, store, "-n", "2").assert_outcomes(passed=4)


def test_a_test_outside_of_the_root_has_its_snapshots(pytester: pytest.Pytester, store: Path, suite: Path) -> None:
    ini = pytester.mkdir("elsewhere") / "pytest.ini"
    ini.write_text("[pytest]\n", encoding="ascii")
    options = ("-c", str(ini), "test_shop.py")
    updated = run(pytester, store, "--gocache-update", *options)
    updated.stdout.fnmatch_lines([f"new: ../{FOLDER}/test_shop/test_edit.txt"])
    assert len(files(suite)) == 3
    run(pytester, store, *options).assert_outcomes(passed=4)


def test_wrong_uses_are_named(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(
        """
        import pytest
        from pytest_gocache import NoEvidenceError, UsageError

        def test_wrong(go_module, gocache_snapshot):
            go_module.write("lib.go", "package lib\\n")
            result = go_module.build(".")
            for name in ("", " x", "a]", "a;b", "a\\nb", "a\\rb", "a\\u2028b", "1", 5):
                with pytest.raises(UsageError, match="gocache_snapshot"):
                    gocache_snapshot(name)
            with pytest.raises(UsageError, match="equals a Result, not PackageSet"):
                gocache_snapshot == result.compiled
            with pytest.raises(NoEvidenceError):
                gocache_snapshot == go_module.go("env", "GOOS")
            gocache_snapshot("x") == result
            with pytest.raises(UsageError, match=r"was compared with `go build .` .step 1.: give .* its own name"):
                gocache_snapshot("x") == result
        """
    )
    run(pytester, store).assert_outcomes(passed=1)


@pytest.mark.parametrize(("written", "line"), [(b"<<<<<<< HEAD\n[1]\n", "<<<<<<< HEAD"), (b"\xff\xfe\n", "??")])
def test_a_file_that_no_update_wrote_is_an_error_with_its_place(
    pytester: pytest.Pytester, store: Path, suite: Path, written: bytes, line: str
) -> None:
    suite.mkdir(parents=True)
    (suite / "test_edit.txt").write_bytes(written)
    result = run(pytester, store, "-k", "edit")
    result.stdout.fnmatch_lines([f"E *UsageError: *{FOLDER}/test_shop/test_edit.txt:1: '{line}' is no line of*"])
    # An update mends it.
    run(pytester, store, "-k", "edit", "--gocache-update").assert_outcomes(passed=1)
    run(pytester, store, "-k", "edit").assert_outcomes(passed=1)
