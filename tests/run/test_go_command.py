"""What the graph of a go command and its exit status say together."""

from __future__ import annotations

import pytest

from pytest_gocache.errors import ActionGraphError
from pytest_gocache.golang.action import Status
from pytest_gocache.golang.command_line import GoArguments
from pytest_gocache.run.go_command import require_consistent
from tests.made_results import action


def test_a_failed_compile_in_a_command_that_succeeded_is_refused() -> None:
    actions = [action(1, "example.com/app/lib", Status.FAILED)]
    with pytest.raises(
        ActionGraphError, match="the command succeeded, but its graph has failures: example.com/app/lib"
    ):
        require_consistent(actions, GoArguments.read(["build", "./lib"], ""), 0)
    require_consistent(actions, GoArguments.read(["build", "./lib"], ""), 1)
    require_consistent(actions, GoArguments.read(["list", "-e", "-export", "./lib"], ""), 0)
    require_consistent([action(1, "example.com/app/lib")], GoArguments.read(["build", "./lib"], ""), 0)
