"""The hooks that pytest-gocache calls: plugins and conftest files may implement them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_gocache.results.result import Result


@pytest.hookspec
def pytest_gocache_command(item: pytest.Item, result: Result, root: Path) -> None:
    """Called after each command of a test, before the next one overwrites its files.

    ``item`` is the test. ``result`` is what the command did. ``root`` is the test's folder: paths inside it differ from
    run to run. The hook runs in the process of the test. In a conftest file, mark an implementation with
    ``@pytest.hookimpl(optionalhook=True)``: pytest then also runs without this plugin.
    """
