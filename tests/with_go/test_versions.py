"""What differs between Go versions, as docs/observation.md tells it."""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

import pytest

from pytest_gocache import GoModule, GoToolchain
from pytest_gocache.host import process
from pytest_gocache.host.toolchain import from_path
from tests.with_go.version_tables import column

PAGE = Path(__file__).parents[2] / "docs" / "observation.md"


@pytest.fixture
def told(go_toolchain: GoToolchain) -> dict[str, str]:
    """The column of this toolchain: the row's text → the cell."""
    return column(PAGE, go_toolchain.version)


def test_how_many_packages_a_program_depends_on(app: GoModule, told: dict[str, str], go_toolchain: GoToolchain) -> None:
    if f"| {go_toolchain.version.number} |" not in PAGE.read_text(encoding="utf-8"):
        pytest.skip(f"the page has no column for {go_toolchain.version}")
    app.write("cmd/words/main.go", 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println() }\n')

    standard = app.build("./cmd/words").packages - {"example.com/app/cmd/words"}

    assert str(len(standard)) == told["packages that a program with `fmt` depends on"]


def test_whether_vet_is_cached(app: GoModule, told: dict[str, str]) -> None:
    app.vet("./lib")

    again = app.vet("./lib").vetted

    cell = told["a second `go vet` of the same packages"]
    assert ("cached" in cell) == (not again)


def test_whether_a_narrower_test_command_finds_the_variant(app: GoModule, told: dict[str, str]) -> None:
    app.test("./...")

    compiled = "example.com/app/lib [example.com/app/lib.test]" in app.test("./lib").compiled

    assert ("again" in told["`go test ./lib` after `go test ./...`"]) == compiled


def test_what_is_said_of_packages_whose_imports_fail(app: GoModule, told: dict[str, str]) -> None:
    app.edit("lib/lib.go", '"hello"', "hello")

    verdict = app.test("./...", check=False).tests.get("example.com/app/cmd/app")

    cell = told["`go test`, a package that imports one that does not compile"]
    assert (f"`[{verdict.status.value}]`" if verdict else "no verdict") == cell


def test_what_go_env_says_is_asked_for_when_it_is_needed(go_toolchain: GoToolchain) -> None:
    # For all of it go starts the C compiler, several times.
    toolchain = from_path(go_toolchain.goroot, os.environ)
    with mock.patch.object(process, "run", wraps=process.run) as run:
        assert (toolchain.env["GOROOT"], toolchain.env["GOOS"]) == (str(toolchain.goroot), go_toolchain.env["GOOS"])
        assert run.call_count == 0
        assert "-fdebug-prefix-map" in toolchain.env["GOGCCFLAGS"] or "-ffile-prefix-map" in toolchain.env["GOGCCFLAGS"]
        assert "NONSENSE" not in toolchain.env
        assert {"GOPROXY", "CGO_CFLAGS", "GOVERSION"} < set(toolchain.env)
        assert run.call_count == 1
