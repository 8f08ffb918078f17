"""The toolchain in the ID of a test."""

from __future__ import annotations

import re

import pytest

__all__ = ["spec_of", "without_label"]


def spec_of(item: pytest.Item) -> str:
    """The toolchain that a test is parametrized with; empty when there is only one."""
    callspec = getattr(item, "callspec", None)
    return str(callspec.params.get("go_toolchain", "")) if callspec else ""


def without_label(nodeid: str, label: str) -> str:
    """A test's ID without the toolchain."""
    name, bracket, parameters = nodeid.partition("[")
    if not bracket:
        return nodeid
    others = re.sub(rf"(^|-){re.escape(label)}(?=-|$)", "", parameters[:-1], count=1).lstrip("-")
    return f"{name}[{others}]" if others else name
