"""pytest-xdist: what the controller hands to its workers and gets from them. No file goes from one to the other."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

import pytest_gocache
from pytest_gocache.plugin.hosts import COLUMNS, INPUT, columns_of, host_of, host_of_process, is_worker

__all__ = ["REPORTED", "check_commit", "refuse"]

REPORTED = "gocache-reports"
"""The key in a worker's input: whether the controller reports what tests did."""

_COMMIT = "gocache-commit"
_ERROR = "gocache-error"
_OUTPUT = "gocache"
_PROBE_SECONDS = 60.0
# Runs on the host of a worker, before pytest does, in whatever Python is there.
_PROBE = """
import importlib.metadata, sys
try:
    version = importlib.metadata.version("pytest-gocache")
except importlib.metadata.PackageNotFoundError:
    version = ""
channel.send((version, sys.executable))
"""
_HEAD: pytest.StashKey[str] = pytest.StashKey()
_OUTPUTS: pytest.StashKey[list[tuple[str, dict[str, Any]]]] = pytest.StashKey()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """In the controller, check the host of a worker, and tell the worker what it cannot know."""
    host = host_of(node.gateway.spec)
    if host or node.gateway.spec.python:
        _check_version(node.gateway, host)
    node.workerinput[REPORTED] = node.config.pluginmanager.has_plugin("gocache-reports")
    node.workerinput[INPUT] = host
    node.workerinput[COLUMNS] = columns_of(node.config)
    node.workerinput[_COMMIT] = _head(node.config) if host else ""


def _check_version(gateway: Any, host: str) -> None:
    """Raise `pytest.UsageError` unless a worker has this version of the library: the two exchange its data."""
    import execnet

    place = host or gateway.spec.python
    try:
        channel = gateway.remote_exec(_PROBE)
        found, python = channel.receive(_PROBE_SECONDS)
        channel.waitclose(_PROBE_SECONDS)
    except (OSError, EOFError, execnet.RemoteError, execnet.TimeoutError) as error:
        raise pytest.UsageError(f"{place} does not say which pytest-gocache it has:\n{error}") from error
    version = pytest_gocache.__version__
    if found != version:
        has = f"has pytest-gocache {found}" if found else "has no pytest-gocache"
        raise pytest.UsageError(
            f"{place} {has}, and this computer has {version}: install the same version on all hosts "
            f"({python} -m pip install pytest-gocache=={version})"
        )


def _head(config: pytest.Config) -> str:
    """The commit of the repository under test on this computer; empty when there is none."""
    from pytest_gocache.host.commit import head_of
    from pytest_gocache.plugin.options import read_settings

    if _HEAD not in config.stash:
        repository = read_settings(config).repository
        config.stash[_HEAD] = (head_of(repository, os.environ) if repository.is_dir() else None) or ""
    return config.stash[_HEAD]


def check_commit(config: pytest.Config, repository: Path) -> None:
    """In a worker on a different host, raise `pytest.UsageError` if its repository has a different commit.

    A host whose repository has no commit is not checked, nor is any when the controller's has none.
    """
    expected = config.workerinput.get(_COMMIT) if hasattr(config, "workerinput") else None
    if not expected:
        return
    from pytest_gocache.host.commit import head_of

    found = head_of(repository, os.environ)
    if found and found != expected:
        raise pytest.UsageError(
            f"{repository} is at commit {found}, and the repository of the controller at {expected}: "
            "check out the same commit on all hosts"
        )


def refuse(config: pytest.Config, error: pytest.UsageError) -> None:
    """Keep a worker from running tests, with an error for the controller; in any other process, raise the error.

    An exception would not do: pytest-xdist starts a new worker in place of one that dies, and waits for it.
    """
    if not hasattr(config, "workeroutput"):
        raise error
    config.workeroutput[_ERROR] = str(error)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """End a worker that has been refused: only now can it end in good order, with its output."""
    error = getattr(session.config, "workeroutput", {}).get(_ERROR)
    if error:
        raise pytest.UsageError(error)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Delete the clones that are kept for later tests; in a worker, send the totals to the controller."""
    if "pytest_gocache.plugin.session" not in sys.modules:
        return
    from pytest_gocache.plugin.session import session_of

    used = session_of(session.config)
    used.close()
    if is_worker(session.config):
        totals, host = used.final_totals(), host_of_process(session.config)
        output: dict[str, Any] = {"totals": totals.plain()}
        if host and totals.commands:
            output |= {"store": str(used.settings.store), "bytes": used.store.size()}
        session.config.workeroutput[_OUTPUT] = output  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """In the controller, take the totals of a worker. A worker that crashed sends none.

    Raises `pytest.UsageError` for a worker that was refused, and for one on a different host that did not start.
    """
    output, host = getattr(node, "workeroutput", {}), host_of(node.gateway.spec)
    if output.get(_ERROR):
        raise pytest.UsageError(f"{host}: {output[_ERROR]}" if host else output[_ERROR])
    if host and error and not hasattr(node, "workerinfo"):
        raise pytest.UsageError(f"{host}: pytest does not start there:\n{error}")
    if output.get(_OUTPUT):
        node.config.stash.setdefault(_OUTPUTS, []).append((host, output[_OUTPUT]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the go commands did, and what the stores served."""
    outputs = terminalreporter.config.stash.get(_OUTPUTS, [])
    if "pytest_gocache.plugin.session" not in sys.modules and not outputs:
        return
    from pytest_gocache.plugin.session import session_of
    from pytest_gocache.plugin.summary import HostUse, summary_lines

    session = session_of(terminalreporter.config)
    here = HostUse("", str(session.settings.store), totals=session.final_totals())
    uses = {"": here}
    for host, output in outputs:
        use = uses.setdefault(host, HostUse(host, output.get("store", "")))
        use.totals.add(output["totals"])
        use.store, use.bytes = output.get("store", use.store), output.get("bytes", use.bytes)
    if here.totals.commands:
        here.bytes = session.store.size()
    lines = summary_lines(list(uses.values()))
    if lines:
        terminalreporter.ensure_newline()
        terminalreporter.section("gocache")
        for line in lines:
            terminalreporter.write_line(line)
