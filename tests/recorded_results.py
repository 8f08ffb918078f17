"""Results made again from what real go commands did: ``tests/recorded/record.py`` has the scenarios."""

from __future__ import annotations

import functools
import json
import lzma
import posixpath
import re
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from pytest_gocache.explain.cache_keys import cache_key
from pytest_gocache.explain.explainer import explain
from pytest_gocache.golang.action import Kind, TestStatus
from pytest_gocache.golang.actiongraph import parse_action_graph
from pytest_gocache.golang.hashlog import HashBlock, parse_hash_log, split_debug_lines
from pytest_gocache.golang.test_output import parse_test_output
from pytest_gocache.results import seen_files
from pytest_gocache.results.cache_event import CacheEvent, CacheOperation
from pytest_gocache.results.file_tree import FileState, FileTree
from pytest_gocache.results.logs import Logs
from pytest_gocache.results.recording_files import write_recording
from pytest_gocache.results.result import Circumstances, Result
from pytest_gocache.results.seen_files import Texts

VERSIONS = ("1.21.13", "1.25.5", "1.27.3")
newest_go = pytest.mark.parametrize("go_version", VERSIONS[-1:], indirect=True)
"""For a message that differs between Go versions: the test runs for the newest only."""
FROM_NOTHING = ("build", "test", "test again", "vet", "failed build", "failed test")
"""The commands of the scenario ``from-nothing``, which starts with an empty build cache."""
_RECORDED = Path(__file__).with_name("recorded")


def read_results(version: str, scenario: str, folder: Path) -> list[Result]:
    """The results of a scenario's commands, as the steps of one test whose evidence is in ``folder``."""
    results: list[Result] = []
    texts, logs = Texts(), Logs()
    for number, files in _commands(version, scenario).items():
        evidence = folder / number
        evidence.mkdir(parents=True)
        for name, content in files.items():
            (evidence / name).write_bytes(content)
        facts = json.loads(files["step.json"])
        previous = results[-1] if results else None
        circumstances = _circumstances(facts, texts, logs)
        results.append(replace(_result(files), circumstances=circumstances, evidence=evidence, previous=previous))
    return results


@functools.cache
def compiled_variables(version: str) -> bytes:
    """The archive that Go made of a package with variables: ``variables.go`` beside the recorded scenarios."""
    return lzma.decompress((_RECORDED / version / "variables.a.xz").read_bytes())


@functools.cache
def first_command(version: str, name: str) -> Result:
    """The result of one of the commands `FROM_NOTHING`, by itself: without evidence, and without what it ran in."""
    return _result(_commands(version, "from-nothing")[str(FROM_NOTHING.index(name) + 1)])


def first_log(version: str, name: str) -> bytes:
    """What that command wrote to stderr, with Go's debug lines."""
    return _commands(version, "from-nothing")[str(FROM_NOTHING.index(name) + 1)]["stderr"]


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


def _commands(version: str, scenario: str) -> dict[str, dict[str, bytes]]:
    """Number of a command -> name of a file -> content, in the order of the commands."""
    found: dict[str, dict[str, bytes]] = {}
    for path, content in _members(version).items():
        name, number, file = path.split("/")
        if name == scenario:
            found.setdefault(number, {})[file] = content
    return dict(sorted(found.items(), key=lambda item: int(item[0])))


@functools.cache
def _members(version: str) -> Mapping[str, bytes]:
    found = {}
    with tarfile.open(_RECORDED / version / "scenarios.tar.xz") as tar:
        for member in tar:
            content = tar.extractfile(member)
            assert content is not None
            found[member.name] = content.read()
    return found


def _result(files: Mapping[str, bytes]) -> Result:
    facts = json.loads(files["step.json"])
    stderr = files.get("stderr", b"")
    actions = parse_action_graph(files["graph.json"], stderr) if "graph.json" in files else ()
    tested = {action.import_path for action in actions if action.kind is Kind.TEST}
    outcomes = parse_test_output(facts["stdout"]) if facts["command"][1] == "test" else {}
    return Result(
        command=tuple(facts["command"]),
        step=facts["step"],
        cwd=Path(facts["cwd"]),
        returncode=facts["returncode"],
        stdout=facts["stdout"],
        stderr=split_debug_lines(stderr).decode(),
        seconds=facts["seconds"],
        actions=actions,
        tests={n: o for n, o in outcomes.items() if n in tested or o.status is TestStatus.BUILD_FAILED},
        std=frozenset(a.package for a in actions if a.kind is Kind.COMPILE and "." not in a.package.split("/")[0]),
        modules=facts["modules"],
        downloads=tuple(facts["downloads"]),
    )


def _circumstances(facts: Mapping[str, Any], texts: Texts, logs: Logs) -> Circumstances:
    with mock.patch.object(seen_files, "time", SimpleNamespace(time=lambda: facts["started"])):
        for path, text in facts["sources"].items():
            texts.add(f"{facts['cwd']}/{path}", text.encode())
    return Circumstances(
        env=facts["env"],
        cwd=Path(facts["cwd"]),
        cpus=facts["cpus"],
        started=facts["started"],
        events=tuple(_event(*event) for event in facts["events"]),
        texts=texts,
        files=FileTree(files={path: FileState(len(text), hash(text)) for path, text in facts["sources"].items()}),
        logs=logs,
        explain=explain,
        cache_key=cache_key,
        save=write_recording,
        list_packages=_list_packages,
    )


def _list_packages(result: Result, patterns: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """What go list says of the recorded module: all its packages are in the action graphs."""
    names = {action.import_path for then in (result, *result.earlier()) for action in then.actions}
    return listed(result, patterns, names)


def _event(operation: str, packages: list[str] | None, seconds: float | None) -> CacheEvent:
    by = None if seconds is None else timedelta(seconds=seconds)
    return CacheEvent(CacheOperation[operation], None if packages is None else frozenset(packages), by)


def listed(result: Result, patterns: Sequence[str], names: Iterable[str] = ()) -> Mapping[str, frozenset[str]]:
    """What go list says of one module in which each folder is a package; ``names`` are the packages for wildcards."""
    found = {}
    for text in patterns:
        path = posixpath.normpath(f"{result.modules['.']}/{text}" if text.startswith(".") else text)
        pattern = re.compile(re.escape(path).replace(r"/\.\.\.", "(/.*)?").replace(r"\.\.\.", ".*"))
        found[text] = frozenset(name for name in {path, *names} if pattern.fullmatch(name))
    return found
