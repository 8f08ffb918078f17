"""Logs: each is parsed once, and the latest used are kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_gocache.explain.history import log_of
from pytest_gocache.golang.hashlog import References
from pytest_gocache.results.logs import Log, Logs
from pytest_gocache.results.result import Circumstances
from tests.explain.recordings import step
from tests.recorded_results import first_command, first_log

LOG = first_log("1.27.3", "build")


def folders(parent: Path, count: int) -> list[Path]:
    made = [parent / str(number) for number in range(count)]
    for folder in made:
        folder.mkdir()
        (folder / "stderr").write_bytes(b"")
    return made


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The texts that were parsed."""
    texts: list[bytes] = []
    original = Log.parse

    def parse(text: bytes, references: References) -> Log:
        texts.append(text)
        return original(text, references)

    monkeypatch.setattr(Log, "parse", parse)
    return texts


def test_a_log_is_parsed_once(tmp_path: Path, parsed: list[bytes]) -> None:
    result = step(first_command("1.27.3", "build"), tmp_path, LOG, None)
    assert log_of(result).by_id
    assert log_of(result) is log_of(result)
    assert len(parsed) == 1


def test_a_different_test_reads_the_same_place_again(tmp_path: Path, parsed: list[bytes]) -> None:
    result = step(first_command("1.27.3", "build"), tmp_path, LOG, None)
    log_of(result)
    assert result.evidence is not None
    (result.evidence / "stderr").write_bytes(b"")
    assert not log_of(replace(result, circumstances=Circumstances())).by_id
    assert len(parsed) == 2


def test_a_log_that_is_gone_is_empty_and_not_remembered(tmp_path: Path) -> None:
    logs = Logs()
    assert logs.read(tmp_path / "0") == Log()
    folders(tmp_path, 1)
    (tmp_path / "0" / "stderr").write_bytes(LOG)
    assert logs.read(tmp_path / "0").by_id


def test_the_least_recently_used_is_forgotten(tmp_path: Path, parsed: list[bytes]) -> None:
    logs = Logs()
    first, *others, last = folders(tmp_path, 33)
    for folder in (first, *others, first, last):
        logs.read(folder)
    assert len(parsed) == 33
    logs.read(first)
    assert len(parsed) == 33
    logs.read(others[0])
    assert len(parsed) == 34


def test_the_index_stays_when_the_log_is_forgotten(tmp_path: Path, parsed: list[bytes]) -> None:
    logs = Logs()
    made = folders(tmp_path, 40)
    for _ in range(2):
        for folder in made:
            logs.index(folder)
    assert len(parsed) == 40


def test_the_index_has_the_ids_of_the_log(tmp_path: Path) -> None:
    result = step(first_command("1.27.3", "build"), tmp_path, LOG, None)
    log = log_of(result)
    assert log.index.ids == log.by_id.keys() != set()
    assert log.index.vets == {key: block.sum for key, block in log.vets.items()}
