"""Where the packages and binaries of a result lie on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pytest_gocache import Result
from pytest_gocache.results.packages import (
    binary_of,
    folder_in_modules,
    module_of,
    modules_in,
    programs_of,
    sha256_of,
)
from tests.made_results import action, command

Recorded = Callable[[str], list[Result]]


def test_the_module_of_a_package_is_the_inner_one() -> None:
    result = replace(command("build"), modules={".": "example.com/app", "tools": "example.com/app/tools"})
    assert module_of(result, "example.com/app") == "."
    assert module_of(result, "example.com/app/toolset") == "."
    assert module_of(result, "example.com/app/tools/gen") == "tools"
    assert module_of(result, "example.com/other") is None
    assert folder_in_modules(result, "example.com/app/tools/gen") == Path("/src/tools/gen")
    assert folder_in_modules(result, "example.com/app/lib") == Path("/src/lib")
    assert folder_in_modules(result, "fmt") is None


def test_modules_of_a_module_cache(tmp_path: Path) -> None:
    assert modules_in(tmp_path) == ()
    for name in ("example.com/b/@v/v1.0.0.zip", "example.com/a/@v/v1.2.0.zip", "example.com/a/@v/v1.2.0.mod"):
        file = tmp_path / "cache" / "download" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")
    assert modules_in(tmp_path) == ("example.com/a@v1.2.0", "example.com/b@v1.0.0")


def test_the_binary_that_a_link_left(recorded: Recorded, tmp_path: Path) -> None:
    installed = recorded("stamped")[5]
    (link,) = installed.links()
    assert Path(link.target).name == "app"
    here = replace(installed, cwd=tmp_path)
    assert binary_of(here, replace(link, target="bin/app")) is None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "app").write_bytes(b"the binary")
    assert binary_of(here, replace(link, target="bin/app")) == tmp_path / "bin" / "app"
    assert binary_of(here, replace(link, target="")) is None
    assert sha256_of(tmp_path / "bin" / "app") == hashlib.sha256(b"the binary").hexdigest()


def test_the_programs_that_an_action_ran() -> None:
    ran = replace(action(1, "a"), commands=("/go/pkg/tool/compile -o x", "gcc -c a.c", "", "gcc -c b.c"))
    assert programs_of(ran) == ["compile", "gcc"]
