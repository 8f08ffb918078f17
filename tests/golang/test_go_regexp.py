"""Regular expressions in Go's syntax."""

from __future__ import annotations

import pytest

from pytest_gocache.golang.go_regexp import compile_go


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^b$", "a\nb\nc"),
        (r"\Aa", "a\nb"),
        (r"c\z", "a\nc"),
        (r"a\.b", "a.b"),
        ("[[:alpha:]]+[[:digit:]]", "ab1"),
        ("[^[:space:]]", "a"),
        (r"x\Qa.b(\Ey", "xa.b(y"),
        (r"\Qa.b", "a.b"),
        ("a(?i)B", "ab"),
        ("(?i)AB|cd", "CD"),
        ("(?s)a.b", "a\nb"),
        ("(?P<name>a)b", "ab"),
        ("(?<name>a)b", "ab"),
        (r"\x{e9}", "é"),
        (r"[\]]", "]"),
        ("[]a]", "]"),
        ("[^]a]", "b"),
        ("[[a]", "["),
        (r"a{2}\/\-", "aa/-"),
    ],
)
def test_patterns_that_match(pattern: str, text: str) -> None:
    assert compile_go(pattern).search(text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("a.b", "a\nb"), (r"\d", "٣"), (r"\w", "é"), ("a(?i)B", "AB"), (r"a\z", "a\nb"), (r"x\Qa.b\E", "xaxb")],
)
def test_patterns_that_do_not_match(pattern: str, text: str) -> None:
    assert compile_go(pattern).search(text) is None


@pytest.mark.parametrize("pattern", ["(", "[a", "a**", r"\pL", r"\p{Greek}"])
def test_patterns_that_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="."):
        compile_go(pattern)
