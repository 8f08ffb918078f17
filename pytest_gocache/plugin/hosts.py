"""The hosts of a run: with ``--tx ssh=…``, pytest-xdist starts workers on other computers."""

from __future__ import annotations

import re
from typing import Any

import pytest

__all__ = ["host_of", "host_of_process", "is_worker", "runs_tests_here"]

INPUT = "gocache-host"


def host_of(spec: Any) -> str:
    """The host of a worker, as ``--tx`` names it; empty for this computer. ``spec`` is an `execnet.XSpec`."""
    return str(spec.ssh or spec.vagrant_ssh or spec.socket or spec.via or "")


def is_worker(config: pytest.Config) -> bool:
    """Whether this process is a worker of pytest-xdist, on whatever host."""
    return hasattr(config, "workerinput")


def host_of_process(config: pytest.Config) -> str:
    """The host of this process, as the controller names it; empty on the controller's computer."""
    return str(config.workerinput.get(INPUT, "")) if hasattr(config, "workerinput") else ""


def runs_tests_here(config: pytest.Config) -> bool:
    """Whether tests run on this computer: False in a controller whose workers are all on other hosts."""
    specs = config.getoption("tx", None)
    if is_worker(config) or config.getoption("dist", "no") == "no" or not specs:
        return True
    from execnet import XSpec

    try:
        return not all(host_of(XSpec(re.sub(r"^\d+\*", "", spec))) for spec in specs)
    except (AttributeError, ValueError):
        return True  # pytest-xdist says what is wrong with --tx
