"""Tables of the docs whose columns are Go versions."""

from __future__ import annotations

import re
from pathlib import Path

from pytest_gocache import GoVersion


def column(page: Path, version: GoVersion) -> dict[str, str]:
    """The column of a version, or of the nearest older one that has a column: the row's first cell → the cell."""
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    head = next(row for row in rows if re.fullmatch(r"\d+\.\d+\.\d+", row[-1]))
    columns = {i: tuple(map(int, text.split("."))) for i, text in enumerate(head) if re.fullmatch(r"[\d.]+", text)}
    nearest = max(i for i, release in columns.items() if release <= version.release)
    return {row[0]: row[nearest] for row in rows[rows.index(head) + 2 :] if len(row) == len(head)}
