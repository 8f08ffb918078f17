"""What changed between recorded commands and is in no key: files, variables, and what must not be called so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_gocache import Result
from pytest_gocache.explain.untracked import untracked_by_actions, untracked_by_tests
from pytest_gocache.results.file_tree import FileState, FileTree
from pytest_gocache.results.seen_files import Texts

Recorded = Callable[[str], list[Result]]
LIB = "example.com/app/lib"
OLD, NEW = FileState(3, 1), FileState(4, 1)


def with_files(result: Result, files: Mapping[str, FileState], **changes: object) -> Result:
    """The command, with these files beside those of the recorded module, and other changes of its circumstances."""
    around = result.circumstances
    tree = FileTree(files={**around.files.files, **files})
    return replace(result, circumstances=replace(around, files=tree, **changes))  # type: ignore[arg-type]


def with_env(result: Result, **env: str) -> Result:
    around = result.circumstances
    return replace(result, circumstances=replace(around, env={**around.env, **env}))


def again(before: Result, now: Result) -> Result:
    return replace(now, previous=before)


def in_build(result: Result, package: str = LIB) -> list[tuple[str, str]]:
    found = untracked_by_actions(result, [action for action in result.compiles() if action.import_path == package])
    return [(one.what, one.package) for one in found]


def in_test(result: Result) -> list[tuple[str, str]]:
    return [(one.what, one.package) for one in untracked_by_tests(result, [LIB])]


def test_nothing_changed(recorded: Recorded) -> None:
    first, touched = recorded("lib-edited")[:2]
    assert LIB in touched.cached
    assert in_build(again(first, touched)) == []


def test_a_file_in_the_folder_of_a_cached_package(recorded: Recorded) -> None:
    first, touched = recorded("lib-edited")[:2]
    before = with_files(first, {"lib/src/codec.c": OLD, "README.md": OLD, "api/x.h": OLD})
    now = with_files(touched, {"lib/src/codec.c": NEW, "README.md": NEW, "api/x.h": NEW, "lib/new.txt": NEW})
    assert in_build(again(before, now)) == [
        ("lib/new.txt (added)", LIB),
        ("lib/src/codec.c", LIB),
        ("README.md", ""),
        ("api/x.h", ""),
    ]


def test_a_file_in_a_key_is_never_named(recorded: Recorded) -> None:
    first, touched = recorded("lib-edited")[:2]
    # Go would have compiled the package: the log must decide, not the scan.
    before, now = with_files(first, {"lib/lib.go": OLD}), with_files(touched, {"lib/lib.go": NEW})
    assert in_build(again(before, now)) == []
    before, now = with_files(first, {"lib/lib_test.go": OLD}), with_files(touched, {"lib/lib_test.go": NEW})
    assert in_build(again(before, now)) == [("lib/lib_test.go", LIB)]


def test_without_the_log_nothing_is_named(recorded: Recorded, tmp_path: Path) -> None:
    first, touched = recorded("lib-edited")[:2]
    before = with_files(replace(first, evidence=tmp_path), {"lib/x.txt": OLD})
    now = with_files(replace(touched, evidence=tmp_path), {"lib/x.txt": NEW})
    assert in_build(again(before, now)) == []


def test_a_package_that_ran_has_its_own_explanation(recorded: Recorded) -> None:
    _, touched, edited = recorded("lib-edited")[:3]
    before, now = with_files(touched, {"lib/x.txt": OLD}), with_files(edited, {"lib/x.txt": NEW})
    assert in_build(again(before, now), LIB) == []
    # The first step compiled this one.
    assert in_build(again(before, now), "example.com/app/lone") == [("lib/x.txt (added)", "")]


def test_what_changed_before_the_output_was_made_does_not_count(recorded: Recorded) -> None:
    first, touched = recorded("lib-edited")[:2]
    before = with_files(first, {"lib/x.txt": NEW})
    older = with_files(first, {"lib/x.txt": OLD})
    now = with_files(touched, {"lib/x.txt": NEW})
    assert in_build(again(replace(before, previous=older), now)) == []


def test_what_changed_after_a_later_hit_still_counts(recorded: Recorded) -> None:
    first, touched = recorded("lib-edited")[:2]
    before = with_files(first, {"lib/x.txt": OLD})
    hit = again(before, with_files(touched, {"lib/x.txt": NEW}))
    now = again(hit, with_files(replace(touched, step=3), {"lib/x.txt": NEW}))
    lib = [action for action in now.compiles() if action.import_path == LIB]
    assert [(one.what, one.since) for one in untracked_by_actions(now, lib)] == [("lib/x.txt", 1)]


def test_files_that_go_commands_wrote_are_outputs(recorded: Recorded) -> None:
    first, touched = recorded("lib-edited")[:2]
    during = int((first.circumstances.started + first.seconds / 2) * 1e9)
    before = with_files(first, {})
    now = with_files(touched, {"lib/run.log": FileState(9, during), "lib/x.txt": FileState(9, 1)})
    assert in_build(again(before, now)) == [("lib/x.txt (added)", LIB)]
    # A test can write a file right after a command, while the clock of the file system is behind.
    texts = Texts()
    texts.edit(f"{now.cwd}/lib/run.log", b"by the test")
    now = replace(now, circumstances=replace(now.circumstances, texts=texts))
    assert ("lib/run.log (added)", LIB) in in_build(again(before, now))


def test_the_program_of_go_run_writes_inputs(recorded: Recorded) -> None:
    first, touched = recorded("lib-edited")[:2]
    between = replace(first, command=("go", "run", "./gen"), step=2, actions=())
    during = int((between.circumstances.started + between.seconds / 2) * 1e9)
    before = replace(with_files(first, {}), seconds=0.0)
    now = with_files(touched, {"lib/made.txt": FileState(9, during)})
    assert in_build(again(again(before, between), now)) == [("lib/made.txt (added)", LIB)]


def test_a_large_repository_has_only_what_the_test_edited(recorded: Recorded) -> None:
    first, touched = recorded("lib-edited")[:2]
    texts = Texts()
    path = f"{first.cwd}/lib/x.txt"

    def without_files(result: Result) -> Result:
        return replace(result, circumstances=replace(result.circumstances, files=FileTree(), texts=texts))

    texts.add(path, b"one")
    texts._seen[path] = [(0.0, b"one"), (first.circumstances.started + 0.001, b"two")]  # noqa: SLF001 - times in the past
    assert in_build(again(without_files(first), without_files(touched))) == []
    texts.edited.add(path)
    assert in_build(again(without_files(first), without_files(touched))) == [("lib/x.txt", LIB)]


def test_variables_of_builds(recorded: Recorded) -> None:
    first, touched = recorded("lib-edited")[:2]
    now = with_env(touched, BACKEND="x", GOFLAGS="-v", CGO_CFLAGS="-g", CC="clang", SHLVL="2", MAKELEVEL="1")
    assert in_build(again(first, now)) == [("environment BACKEND", "")]


def test_the_folders_of_a_new_machine_are_no_change(recorded: Recorded) -> None:
    first, touched = recorded("lib-edited")[:2]
    assert in_build(again(first, with_env(touched, HOME="/elsewhere"))) == [("environment HOME", "")]
    assert in_build(again(first, with_env(touched, HOME="/elsewhere", GOCACHE="/elsewhere/cache"))) == []


def test_variables_of_tests(recorded: Recorded) -> None:
    ran, cached = recorded("tested")[:2]
    now = again(ran, with_env(cached, BACKEND="x", GOWORK="/w/go.work", WORD="read by the test"))
    assert in_test(now) == [("environment BACKEND", ""), ("environment GOWORK", "")]
    assert in_build(now) == []


def test_files_of_tests(recorded: Recorded) -> None:
    ran, cached = recorded("tested")[:2]
    before, now = (
        with_files(ran, {"lib/data": OLD, "go.mod": OLD}),
        with_files(cached, {"lib/data": NEW, "go.mod": NEW}),
    )
    assert in_test(again(before, now)) == [("lib/data", LIB)]
    assert in_test(again(with_files(ran, {"lib/data": NEW}), now)) == []


@pytest.mark.parametrize("step", [2, 3, 7])
def test_a_test_that_was_not_replayed_has_no_step_to_compare_with(recorded: Recorded, step: int) -> None:
    assert untracked_by_tests(recorded("tested")[step], [LIB]) == []
