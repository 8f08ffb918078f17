"""go.mod and go.work read as text, and module paths as file names."""

from __future__ import annotations

import pytest

from pytest_gocache.golang.modfile import escaped, local_folders_of, module_path_of, unescaped


@pytest.mark.parametrize(
    ("text", "module"),
    [
        ("module example.com/app\n\ngo 1.25\n", "example.com/app"),
        ("// the app\nmodule example.com/app // here\n", "example.com/app"),
        ('module "example.com/app"\n', "example.com/app"),
        ("module `example.com/app`\r\n", "example.com/app"),
        ("module example.com/app\r\n", "example.com/app"),
        ("go 1.25\n\nmodule m", "m"),
        ("// module example.com/no\ngo 1.25\n", None),
        ("go 1.25\nuse ./a\n", None),
        ("", None),
    ],
)
def test_the_module_path_is_what_go_mod_declares(text: str, module: str | None) -> None:
    assert module_path_of(text) == module


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ("replace example.com/x => ../x\n", ("../x",)),
        ("replace (\n\texample.com/x v1.0.0 => ./x\n\texample.com/y => /src/y\n)\n", ("./x", "/src/y")),
        ("replace example.com/x => example.com/y v1.0.0\n", ()),
        ("go 1.25\n\nuse ./a\nuse (\n\t./b/c\n\t../d // there\n)\n", ("./a", "./b/c", "../d")),
        ("use .\n", (".",)),
        ("use ./a\nuse ./a\n", ("./a",)),
        ("// use ./no\nmodule m\n", ()),
        ("module m\n\nrequire example.com/x v1.0.0\n", ()),
    ],
)
def test_local_folders_are_those_of_replace_and_use(text: str, folders: tuple[str, ...]) -> None:
    assert local_folders_of(text) == folders


@pytest.mark.parametrize(
    ("path", "written"), [("example.com/dep", "example.com/dep"), ("github.com/BurntSushi", "github.com/!burnt!sushi")]
)
def test_module_paths_are_escaped_for_file_systems_that_know_one_case(path: str, written: str) -> None:
    assert escaped(path) == written
    assert unescaped(written) == path
