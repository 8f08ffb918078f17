"""After every kind of change, the explanation names exactly what was changed as the cause, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache import BuildCache, GoModule, GoToolchain, Kind, Result
from tests.with_go import mutations_of_builds, mutations_of_caches
from tests.with_go.mutation_module import load_app
from tests.with_go.mutations import Bench, Causes, Row, gaps

EDIT = ("lib/lib.go", '"!"', '"?"')
ROWS = [*mutations_of_builds.ROWS, *mutations_of_caches.ROWS]


@pytest.fixture
def bench(go_module: GoModule, gocache: BuildCache, tmp_path: Path) -> Bench:
    load_app(go_module, tmp_path / "proxy")
    spare = tmp_path / "spare"
    spare.mkdir()
    return Bench(go_module, gocache, spare)


def needs(row: Row) -> list[pytest.MarkDecorator]:
    return [pytest.mark.gocache(go=row.go)] if row.go else []


@pytest.mark.gocache(cgo=True)
@pytest.mark.parametrize("row", [pytest.param(row, id=row.id, marks=needs(row)) for row in ROWS])
def test_mutation(bench: Bench, row: Row, go_toolchain: GoToolchain) -> None:
    if row.goarch not in ("", go_toolchain.env["GOARCH"]):
        pytest.skip(f"needs GOARCH {row.goarch}")
    row.prepare(bench)
    bench.go(row.first or row.run)
    row.change(bench)

    result = bench.go(row.run, row.env)

    expected = row.expected(go_toolchain)
    text = str(result.explain())
    assert causes_of(result, expected) == expected, text
    assert gaps(result) == []
    assert [cause.name for cause in result.explain().causes if cause.name not in text] == []


def causes_of(result: Result, expected: Causes) -> Causes:
    """The causes that were found, in the form of ``expected``; a summary counts as the part of it that is expected."""
    kinds = {Kind.COMPILE, Kind.TEST} | {Kind(name.partition(" ")[0]) for name in expected}
    found: dict[str, set[str] | str] = {}
    for cause in result.explain().causes:
        if cause.kind not in kinds:
            continue
        name = f"{cause.kind.value} {cause.package.removeprefix('example.com/app/')}"
        part = expected.get(name)
        if cause.own:
            value: set[str] | str = {change.what for change in cause.own}
        else:
            value = part if isinstance(part, str) and part in cause.summary else cause.summary
        assert found.setdefault(name, value) == value, "two causes for one action"
    return found


def test_a_pattern_narrows_the_reasons_and_keeps_their_cause(bench: Bench) -> None:
    bench.go("build ./...")
    bench.module.edit(*EDIT)
    explanation = bench.go("build ./...").explain("./cmd/...")

    assert [(reason.kind, reason.package) for reason in explanation.reasons] == [
        (Kind.COMPILE, "example.com/app/cmd/app"),
        (Kind.LINK, "example.com/app/cmd/app"),
    ]
    assert explanation.followers == explanation.reasons
    assert [reason.follows[-1] for reason in explanation.reasons] == ["example.com/app/lib"] * 2
    assert [cause.package for cause in explanation.causes] == ["example.com/app/lib"]


def test_the_inputs_show_the_lines_that_differ(bench: Bench) -> None:
    bench.go("build ./lib")
    bench.module.edit(*EDIT)
    bench.module.write("lib/more.go", "package lib\n")
    changed, added = bench.go("build ./lib").explain().inputs

    assert (changed.how, added.how) == ("file lib.go changed", "file more.go was added")
    assert changed.diff == (
        '- func Hello() string { return dep.Word() + "!" }',
        '+ func Hello() string { return dep.Word() + "?" }',
    )
    assert added.old is None
