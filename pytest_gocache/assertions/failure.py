"""How an assertion fails."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["fail"]


def fail(*parts: str) -> NoReturn:
    """Fail with a message of these parts, a line or more each; empty ones are left out."""
    raise AssertionError("\n".join(part for part in parts if part))
