"""Two recordings of two machines, in which one thing differs: the difference names it, and each folder once."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache import BuildCache, GoModule, GoToolchain, InputKind, Kind, Result, load_result
from pytest_gocache.recordings.difference import Difference, difference
from pytest_gocache.recordings.render import as_text
from tests.with_go import mutations_of_builds, mutations_of_caches
from tests.with_go.mutation_module import load_app
from tests.with_go.mutations import Bench, Causes, Row
from tests.with_go.test_mutations import needs

# Their cause is an earlier command in the same cache, or the history of one checkout.
OF_ONE_PLACE = {"compile-error-again", "forced", "commit", "uncommitted-file", "commit-without-stamps"}
OF_TESTS = (
    *("test-of-an-edited-package", "test-edited", "test-added", "outside-test", "outside-test-edited", "cover"),
    *("package-below-an-outside-test", "covermode", "vet", "vet-of-an-edited-test", "vet-flags"),
)
# What a test reads counts only for the same test binary, and a file only under the same path.
READ_BY_TESTS = ("variable", "test-data", "variable-and-test-data", "test-folder", "run-flag", "godebug")
ALL_ROWS = {row.id: row for row in [*mutations_of_builds.ROWS, *mutations_of_caches.ROWS]}
ROWS = [row for row in mutations_of_builds.ROWS if row.id not in OF_ONE_PLACE] + [ALL_ROWS[name] for name in OF_TESTS]


def of_each(rows: list[Row]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", [pytest.param(row, id=row.id, marks=needs(row)) for row in rows])


@pytest.fixture
def bench(go_module: GoModule, gocache: BuildCache, tmp_path: Path) -> Bench:
    load_app(go_module, tmp_path / "proxy")
    (tmp_path / "spare").mkdir()
    return Bench(go_module, gocache, tmp_path / "spare")


def compared(bench: Bench, row: Row, path: Path | None = None) -> Difference:
    """The row's two commands, each on a machine of its own, recorded and compared."""
    row.prepare(bench)
    old = saved(bench.go(row.first or row.run), bench.spare.parent / "old")
    other = Bench(bench.module.on_new_machine(path=path, mtimes="keep"), bench.cache, bench.spare)
    row.change(other)
    return difference(old, saved(other.go(row.run, row.env), bench.spare.parent / "new"))


def saved(result: Result, folder: Path) -> Result:
    result.save(folder)
    return load_result(folder)


def moved(found: Difference) -> list[str]:
    """The rows that say that a folder differs, but for those of a different version of a module."""
    return [
        f"{change.old} -> {change.new}"
        for row in found.rows
        for change in row.reason.own
        if change.input.kind is InputKind.DIRECTORY and change.old and change.new
    ]


def named_in(found: Difference, expected: Causes) -> dict[str, set[str] | str]:
    """What is named beside the folders, in the form of ``expected``."""
    kinds = {Kind.COMPILE, Kind.TEST} | {Kind(name.partition(" ")[0]) for name in expected}
    named: dict[str, set[str] | str] = {}
    for row in found.rows:
        # A vet follows the key of a package that it does not compile.
        for reason in [ran.reason for ran in row.causes] or [row.reason]:
            kind, package = reason.kind, reason.package.removeprefix("example.com/app/")
            what = {change.what for change in row.reason.own} - {"directory"}
            if kind in kinds and (what or row.reason.first):
                named[f"{kind.value} {package}"] = what or "first time"
    return named


def without_folders(expected: Causes) -> Causes:
    rest = {name: what if isinstance(what, str) else what - {"directory"} for name, what in expected.items()}
    # The standard library of the second machine is warm, cgo's part of it too.
    return {name: what for name, what in rest.items() if what and name != "compile runtime/cgo"}


@pytest.mark.gocache(cgo=True)
@of_each(ROWS)
def test_what_differs_on_a_machine_in_a_different_folder_is_named_and_nothing_else(
    bench: Bench, row: Row, go_toolchain: GoToolchain
) -> None:
    if row.goarch not in ("", go_toolchain.env["GOARCH"]):
        pytest.skip(f"needs GOARCH {row.goarch}")
    found = compared(bench, row)

    expected = without_folders(row.expected(go_toolchain))
    assert named_in(found, expected) == expected, as_text(found)
    assert len(moved(found)) == len(set(moved(found))) <= 2, "the checkout, and the module cache"
    assert [row.reason.code for row in found.rows if not row.reason.known] == []


@pytest.mark.gocache(cgo=True)
@of_each([ALL_ROWS[name] for name in READ_BY_TESTS])
def test_what_a_test_reads_differently_is_named_and_nothing_else(
    bench: Bench, row: Row, go_toolchain: GoToolchain
) -> None:
    bench.module.env["GOFLAGS"] = "-trimpath"  # the module cache is in a different folder
    found = compared(bench, row, path=bench.module.path)

    expected = row.expected(go_toolchain)
    got = {name: what for name, what in named_in(found, expected).items() if name.startswith("test ")}
    # Without the contents of the files, a recording cannot tell a new time from a new content of the same size.
    assert got == {
        name: {text.replace("modification time of ", "") for text in what} for name, what in expected.items()
    }
    assert moved(found) == []
