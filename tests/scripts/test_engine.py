"""The names in a script are checked before it runs."""

from __future__ import annotations

import pytest

from pytest_gocache.errors import ScriptError
from pytest_gocache.scripts.commands import COMMANDS
from pytest_gocache.scripts.engine import check_names
from pytest_gocache.scripts.syntax import read_script

OF_GO = "cat cc cd chmod cmp cmpenv cp echo env exec exists go grep mkdir mv replace rm skip sleep stale stderr stdin stdout stop symlink touch wait"


def check(text: str) -> None:
    check_names(read_script(text, "x.txtar"))


def test_each_command_of_gos_engine_is_there() -> None:
    assert set(OF_GO.split()) <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_without_words_is_accepted_or_says_how_it_is_written(name: str) -> None:
    spec = COMMANDS[name]
    if spec.least:
        with pytest.raises(ScriptError, match=rf"^x.txtar:1: {name}: write {name} "):
            check(f"{name}\n")
    else:
        check(f"{name}\n")


@pytest.mark.parametrize(
    "condition",
    [
        "GOOS:linux",
        "GOARCH:arm64",
        "linux",
        "amd64",
        "go1.25",
        "cgo",
        "race",
        "msan",
        "asan",
        "short",
        "exec:gcc",
        "compiler:gc",
        "gc",
        "root",
        "symlink",
        "net",
        "net:example.com",
        "buildmode:pie",
        "GOEXPERIMENT:x",
        "GODEBUG:a=1",
        "cc:gcc",
        "fuzz",
        "unix",
        "case-sensitive",
        "!cgo",
        "!exec:x",
    ],
)
def test_conditions_are_known(condition: str) -> None:
    check(f"[{condition}] go build\n")


@pytest.mark.parametrize("condition", ["go1", "go1.25.3", "GOOS", "linux:x", "nothing", "exec"])
def test_conditions_that_there_are_not(condition: str) -> None:
    with pytest.raises(ScriptError, match=rf"^x.txtar:1: \[{condition}\]: "):
        check(f"[{condition}] go build\n")
