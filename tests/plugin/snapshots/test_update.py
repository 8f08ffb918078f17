"""Where the snapshots of a test are."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from pytest_gocache.plugin.snapshots.update import file_of


def name_of(nodeid: str, label: str = "") -> str:
    item = SimpleNamespace(nodeid=nodeid, name=nodeid.rpartition("::")[2], path=Path("/tests/test_a.py"))
    file = file_of(cast(pytest.Item, item), label)
    assert file.parent == Path("/tests/__gocache_snapshots__/test_a")
    return file.name


@pytest.mark.parametrize(
    ("nodeid", "label", "name"),
    [
        ("test_a.py::test_x", "", "test_x.txt"),
        ("test_a.py::TestA::test_x[1-a]", "", "TestA.test_x[1-a].txt"),
        ("test_a.py::test_x[go1.27.3-b]", "go1.27.3", "test_x[b].txt"),
        ("test_a.py::test_x[go1.27.3]", "go1.27.3", "test_x.txt"),
    ],
)
def test_the_file_has_the_name_of_the_test_without_the_toolchain(nodeid: str, label: str, name: str) -> None:
    assert name_of(nodeid, label) == name


def test_names_that_no_file_can_have_stay_apart() -> None:
    names = [name_of(f"test_a.py::test_x[{value}]") for value in ("a/b", "a_b", "a b", "é" * 300, "é" * 301)]
    assert len(set(names)) == len(names)
    assert max(len(name.encode()) for name in names) <= 255
