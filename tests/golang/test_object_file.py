"""The string variables in compiled packages of real Go versions."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from pytest_gocache.golang.object_file import StringVariable, string_variables
from tests.recorded_results import VERSIONS, compiled_variables


@pytest.mark.parametrize("version", VERSIONS)
def test_string_variables(version: str) -> None:
    # An int, a constant, a type of its own and functions with strings are in the package, too.
    assert string_variables(compiled_variables(version)) == (
        StringVariable("Version", in_init=False),
        StringVariable("Named", in_init=False),
        StringVariable("Unused", in_init=False),
        StringVariable("Called", in_init=True),
    )


def test_other_bytes() -> None:
    assert string_variables(b"") is None
    assert string_variables(b"\x7fELF") is None
    assert string_variables(b"!<arch>\n") is None


@given(at=strategies.integers(0, 20_000), bytes_=strategies.binary(max_size=8), cut=strategies.booleans())
def test_damaged_bytes_raise_nothing(at: int, bytes_: bytes, cut: bool) -> None:  # noqa: FBT001
    archive = compiled_variables(VERSIONS[-1])
    string_variables(archive[:at] + bytes_ + (b"" if cut else archive[at + len(bytes_) :]))
