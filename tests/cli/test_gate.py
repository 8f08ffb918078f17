"""``pytest-gocache gate``: the gate, by its short name."""

from __future__ import annotations

import pytest

from pytest_gocache.cli import gate
from pytest_gocache.cli.main import main


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (["gate", "1.25.5..1.27.3"], ["--go-gate", "1.25.5..1.27.3"]),
        (["gate", "a..b", "x", "y", "--", "-n", "2"], ["x", "y", "--go-gate", "a..b", "-n", "2"]),
    ],
)
def test_it_is_pytest_with_the_option(words: list[str], options: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[str]] = []

    def ran(options: list[str]) -> int:
        given.append(options)
        return 0

    monkeypatch.setattr(gate, "run_pytest", ran)
    assert main(words) == 0
    assert given == [options]
