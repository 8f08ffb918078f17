"""The folder in which a command starts, and variables that it does not have."""

from __future__ import annotations

import pytest

from pytest_gocache import GoModule, UsageError, assert_cached, assert_rebuilt, assert_up_to_date

TWO_MODULES = """
    -- go.mod --
    module example.com/app
    go 1.21
    -- app.go --
    package app
    -- core/go.mod --
    module example.com/core
    go 1.21
    -- core/lib/lib.go --
    package lib
    -- core/cmd/tool/main.go --
    package main
    import (
        _ "example.com/core/lib"
        "os"
    )
    func main() { println(os.Getenv("SHELL"), os.Getenv("LANG")) }
"""


def test_a_command_starts_in_a_folder_of_the_module(go_module: GoModule) -> None:
    go_module.load(TWO_MODULES)
    result = go_module.build("-o", "bin/", "./...", cwd="core")
    assert result.compiled_outside_std == {"example.com/core/lib", "example.com/core/cmd/tool"}
    assert_rebuilt(result, "./core/...")
    assert (go_module.path / "core/bin/tool").is_file()
    assert_up_to_date(result)
    assert_cached(go_module.build("./...", cwd=go_module.path / "core" / "lib"), "./core/lib")


def test_a_program_starts_in_a_folder_of_the_module(go_module: GoModule) -> None:
    go_module.load(TWO_MODULES)
    result = go_module.exec("sh", "-c", "pwd && echo $PWD && go build ./lib", cwd="core")
    core = go_module.path / "core"
    assert result.stdout == f"{core}\n{core}\n"
    assert result.compiled_outside_std == {"example.com/core/lib"}
    assert (
        result.commands[0].title == "`go build ./lib` (step 1, by `sh -c 'pwd && echo $PWD && go build ./lib'` in core)"
    )


@pytest.mark.parametrize("folder", ["nowhere", "..", "app.go", "/"])
def test_a_folder_that_is_not_in_the_module_is_refused(go_module: GoModule, folder: str) -> None:
    go_module.load(TWO_MODULES)
    with pytest.raises(UsageError, match=f"^go build: cwd='{folder}' is not a folder of the module "):
        go_module.build(cwd=folder)
    with pytest.raises(UsageError, match=f"^ls -l: cwd='{folder}' is not a folder of the module "):
        go_module.exec("ls", "-l", cwd=folder)
    assert go_module.build().step == 1


@pytest.mark.gocache(env={"COLOUR": "red", "LANG": None})
def test_none_removes_a_variable(go_module: GoModule) -> None:
    show = ("sh", "-c", "echo ${COLOUR-none} ${SIZE-none}")
    go_module.env["SIZE"] = "9"
    assert go_module.exec("sh", "-c", "echo ${LANG-none}").stdout == "none\n"
    assert go_module.exec(*show).stdout == "red 9\n"
    assert go_module.exec(*show, env={"COLOUR": None, "SIZE": None}).stdout == "none none\n"
    go_module.env["COLOUR"] = None
    assert go_module.exec(*show).stdout == "none 9\n"
    assert go_module.exec(*show, env={"COLOUR": "blue"}).stdout == "blue 9\n"
    assert go_module.on_new_machine(env={"SIZE": None}).exec(*show).stdout == "none none\n"


def test_a_variable_that_a_command_did_not_have_is_not_there_when_it_runs_again(go_module: GoModule) -> None:
    """Without GOWORK, Go finds the workspace around the folder. With GOWORK=off, it would not find the second module."""
    go_module.load("""
        -- go.work --
        go 1.21
        use ./app
        use ./core
        -- app/go.mod --
        module example.com/app
        go 1.21
        -- app/app.go --
        package app
        import _ "example.com/core"
        -- core/go.mod --
        module example.com/core
        go 1.21
        -- core/core.go --
        package core
    """)
    assert_up_to_date(go_module.build("./...", cwd="app", env={"GOWORK": None}))
