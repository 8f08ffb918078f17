"""Which host a worker is on, and whether tests run on this computer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from execnet import XSpec

from pytest_gocache.plugin.hosts import host_of, host_of_process, hosts_of_run, is_worker, runs_tests_here


@pytest.mark.parametrize(
    ("spec", "host"),
    [
        ("popen", ""),
        ("popen//python=python3.12", ""),
        ("ssh=ann@build2//chdir=/srv/shop", "ann@build2"),
        ("ssh=-p 2222 ann@build2", "-p 2222 ann@build2"),
        ("vagrant_ssh=box", "box"),
        ("socket=192.168.1.7:8888", "192.168.1.7:8888"),
        ("popen//via=build2", "build2"),
    ],
)
def test_the_host_of_a_worker_is_named_as_in_the_option(spec: str, host: str) -> None:
    assert host_of(XSpec(spec)) == host


def _config(**changes: Any) -> pytest.Config:
    """A configuration with options, or with the input of a worker."""
    options = {"dist": "no", "tx": [], **changes}
    made = SimpleNamespace(getoption=lambda name, default=None: options.get(name, default))
    if "workerinput" in changes:
        made.workerinput = changes["workerinput"]
    return cast(pytest.Config, made)


@pytest.mark.parametrize(
    ("config", "here"),
    [
        (_config(), True),
        (_config(dist="load", tx=["popen", "popen"]), True),
        (_config(dist="load", tx=["ssh=a", "popen"]), True),
        (_config(dist="load", tx=["2*popen", "ssh=a"]), True),
        (_config(dist="load", tx=["ssh=a", "3*ssh=b"]), False),
        (_config(dist="load", tx=["popen//via=a"]), False),
        # Without -d, pytest-xdist ignores --tx.
        (_config(dist="no", tx=["ssh=a"]), True),
        # pytest-xdist refuses this one.
        (_config(dist="load", tx=["ssh=a//ssh=b"]), True),
        (_config(dist="load", tx=["ssh=a"], workerinput={}), True),
    ],
)
def test_whether_tests_run_on_this_computer(config: pytest.Config, here: bool) -> None:  # noqa: FBT001
    assert runs_tests_here(config) is here


def test_the_hosts_of_a_run_are_those_of_its_workers() -> None:
    assert hosts_of_run(_config(dist="load", tx=["2*popen", "ssh=a", "2*ssh=b//chdir=x"])) == {"", "a", "b"}


def test_a_process_knows_its_host_from_the_controller() -> None:
    assert host_of_process(_config()) == host_of_process(_config(workerinput={})) == ""
    assert host_of_process(_config(workerinput={"gocache-host": "build2"})) == "build2"
    assert is_worker(_config(workerinput={}))
    assert not is_worker(_config())
