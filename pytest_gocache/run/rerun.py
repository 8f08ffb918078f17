"""The arguments of a go command that runs again and must leave the module's files as they are."""

from __future__ import annotations

import os
from pathlib import Path

from pytest_gocache.golang.command_line import GoArguments, without_flag
from pytest_gocache.results.given_flags import arguments_of, last_value
from pytest_gocache.results.result import Result

__all__ = ["redirected_arguments"]

# Flags that name a file which the command writes (`go help build`, `go help testflag`).
_WRITTEN = (
    *("blockprofile", "coverprofile", "cpuprofile", "memprofile", "mutexprofile", "trace"),
    *("debug-trace", "debug-runtime-trace"),
)


def redirected_arguments(result: Result, folder: Path) -> list[str]:
    """The arguments of a command, with its binaries, archives and profiles in ``folder``."""
    args = list(result.command[1:])
    arguments = arguments_of(result)
    redirected = [f"-{name}={folder / name}" for name in _WRITTEN if last_value(result, name)]
    output = last_value(result, "o")
    if any(link.target for link in result.links()) and arguments.verb in ("build", "test"):
        redirected.append(f"-o={folder}{os.sep}")
    elif output and output != os.devnull:
        redirected.append(f"-o={folder / 'output'}")
    for flag in redirected:
        args = without_flag(args, flag[1:].partition("=")[0])
    insert_at = GoArguments.read(args, "").insert_at
    return [*args[:insert_at], *redirected, *args[insert_at:]]
