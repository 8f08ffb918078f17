"""What a test read, by its own log, without the folders of Go and of the system."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pytest_gocache import Result
from pytest_gocache.explain.files_of_tests import files_read, modification_time, replayed

LIB = "example.com/app/lib"
LOG = b"""# test log
getenv HOME
open testdata/a.txt
stat ../common/b.txt
open /etc/shop.conf
open /proc/cpuinfo
open /go/src/fmt/print.go
open /cache/00/x
open /scratch/x
chdir /elsewhere
open c.txt
"""


def test_a_replayed_result_has_a_lookup(recorded: Callable[[str], list[Result]]) -> None:
    ran, cached = recorded("tested")[:2]
    hit = replayed(cached, LIB)
    assert hit is not None
    assert hit.inputs
    assert replayed(ran, LIB) is None
    assert replayed(cached, "example.com/app/none") is None


def test_what_a_test_read(recorded: Callable[[str], list[Result]]) -> None:
    result = recorded("tested")[1]
    env = {"GOCACHE": "/cache", "TMPDIR": "/scratch"}
    logs = {"key": LOG}
    around = replace(result.circumstances, env=env, goroot=Path("/go"), test_log=logs.get)
    result = replace(result, circumstances=around)
    root = result.cwd
    assert list(files_read(result, LIB, "key")) == [
        f"{root}/lib/testdata/a.txt",
        f"{root}/common/b.txt",
        "/etc/shop.conf",
        "/elsewhere/c.txt",
    ]
    assert list(files_read(result, LIB, "another key")) == []
    assert list(files_read(result, "elsewhere.org/lib", "key")) == []
    assert list(files_read(replace(result, circumstances=replace(around, test_log=None)), LIB, "key")) == []


def test_only_regular_files_have_a_time(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    os.utime(tmp_path / "file", (5, 5))
    assert modification_time(str(tmp_path / "file")) == 5
    assert modification_time(str(tmp_path)) == modification_time(str(tmp_path / "none")) == 0
