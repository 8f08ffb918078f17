"""What the reports say of a run: versions, time and commit, and for each toolchain its version, platform and CPUs."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import pytest_gocache

if TYPE_CHECKING:
    from pytest_gocache.host.toolchain import GoToolchain

__all__ = ["cpus_in_words", "facts_of_run", "facts_of_toolchain", "in_one_line"]


def facts_of_run(repository: Path) -> dict[str, Any]:
    """The facts of this process, as JSON types.

    ``started`` is the present time in UTC. ``repository`` has the commit of ``repository`` and whether the working tree
    is dirty; it is None when git cannot say. The other keys are versions.
    """
    from pytest_gocache.host.commit import commit_of

    commit = commit_of(repository, os.environ)
    return {
        "started": datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "pytest-gocache": pytest_gocache.__version__,
        "pytest": pytest.__version__,
        "python": platform.python_version(),
        "repository": asdict(commit) if commit else None,
    }


def facts_of_toolchain(toolchain: GoToolchain) -> dict[str, Any]:
    """A toolchain on this computer, as JSON types.

    ``go`` is the version. ``goos`` and ``goarch`` are the target of its commands. ``env`` is its environment from
    ``gocache.toml``. ``cpus`` is the number of CPUs that its commands may use.
    """
    from pytest_gocache.host.cpu import cpu_count

    return {
        "go": str(toolchain.version),
        "goos": toolchain.extra_env.get("GOOS") or toolchain.env["GOOS"],
        "goarch": toolchain.extra_env.get("GOARCH") or toolchain.env["GOARCH"],
        "cpus": cpu_count(),
        "env": dict(toolchain.extra_env),
    }


def in_one_line(toolchain: dict[str, Any]) -> str:
    """``go1.27.3 linux/amd64, 2 CPUs``, from `facts_of_toolchain`; with a ``host``, also ``on build2``."""
    where = f" on {toolchain['host']}" if toolchain.get("host") else ""
    return f"{toolchain['go']} {toolchain['goos']}/{toolchain['goarch']}, {cpus_in_words(toolchain['cpus'])}{where}"


def cpus_in_words(count: int) -> str:
    """``1 CPU``, ``2 CPUs``."""
    return f"{count} CPU{'' if count == 1 else 's'}"
