"""The rules for make that a C compiler writes."""

from __future__ import annotations

import pytest

from pytest_gocache.golang.make_rules import parse_rules


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("", []),
        ("a.o: a.c\n", [("a.o", ["a.c"])]),
        (
            "a.o: a.c \\\n /sdk/sdk.h ../b/inner.h\nb.o: b.c\n",
            [("a.o", ["a.c", "/sdk/sdk.h", "../b/inner.h"]), ("b.o", ["b.c"])],
        ),
        ("a.o: /my\\ sdk/a\\#b.h /cost/$$5.h\n", [("a.o", ["/my sdk/a#b.h", "/cost/$5.h"])]),
        ("-: /usr/include/x.h\n", [("-", ["/usr/include/x.h"])]),
        ("# a.o: a.c\n\n", []),
        ("a.o: a.c", [("a.o", ["a.c"])]),
        ("a.o: a.c /a1.h \\\n /a2.hb.o: b.c \\\n /b1.h\n /a3.h\nc.o: c.c\n", [("c.o", ["c.c"])]),
    ],
)
def test_rules(text: str, rules: list[tuple[str, list[str]]]) -> None:
    assert parse_rules(text.encode()) == rules


def test_a_name_that_is_not_utf_8() -> None:
    assert parse_rules(b"a.o: /\xff.h\n") == [("a.o", ["/\udcff.h"])]
