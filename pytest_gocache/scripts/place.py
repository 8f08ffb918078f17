"""Makes tracebacks name a line of a script, so that pytest shows it as it shows a line of Python."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from types import FunctionType

__all__ = ["at_line"]


def at_line(file: Path, line: int, length: int, first: int, step: Callable[[], None]) -> None:
    """Call ``step`` from a frame that is at ``line`` of ``file``; pytest shows the lines from ``first`` on.

    ``length`` is that of the line: pytest underlines what is less than a whole line.
    """
    __tracebackhide__ = True
    tree = ast.parse("\n" * (line - first) + "step()")
    for node in ast.walk(tree):
        if isinstance(node, ast.expr):
            node.end_col_offset = length
    code = compile(tree, str(file), "exec")
    FunctionType(code.replace(co_firstlineno=first, co_name=file.stem), {"step": step})()
