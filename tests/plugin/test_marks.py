"""read_marks: what @pytest.mark.gocache(…) asks for."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_gocache.errors import UsageError
from pytest_gocache.plugin.marks import MARK, MarkSettings, read_marks


def mark(*args: Any, **kwargs: Any) -> pytest.Mark:
    made = pytest.mark.gocache.with_args(*args, **kwargs)
    return made.mark


@pytest.mark.parametrize(
    ("marks", "settings"),
    [
        ([], MarkSettings()),
        ([mark()], MarkSettings()),
        ([mark(warm=False)], MarkSettings(warm=False)),
        ([mark(warm="all")], MarkSettings(warm="all")),
        ([mark(go=">=1.25", cgo=True)], MarkSettings(go=">=1.25", cgo=True)),
        ([mark(env={"A": "1"})], MarkSettings(env={"A": "1"})),
        ([mark(warm=True), mark(warm=False)], MarkSettings(warm=True)),
        ([mark(cgo=False), mark(cgo=True, go=">=1.25")], MarkSettings(cgo=False, go=">=1.25")),
        ([mark(env={"A": "1"}), mark(env={"A": "2", "B": "2"})], MarkSettings(env={"A": "1", "B": "2"})),
    ],
)
def test_the_closest_mark_wins_keyword_by_keyword(marks: list[pytest.Mark], settings: MarkSettings) -> None:
    assert read_marks(marks) == settings
    assert read_marks(iter(marks)) == settings


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (mark(False), "takes keywords only (warm, go, env, cgo), not False"),
        (mark(wram=False), "has no keyword 'wram': did you mean 'warm'? it has warm, go, env, cgo"),
        (mark(quantum=1), "has no keyword 'quantum': it has warm, go, env, cgo"),
        (mark(warm=1), "warm=1 is int, not bool"),
        (mark(warm="none"), "the mark gocache's warm='none' is not True, False or 'all'"),
        (mark(warm=None), "warm=None is NoneType, not bool"),
        (mark(go=1.25), "go=1.25 is float, not str"),
        (mark(cgo="yes"), "cgo='yes' is str, not bool"),
        (mark(env="A=1"), "env='A=1' is str, not dict"),
        (mark(env={"A": 1}), "env has 'A': 1; names are strings, values strings or None"),
        (mark(env={1: "A"}), "env has 1: 'A'; names are strings, values strings or None"),
    ],
)
def test_a_wrong_mark_is_an_error_that_says_what_is_right(wrong: pytest.Mark, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_marks([mark(warm=True), wrong])
    assert message in str(caught.value)


def test_reading_does_not_change_the_marks() -> None:
    env = {"A": "2"}
    read_marks([mark(env={"A": "1"}), mark(env=env)])
    assert env == {"A": "2"}


def test_the_registered_line_names_every_keyword() -> None:
    assert MARK.startswith("gocache(")
    assert all(f"{name}=" in MARK for name in MarkSettings.__dataclass_fields__)
