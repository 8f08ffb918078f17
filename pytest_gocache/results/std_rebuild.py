"""Commands that compiled the standard library because their flags are for all packages."""

from __future__ import annotations

from pytest_gocache.golang.command_line import flags_for_all
from pytest_gocache.results.given_flags import arguments_of
from pytest_gocache.results.result import Result

__all__ = ["rebuilt_std", "std_rebuild_line"]

# A test of a package of the standard library compiles variants of it, a few.
_ENOUGH = 10


def rebuilt_std(command: Result) -> int:
    """How many standard packages a go command compiled, if flags such as ``-gcflags=all=-N`` can be the reason."""
    if not command.circumstances.warm or not flags_for_all(arguments_of(command)):
        return 0
    count = len(command.compiled & command.std)
    return count if count >= _ENOUGH else 0


def std_rebuild_line(command: Result) -> str:
    """What a go command cost because of such a flag, and the remedy; empty for a different command."""
    count = rebuilt_std(command)
    if not count:
        return ""
    flags = " ".join(flags_for_all(arguments_of(command)))
    return (
        f"{flags} compiled {count} packages of the standard library, and the command took {command.seconds:.1f} s: "
        '@pytest.mark.gocache(warm="all") compiles them once and keeps them'
    )
