"""What messages call the command of a recording."""

from __future__ import annotations

from dataclasses import replace

from pytest_gocache.recordings.command_text import UNKNOWN_COMMAND, command_text
from tests import made_results


def test_a_command_is_in_shell_syntax_and_a_log_has_none() -> None:
    result = made_results.result()
    assert command_text(replace(result, command=("make", "build", "V=a b"))) == "`make build 'V=a b'`"
    assert command_text(replace(result, command=("sh", "-c", "a\nb"))).count("\n") == 0
    assert command_text(replace(result, command=UNKNOWN_COMMAND)) == "the logged command"
