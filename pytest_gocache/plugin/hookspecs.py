"""The hooks that pytest-gocache calls: plugins and conftest files may implement them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_gocache.results.result import Result


@pytest.hookspec
def pytest_gocache_command(item: pytest.Item, result: Result, root: Path) -> None:
    """A command of a test has ended, and its files are as it left them.

    ``item`` is the test, ``result`` what the command did, and ``root`` the test's own folder: paths in ``result``
    that differ from run to run lie below it. The hook is called in the process that runs the test, before the command
    returns to it.
    """
