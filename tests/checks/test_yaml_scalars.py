"""The scalars of YAML files."""

from __future__ import annotations

import pytest

from pytest_gocache.checks.yaml_scalars import YamlError, scalars_of


def test_scalars_have_their_keys_and_lines() -> None:
    assert list(scalars_of("a:\n  - b: x\n    c: |\n      y\n      z\n")) == [
        (("a", "0", "b"), "x", 2),
        (("a", "0", "c"), "y\nz\n", 4),
    ]
    assert list(scalars_of("")) == []


@pytest.mark.parametrize(
    "text", ["&a [*a]", "\n".join(["a0: &a0 x", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))])]
)
def test_aliases_that_repeat_end(text: str) -> None:
    assert len(list(scalars_of(text))) <= 20_000


def test_no_yaml() -> None:
    with pytest.raises(YamlError):
        list(scalars_of("a: ["))
