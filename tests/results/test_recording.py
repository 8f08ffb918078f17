"""A result as plain data and back, for what go commands of three versions did."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_gocache import Result
from pytest_gocache.golang.hashlog import HashBlock
from pytest_gocache.golang.testcache_log import Lookup, Lookups, PackageLookups
from pytest_gocache.results.logs import Log, Logs
from pytest_gocache.results.recording import as_data, from_data, recorded_command
from pytest_gocache.results.result import Circumstances
from tests.made_results import command


def again(result: Result) -> Result:
    return from_data(json.loads(json.dumps(as_data(result))), Path("/recording/001"), Circumstances(logs=Logs()))


def log_of(result: Result) -> Log:
    assert result.evidence is not None
    return result.circumstances.logs.read(result.evidence)


@pytest.mark.parametrize("scenario", ["from-nothing", "test-data", "stamped"])
def test_all_that_a_command_did_comes_back(recorded: Callable[[str], list[Result]], scenario: str) -> None:
    for result in recorded(scenario):
        back = again(result)
        kept = replace(result, command=recorded_command(result), stdout="", stderr="", written=())
        assert back == kept
        before, after = log_of(result), log_of(back)
        assert (after.by_id, after.vets, after.index) == (before.by_id, before.vets, before.index)


def test_the_inputs_of_test_results_come_back_and_no_other_hash_does(
    recorded: Callable[[str], list[Result]],
) -> None:
    found = 0
    for result in recorded("test-data"):
        before, after = log_of(result), log_of(again(result))
        assert after.by_sum.items() <= before.by_sum.items()
        found += sum(block.name == "testInputs" for block in after.by_sum.values())
    assert found


def hashed(name: str, *lines: str, number: int) -> HashBlock:
    return HashBlock(name, ("go1.27.3", *lines), f"{number:064x}")


def test_the_value_of_a_variable_with_the_name_of_a_secret_is_left_out() -> None:
    open_, secret = hashed("getenv", "\x01", "memory", number=1), hashed("getenv", "\x01", "t0ken", number=2)
    reads = hashed("testInputs", f"env BACKEND {1:064x}\n", f"env API_TOKEN {2:064x}\n", number=3)
    unrelated = hashed("getenv", "\x01", "0ther", number=4)
    lookups = Lookups({"example.com/app": PackageLookups([Lookup(f"{5:064x}", f"{3:064x}")])})
    logs = Logs()
    logs.keep(Path("/e"), Log.of([open_, secret, reads, unrelated], lookups))
    result = replace(command("test ./..."), evidence=Path("/e"))
    result = replace(result, circumstances=replace(result.circumstances, logs=logs))

    text = json.dumps(as_data(result))

    assert "memory" in text
    assert "env API_TOKEN" in text
    assert "t0ken" not in text
    assert "0ther" not in text


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("build -tags x ./...", "build -tags x ./..."),
        ("test ./lib -args -v", "test ./lib -args -v"),
        ("run ./cmd/app --token t0ken", "run ./cmd/app"),
        ("run -race ./cmd/app t0ken", "run -race ./cmd/app"),
        ("tool lint -token=t0ken", "tool"),
        ("env -w GOPROXY=https://u:t0ken@h", "env"),
        ("clean -cache", "clean -cache"),
    ],
)
def test_arguments_that_are_no_input_are_left_out(line: str, kept: str) -> None:
    assert recorded_command(command(line)) == ("go", *kept.split())


def test_a_command_without_evidence_has_no_inputs() -> None:
    data = as_data(replace(command("build ."), evidence=None))
    assert data["blocks"] == []
