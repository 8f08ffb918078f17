"""The files and variables that are inputs of a recorded command's keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pytest_gocache import Result
from pytest_gocache.explain.key_files import KeyInputs, key_inputs

Recorded = Callable[[str], list[Result]]


def known(result: Result) -> KeyInputs:
    found = key_inputs(result)
    assert found is not None
    return found


def in_module(result: Result, paths: set[str]) -> list[str]:
    root = f"{result.cwd}/"
    return sorted(path.removeprefix(root) for path in paths if path.startswith(root) and Path(path).suffix)


def test_a_build_has_the_files_that_it_compiles(recorded: Recorded) -> None:
    build = recorded("lib-edited")[0]
    keys = known(build)
    assert in_module(build, keys.files) == ["api/api.go", "cmd/app/main.go", "lib/lib.go", "lone/lone.go"]
    assert keys.has_file(f"{build.cwd}/lib/lib.go")
    assert not keys.has_file(f"{build.cwd}/lib/lib_test.go")
    assert keys.variables == set()


def test_go_hashes_what_go_mod_says(recorded: Recorded) -> None:
    keys = known(recorded("lib-edited")[0])
    assert keys.has_file("/anywhere/go.mod")
    assert keys.has_file("/anywhere/vendor/modules.txt")
    assert not keys.has_file("/anywhere/modules.txt")


def test_packages_have_the_files_below_their_folders(recorded: Recorded) -> None:
    build = recorded("lib-edited")[0]
    keys = known(build)
    assert keys.package_of(f"{build.cwd}/lib/a/b.txt") == "example.com/app/lib"
    assert keys.package_of(f"{build.cwd}/README.md") == ""
    assert "fmt" not in keys.folders.values()


def test_a_test_has_what_it_reads(recorded: Recorded) -> None:
    ran, cached = recorded("tested")[:2]
    for result in (ran, cached):
        assert known(result).variables >= {"WORD"}
        assert known(result).has_file(f"{result.cwd}/lib/lib_test.go")


def test_a_test_that_lists_a_folder_has_its_files(recorded: Recorded) -> None:
    result = recorded("test-data")[0]
    keys = known(result)
    assert [Path(folder).name for folder in sorted(keys.listed) if Path(folder).is_relative_to(result.cwd)] != []
    for folder in keys.listed:
        assert keys.has_file(f"{folder}/any.txt")


def test_files_in_arguments_are_left_to_go(recorded: Recorded) -> None:
    build = recorded("lib-edited")[0]
    named = replace(build, command=("go", "build", "-toolexec=bin/wrap -v", "-pgo", "my.prof", "./..."))
    assert known(named).has_file(f"{build.cwd}/bin/wrap")
    assert known(named).has_file(f"{build.cwd}/my.prof")


def test_without_a_log_nothing_is_known(recorded: Recorded, tmp_path: Path) -> None:
    for result in (recorded("lib-edited")[0], recorded("tested")[0]):
        (tmp_path / str(result.command[1])).mkdir()
        assert key_inputs(replace(result, evidence=tmp_path / str(result.command[1]), previous=None)) is None


def test_a_test_whose_reads_are_mixed_up_makes_all_unknown(recorded: Recorded, tmp_path: Path) -> None:
    result = recorded("tested")[0]
    assert result.evidence is not None
    log = (result.evidence / "stderr").read_bytes()
    (tmp_path / "stderr").write_bytes(b"\n".join(line for line in log.split(b"\n") if b"testInputs" not in line))
    assert key_inputs(replace(result, evidence=tmp_path)) is None


def test_an_overlay_gives_files_the_content_of_others(recorded: Recorded) -> None:
    build = recorded("lib-edited")[0]
    assert key_inputs(replace(build, command=("go", "build", "-overlay=o.json", "./..."))) is None
