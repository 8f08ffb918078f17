"""The arguments of a go command that runs again and must leave the module's files as they are."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from pytest_gocache.golang.command_line import GoArguments, without_flag
from pytest_gocache.results.given_flags import PROFILES, arguments_of, last_value
from pytest_gocache.results.result import Result

__all__ = ["redirected_arguments", "redirected_variables"]

# Flags that name a file which the command writes (`go help build`, `go help testflag`).
_WRITTEN = (*PROFILES, "debug-trace", "debug-runtime-trace")
# A flag of the test binary itself, after -args, that names a file or a folder which the test writes.
_OF_BINARY = re.compile(rf"(?P<flag>--?test\.(?P<name>{'|'.join(PROFILES)}|gocoverdir))(?P<equals>=|$)")


def redirected_variables(env: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The variables that name a folder which programs built with ``-cover`` write to, with ``folder`` in its place."""
    return {"GOCOVERDIR": str(folder)} if env.get("GOCOVERDIR") else {}


def redirected_arguments(result: Result, folder: Path) -> list[str]:
    """The arguments of a command, with its binaries, archives, profiles and test artifacts in ``folder``."""
    args = list(result.command[1:])
    arguments = arguments_of(result)
    redirected = [f"-{name}={folder / name}" for name in _WRITTEN if last_value(result, name)]
    if arguments.verb == "test" and arguments.is_on("artifacts"):
        redirected.append(f"-outputdir={folder}")
    output = last_value(result, "o")
    if any(link.target for link in result.links()) and arguments.verb in ("build", "test"):
        redirected.append(f"-o={folder}{os.sep}")
    elif output and output != os.devnull:
        redirected.append(f"-o={folder / 'output'}")
    for flag in redirected:
        args = without_flag(args, flag[1:].partition("=")[0])
    insert_at = GoArguments.read(args, "").insert_at
    return [*args[:insert_at], *redirected, *_binary_redirected(args[insert_at:], folder)]


def _binary_redirected(args: Sequence[str], folder: Path) -> list[str]:
    """The same arguments; after ``-args``, the files that the test binary writes are in ``folder``."""
    start = next((at for at, arg in enumerate(args, start=1) if arg in ("-args", "--args")), len(args))
    redirected = list(args[:start])
    own = iter(args[start:])
    for arg in own:
        flag = _OF_BINARY.match(arg)
        if not flag:
            redirected.append(arg)
            continue
        if not flag["equals"]:
            next(own, None)  # its value
        place = folder if flag["name"] == "gocoverdir" else folder / flag["name"]
        redirected.append(f"{flag['flag']}={place}")
    return redirected
