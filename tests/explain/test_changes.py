"""text_diff shows what an edit has changed in a file."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from pytest_gocache.explain.changes import text_diff


@pytest.mark.parametrize(
    ("old", "new", "diff"),
    [
        pytest.param(b"a\nb\nc\n", b"a\nB\nc\n", ["- b", "+ B"], id="changed"),
        pytest.param(b"a\n", b"a\nb\n", ["+ b"], id="added"),
        pytest.param(b"a\nb\n", b"b\n", ["- a"], id="removed"),
        pytest.param(b"a\nb\nc\nd\n", b"A\nb\nc\nD\n", ["- a", "+ A", "- d", "+ D"], id="two-places"),
        pytest.param(b"", b"a\n", ["+ a"], id="from-nothing"),
        pytest.param("é\n".encode(), "è\n".encode(), ["- é", "+ è"], id="utf-8"),
        pytest.param(b"a\r\nb\r\n", b"a\r\nB\r\n", ["- b", "+ B"], id="carriage-returns"),
        # Only the indentation that all the lines share is taken away.
        pytest.param(b"{\n\t\tone\n}\n", b"{\n\t\ttwo\n}\n", ["- one", "+ two"], id="dedent"),
        pytest.param(
            b"\tif a {\n\t\tb\n", b"\tif c {\n\t\td\n", ["- if a {", "-     b", "+ if c {", "+     d"], id="tabs"
        ),
        pytest.param(b"x\n", b"  x\n", ["- x", "+   x"], id="indented"),
        pytest.param(b"a\n- b\n+ c\n", b"a\n", ["- - b", "- + c"], id="like-a-diff"),
        # What no person reads.
        pytest.param(b"a\0b\n", b"a\n", [], id="binary-before"),
        pytest.param(b"a\n", b"a\0b\n", [], id="binary-after"),
        pytest.param(b"\xff\n", b"a\n", [], id="no-utf-8-before"),
        pytest.param(b"a\n", b"\xe9\n", [], id="no-utf-8-after"),
    ],
)
def test_a_diff_has_the_lines_that_differ(old: bytes, new: bytes, diff: list[str]) -> None:
    assert list(text_diff(old, new)) == diff


@pytest.mark.parametrize(("old", "new"), [(b"a\n", b"a"), (b"a", b"a\n"), (b"a\nb\n", b"a\r\nb\r\n"), (b"a\n", b"a\n")])
def test_texts_that_differ_only_in_how_lines_end_have_no_lines_that_differ(old: bytes, new: bytes) -> None:
    assert text_diff(old, new) == ()


@pytest.mark.parametrize(("number", "more"), [(8, []), (9, ["… 1 more"]), (30, ["… 22 more"])])
def test_a_long_diff_is_cut_after_eight_lines(number: int, more: list[str]) -> None:
    added = "".join(f"line {n}\n" for n in range(number)).encode()
    lines = text_diff(b"same\n", b"same\n" + added)
    assert list(lines[:8]) == [f"+ line {n}" for n in range(8)]
    assert [line.partition(" line")[0] for line in lines[8:]] == more


LINES = st.lists(st.sampled_from(["a", "b", "\tc", "  d", ""]), max_size=12)


@given(LINES, LINES)
def test_what_is_taken_and_given_makes_the_one_text_of_the_other(old: list[str], new: list[str]) -> None:
    before, after = ("".join(f"{line}\n" for line in lines).encode() for lines in (old, new))
    if old == new:
        return  # what such texts say is told above
    *lines, last = text_diff(before, after)
    shown = lines if last.startswith("…") else [*lines, last]
    assert all(line[:1] in ("-", "+") for line in shown)
    if last.startswith("…"):
        assert len(shown) == 8
    else:
        balance = sum(1 if line[0] == "+" else -1 for line in shown)
        assert balance == len(new) - len(old)


@given(st.binary(), st.binary())
def test_a_diff_of_any_bytes_is_never_long(old: bytes, new: bytes) -> None:
    if old.splitlines() != new.splitlines():
        assert len(text_diff(old, new)) <= 9
