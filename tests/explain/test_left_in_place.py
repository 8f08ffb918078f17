"""What has changed since an idle program's binaries were built: the toolchain. Files and variables need real commands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pytest_gocache.explain.left_in_place import changed_since_built, left_in_place
from pytest_gocache.golang.action import Kind
from pytest_gocache.results.merge import with_commands
from pytest_gocache.results.result import Circumstances, Result
from tests.made_results import action


def program(cwd: Path, goroot: Path, version: str, *commands: Result, previous: Result | None = None) -> Result:
    goroot.mkdir()
    if version:
        (goroot / "VERSION").write_text(f"{version}\ntime 2026-01-01T00:00:00Z\n")
    around = Circumstances(goroot=goroot, cwd=cwd)
    made = [replace(command, circumstances=around) for command in commands]
    step = previous.step + 1 if previous else 1
    idle = () if commands else ("it called no go command",)
    result = Result(
        ("make", "lint"), step, cwd, 0, "", "", 0.1, idle=idle, circumstances=around, previous=previous, commands=()
    )
    return with_commands(result, made)


def test_a_different_go(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "lint").touch()
    link = replace(action(1, "example.com/app/lint", kind=Kind.LINK), target="bin/lint")
    built = Result(("go", "build", "-o", "bin/lint", "./lint"), 1, tmp_path, 0, "", "", 0.1, actions=(link,))
    first = program(tmp_path, tmp_path / "old", "go1.26.6", built)

    second = program(tmp_path, tmp_path / "new", "go1.27.3", previous=first)
    assert left_in_place(second) == list(first.commands)
    assert changed_since_built(second) == ["changed since step 1, which built bin/lint: Go (go1.26.6 → go1.27.3)"]

    third = program(tmp_path, tmp_path / "unnamed", "", previous=first)
    (line,) = changed_since_built(third)
    assert line.endswith(f"Go (go1.26.6 → {tmp_path / 'unnamed'})")

    same = program(tmp_path, tmp_path / "same", "go1.26.6", previous=first)
    assert changed_since_built(same) == []
