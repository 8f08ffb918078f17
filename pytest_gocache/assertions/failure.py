"""How an assertion fails."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["fail"]


def fail(*parts: str) -> NoReturn:
    """Raise `AssertionError` with these parts, one or more lines each; empty parts are left out."""
    raise AssertionError("\n".join(part for part in parts if part))
