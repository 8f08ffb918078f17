"""Makes tracebacks name a line of a script, so that pytest shows it as it shows a line of Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import FunctionType

__all__ = ["at_line"]


def at_line(file: Path, line: int, first: int, step: Callable[[], None]) -> None:
    """Call ``step`` from a frame that is at ``line`` of ``file``; pytest shows the lines from ``first`` on."""
    __tracebackhide__ = True
    code = compile("\n" * (line - first) + "step()", str(file), "exec")
    FunctionType(code.replace(co_firstlineno=first, co_name=file.stem), {"step": step})()
