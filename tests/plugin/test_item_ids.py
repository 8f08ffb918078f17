"""The toolchain in the ID of a test."""

from __future__ import annotations

import pytest

from pytest_gocache.plugin.item_ids import spec_of, without_label


def test_a_test_on_one_toolchain_has_none(request: pytest.FixtureRequest) -> None:
    assert spec_of(request.node) == ""


@pytest.mark.parametrize("go_toolchain", ["1.27.3"])
def test_a_test_on_several_names_its_own(request: pytest.FixtureRequest, go_toolchain: str) -> None:
    assert spec_of(request.node) == go_toolchain == "1.27.3"


@pytest.mark.parametrize(
    ("nodeid", "plain"),
    [
        ("test_a.py::test_x", "test_a.py::test_x"),
        ("test_a.py::test_x[go1.27.3]", "test_a.py::test_x"),
        ("test_a.py::test_x[go1.27.3-b]", "test_a.py::test_x[b]"),
        ("test_a.py::test_x[a-go1.27.3]", "test_a.py::test_x[a]"),
        ("test_a.py::test_x[a-go1.27.3-b]", "test_a.py::test_x[a-b]"),
        ("test_a.py::test_x[go1.27.30]", "test_a.py::test_x[go1.27.30]"),
    ],
)
def test_an_id_without_the_toolchain(nodeid: str, plain: str) -> None:
    assert without_label(nodeid, "go1.27.3") == plain
