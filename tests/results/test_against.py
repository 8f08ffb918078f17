"""A result held against a recording: which recorded command it is compared with, and how messages call it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_gocache import RecordingError, Result, UsageError
from pytest_gocache.results.against import held_against
from pytest_gocache.results.merge import with_commands
from tests.made_results import action, command, result
from tests.recorded_results import newest_go

LIB = action(0, "example.com/app/lib")


def go(line: str, step: int = 1) -> Result:
    return replace(command(line), actions=(LIB,), step=step)


def program(*commands: Result) -> Result:
    return with_commands(Result(("make",), 1, Path("/src"), 0, "", "", 1.0), commands)


def compared(held: Result) -> list[str]:
    return [" ".join(one.command[1:]) for one in held.earlier()]


def test_the_command_with_the_same_arguments_comes_first() -> None:
    old = program(go("build ./..."), go("test ./..."), go("vet ./..."))
    held = held_against(go("build ./..."), old)
    assert compared(held) == ["build ./...", "vet ./...", "test ./..."]


def test_without_such_a_command_the_last_one_of_the_same_kind_comes_first() -> None:
    old = program(go("build ./lib"), go("build ./cmd"), go("test ./..."))
    assert compared(held_against(go("build -race ./lib"), old))[0] == "build ./cmd"
    assert compared(held_against(go("vet ./..."), old))[0] == "test ./..."


def test_a_command_that_repeats_is_compared_with_its_own_repetition() -> None:
    first, second = (replace(go("build ./..."), seconds=seconds) for seconds in (1.0, 2.0))
    held = held_against(program(go("build ./..."), go("build ./...")), program(first, second))
    assert [next(one.earlier()).seconds for one in held.commands] == [1.0, 2.0]


def test_its_own_earlier_commands_do_not_count() -> None:
    held = held_against(replace(go("build ./..."), previous=go("test ./...")), go("build ./..."))
    assert compared(held) == ["build ./..."]


def test_without_a_recording_nothing_changes() -> None:
    now = go("build ./...")
    assert held_against(now, None) is now


def test_two_results_without_a_common_package_are_refused() -> None:
    other = replace(command("build ./..."), actions=(action(0, "example.com/other"),))
    with pytest.raises(RecordingError, match=r"no package in common: the one has .*/lib, the other has .*/other"):
        held_against(go("build ./..."), other)
    with pytest.raises(RecordingError, match="the other has none"):
        held_against(go("build ./..."), result())


def test_a_folder_is_no_recording(tmp_path: Path) -> None:
    for folder in (tmp_path, str(tmp_path)):
        with pytest.raises(UsageError, match=r"^against=.* is no Result: `load_result\(folder\)` reads one"):
            held_against(go("build ./..."), folder)  # type: ignore[arg-type]


@newest_go
def test_messages_call_it_the_recording(recorded: Callable[[str], list[Result]]) -> None:
    first, _, last, *_ = recorded("lib-edited")
    held = held_against(replace(last, previous=None), first)
    text = str(held.explain())
    assert "file lib.go changed since the recording" in text
    assert "step 1" not in text
    assert next(held.earlier()).title == f"`{' '.join(first.command)}` (the recording)"
