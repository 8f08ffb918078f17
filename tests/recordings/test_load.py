from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_gocache import (
    NoEvidenceError,
    RecordingError,
    Result,
    UsageError,
    assert_cached,
    assert_only_rebuilt,
    assert_rebuilt,
    assert_test_cached,
    assert_up_to_date,
)
from pytest_gocache.recordings.load import load_recording_or_log, load_result
from pytest_gocache.results.recording_files import write_recording


@pytest.fixture
def steps(recorded: Callable[[str], list[Result]], tmp_path: Path) -> list[Result]:
    for result in recorded("from-nothing"):
        write_recording(result, tmp_path / str(result.step))
    return [load_result(tmp_path / str(step)) for step in range(1, 7)]


def test_a_recorded_result_is_for_assertions_and_patterns(steps: list[Result]) -> None:
    build, test, again = steps[:3]
    assert_rebuilt(build, "./...")
    assert_cached(again, "./...")
    assert_test_cached(again, against=test)
    with pytest.raises(AssertionError, match=r"rebuilt by `go build ./...` \(step 1\) \[assert_cached\]"):
        assert_cached(build)


def test_a_failure_names_what_differs_from_the_recording(
    recorded: Callable[[str], list[Result]], tmp_path: Path
) -> None:
    first, _, last, *_ = recorded("lib-edited")
    first.save(tmp_path / "old")
    last.save(tmp_path / "new")
    old, new = load_result(tmp_path / "old"), load_result(tmp_path / "new")

    assert "for the first time" in str(new.explain())
    with pytest.raises(AssertionError, match="file lib.go changed since the recording"):
        assert_cached(new, "./lib", against=old)
    with pytest.raises(AssertionError, match="file lib.go changed since the recording"):
        assert_only_rebuilt(new, "./lib", against=old)


def test_a_recorded_result_can_be_saved_again(steps: list[Result], tmp_path: Path) -> None:
    steps[0].save(tmp_path / "copy")
    assert load_result(tmp_path / "copy") == steps[0]


def test_what_is_not_known_of_the_recorded_command_stays_unknown(steps: list[Result], tmp_path: Path) -> None:
    replace(steps[0], gaps=("it was killed",)).save(tmp_path / "gap")
    with pytest.raises(NoEvidenceError, match="it was killed"):
        assert_cached(load_result(tmp_path / "gap"))
    with pytest.raises(UsageError, match="assert_up_to_date"):
        assert_up_to_date(steps[0])


def test_something_else_than_a_path_is_refused() -> None:
    with pytest.raises(RecordingError, match="load_result: 7 is no path of a folder"):
        load_result(7)  # type: ignore[arg-type]


def test_what_is_no_path_is_refused(steps: list[Result]) -> None:
    with pytest.raises(UsageError, match="^Result.save: 5 is no path of a folder"):
        steps[0].save(5)  # type: ignore[arg-type]


@pytest.mark.parametrize("ran", [False, True])
def test_a_name_that_is_too_long_is_no_recording(tmp_path: Path, *, ran: bool) -> None:
    with pytest.raises(RecordingError):
        load_recording_or_log(tmp_path / ("a" * 300), ran=ran)


def test_a_recording_keeps_why_the_log_was_off(steps: list[Result], tmp_path: Path) -> None:
    for log_off in ("lib/go_test.go", "", None):
        around = replace(steps[1].circumstances, log_off=log_off)
        replace(steps[1], circumstances=around).save(tmp_path / f"off-{log_off is None}-{bool(log_off)}")
        loaded = load_result(tmp_path / f"off-{log_off is None}-{bool(log_off)}")
        assert loaded.circumstances.log_off == log_off
