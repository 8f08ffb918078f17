"""The hosts of a run: with ``--tx ssh=…``, pytest-xdist starts workers on other computers."""

from __future__ import annotations

import re
from typing import Any

import pytest

__all__ = [
    "COLUMNS",
    "INPUT",
    "columns_of",
    "host_of",
    "host_of_process",
    "hosts_of_run",
    "is_worker",
    "runs_tests_here",
]

INPUT = "gocache-host"
"""The key in a worker's input that has its host."""

COLUMNS = "gocache-columns"
"""The key in a worker's input that has the width of the controller's terminal."""


def host_of(spec: Any) -> str:
    """The host of a worker, as ``--tx`` names it; empty for this computer. ``spec`` is an `execnet.XSpec`."""
    return str(spec.ssh or spec.vagrant_ssh or spec.socket or spec.via or "")


def is_worker(config: pytest.Config) -> bool:
    """Whether this process is a worker of pytest-xdist, on whatever host."""
    return hasattr(config, "workerinput")


def host_of_process(config: pytest.Config) -> str:
    """The host of this process, as the controller names it; empty on the controller's computer."""
    return str(config.workerinput.get(INPUT, "")) if hasattr(config, "workerinput") else ""


def columns_of(config: pytest.Config) -> int:
    """The width of the terminal that shows the failures, in characters; 0 when nothing shows them."""
    if hasattr(config, "workerinput"):
        return int(config.workerinput.get(COLUMNS, 0))
    if not config.pluginmanager.has_plugin("terminalreporter"):
        return 0
    return int(config.get_terminal_writer().fullwidth)


def hosts_of_run(config: pytest.Config) -> frozenset[str]:
    """The hosts on which the controller runs tests; the empty one is its own computer."""
    specs = config.getoption("tx", None)
    if config.getoption("dist", "no") == "no" or not specs:
        return frozenset([""])
    from execnet import XSpec

    try:
        return frozenset(host_of(XSpec(re.sub(r"^\d+\*", "", spec))) for spec in specs)
    except (AttributeError, ValueError):
        return frozenset([""])  # pytest-xdist says what is wrong with --tx


def runs_tests_here(config: pytest.Config) -> bool:
    """Whether tests run on this computer: False in a controller whose workers are all on other hosts."""
    return is_worker(config) or "" in hosts_of_run(config)
