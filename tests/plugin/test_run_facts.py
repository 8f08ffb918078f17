"""The facts of a run and of its toolchains."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

import pytest

import pytest_gocache
from pytest_gocache import GoVersion
from pytest_gocache.host.cpu import cpu_count
from pytest_gocache.host.toolchain import GoToolchain
from pytest_gocache.plugin.run_facts import facts_of_run, facts_of_toolchain, in_one_line


def test_a_run_has_versions_time_and_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    facts = facts_of_run(tmp_path)
    assert json.loads(json.dumps(facts)) == facts
    assert facts["pytest-gocache"] == version("pytest-gocache") == pytest_gocache.__version__
    assert facts["pytest"] == pytest.__version__
    assert re.fullmatch(r"3\.\d+\.\d+.*", facts["python"])
    assert facts["repository"] is None
    started = datetime.strptime(facts["started"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    assert abs((datetime.now(timezone.utc) - started).total_seconds()) < 60


def test_a_toolchain_has_version_platform_and_cpus() -> None:
    env = {"GOOS": "linux", "GOARCH": "amd64"}
    toolchain = GoToolchain(Path("/go"), GoVersion.parse("go1.27.3"), env, "compile", {"GOARCH": "arm64"})
    facts = facts_of_toolchain(toolchain)
    assert facts == {
        "go": "go1.27.3",
        "goos": "linux",
        "goarch": "arm64",
        "cpus": cpu_count(),
        "env": {"GOARCH": "arm64"},
    }
    assert in_one_line({**facts, "cpus": 1}) == "go1.27.3 linux/arm64, 1 CPU"
    assert in_one_line({**facts, "cpus": 2, "host": "build2"}) == "go1.27.3 linux/arm64, 2 CPUs on build2"
