"""Results made again from what real go commands did: ``tests/recorded/record.py`` has the scenarios."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from pytest_gocache.explain.explainer import explain
from pytest_gocache.golang.action import Kind, TestStatus
from pytest_gocache.golang.actiongraph import parse_action_graph
from pytest_gocache.golang.hashlog import HashBlock, parse_hash_log, split_debug_lines, test_variants
from pytest_gocache.golang.test_output import parse_test_output
from pytest_gocache.results import seen_files
from pytest_gocache.results.result import CacheEvent, Circumstances, Result
from pytest_gocache.results.seen_files import Texts

VERSIONS = ("1.21.13", "1.25.5", "1.27.3")
newest_go = pytest.mark.parametrize("go_version", VERSIONS[-1:], indirect=True)
"""For a message that differs between Go versions: the test runs for the newest only."""
FROM_NOTHING = ("build", "test", "test again", "vet", "failed build", "failed test")
"""The commands of the scenario ``from-nothing``, which starts with an empty build cache."""
RECORDED = Path(__file__).with_name("recorded")


def unpack(version: str, folder: Path) -> None:
    """Put the scenarios of a Go version into a folder, one folder each."""
    with tarfile.open(RECORDED / version / "scenarios.tar.xz") as tar:
        for member in tar:
            file = folder / member.name
            file.parent.mkdir(parents=True, exist_ok=True)
            content = tar.extractfile(member)
            assert content is not None
            file.write_bytes(content.read())


def read_results(scenario: Path) -> list[Result]:
    """The results of an unpacked scenario's commands, in their order, each with those before it."""
    results: list[Result] = []
    texts = Texts()
    for folder in sorted(scenario.iterdir(), key=lambda path: int(path.name)):
        results.append(_read(folder, results, texts))
    return results


def graph_text(result: Result) -> bytes:
    """The action graph that a recorded command wrote."""
    assert result.evidence is not None
    return (result.evidence / "graph.json").read_bytes()


def log_text(result: Result) -> bytes:
    """What a recorded command wrote to stderr, with Go's debug lines."""
    assert result.evidence is not None
    return (result.evidence / "stderr").read_bytes()


def blocks_of(result: Result) -> tuple[HashBlock, ...]:
    """The blocks of hash inputs that a recorded command wrote."""
    return parse_hash_log(log_text(result))


def _read(folder: Path, before: Sequence[Result], texts: Texts) -> Result:
    facts = json.loads((folder / "step.json").read_text(encoding="utf-8"))
    cwd = Path(facts["cwd"])
    with mock.patch.object(seen_files, "time", SimpleNamespace(time=lambda: facts["started"])):
        for path, text in facts["sources"].items():
            texts.add(str(cwd / path), text.encode())
    stderr = (folder / "stderr").read_bytes() if (folder / "stderr").is_file() else b""
    graph = folder / "graph.json"
    actions = parse_action_graph(graph.read_bytes(), test_variants(stderr)) if graph.is_file() else ()
    tested = {action.import_path for action in actions if action.kind is Kind.TEST}
    outcomes = parse_test_output(facts["stdout"]) if facts["command"][1] == "test" else {}
    return Result(
        command=tuple(facts["command"]),
        step=facts["step"],
        cwd=cwd,
        returncode=facts["returncode"],
        stdout=facts["stdout"],
        stderr=split_debug_lines(stderr).decode(),
        seconds=facts["seconds"],
        actions=actions,
        tests={n: o for n, o in outcomes.items() if n in tested or o.status is TestStatus.BUILD_FAILED},
        std=frozenset(a.package for a in actions if a.kind is Kind.COMPILE and "." not in a.package.split("/")[0]),
        modules=facts["modules"],
        downloads=tuple(facts["downloads"]),
        circumstances=_circumstances(facts, texts),
        evidence=folder,
        previous=before[-1] if before else None,
    )


def _circumstances(facts: dict[str, Any], texts: Texts) -> Circumstances:
    return Circumstances(
        env=facts["env"],
        cwd=Path(facts["cwd"]),
        cpus=facts["cpus"],
        started=facts["started"],
        events=tuple(CacheEvent(what, packages and frozenset(packages)) for what, packages in facts["events"]),
        texts=texts,
        explain=explain,
    )
