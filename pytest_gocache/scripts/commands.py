"""The table of a script's commands: how each is written, and what runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pytest_gocache.errors import UsageError
from pytest_gocache.scripts import file_commands, machine_commands, programs, text_commands, verdicts
from pytest_gocache.scripts.conditions import CONDITIONS, known_condition
from pytest_gocache.scripts.state import Output
from pytest_gocache.scripts.verdicts import VERDICTS

__all__ = ["COMMANDS", "CommandSpec"]

MANY = 1_000_000


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A command that scripts can use."""

    usage: str
    """Its arguments, as a script has them."""
    run: Callable[..., Any]
    """Called with the state and the words; returns an `Output`, or None."""
    least: int = 0
    """The least number of words."""
    most: int = MANY
    pattern: Callable[[Sequence[str]], int] | None = None
    """The index of the word that is a regular expression, whose variables are quoted; -1 for none."""
    starts: bool = False
    """Whether ``run`` returns a command that is ready to run, so that it can run in the background."""
    judges: bool = False
    """Whether ``run`` also gets ``negated``: what ``!`` means is a verdict of its own."""


def _first_word(words: Sequence[str]) -> int:
    return next((index for index, word in enumerate(words) if not word.startswith("-")), -1)


def _why_pattern(_: Sequence[str]) -> int:
    return 1


def _help(_: object, names: Sequence[str]) -> Output:
    """``help [NAME...]``: how commands are written becomes stdout; for ``[NAME]`` it is the condition."""
    chosen = [name for name in names if name != "-v"] or [*COMMANDS, *(f"[{name}]" for name in CONDITIONS)]
    lines = []
    for name in chosen:
        if name.startswith("["):
            reason = known_condition(name.strip("[]").replace("…", "x"))
            lines.append(f"{name}{f': {reason}' if reason else ''}\n")
        elif name in COMMANDS:
            lines.append(f"{name} {COMMANDS[name].usage}\n")
        else:
            raise UsageError(f"there is no command {name}")
    return Output("".join(lines))


_USAGE = {
    "cached": "[PATTERN...] [in N]",
    "rebuilt": "PATTERN... [in N]",
    "onlyrebuilt": "[PATTERN...] [in N]",
    "relinked": "[PATTERN...] [in N]",
    "onlyrelinked": "[PATTERN...] [in N]",
    "testcached": "[PATTERN...] [in N]",
    "testran": "[PATTERN...] [in N]",
    "compiledwith": "FLAG PATTERN... [in N]",
    "notinbuild": "PATTERN... [in N]",
    "uptodate": "[in N]",
    "downloads": "[MODULE...] [in N]",
    "why": "PATTERN 'REGEXP' [in N]",
}

COMMANDS: Mapping[str, CommandSpec] = {
    "cat": CommandSpec("FILE...", text_commands.cat, 1),
    "cc": CommandSpec("ARGUMENT...", programs.cc),
    "cache": CommandSpec("evict|corrupt|clear|age [WORD...]", machine_commands.cache, 1),
    "cd": CommandSpec("DIR", file_commands.cd, 1, 1),
    "chmod": CommandSpec("MODE PATH...", file_commands.chmod, 2),
    "cmp": CommandSpec("[-q] FILE1 FILE2", text_commands.cmp, 2, 3),
    "cmpenv": CommandSpec("[-q] FILE1 FILE2", text_commands.cmpenv, 2, 3),
    "cp": CommandSpec("SOURCE... TARGET", file_commands.cp, 2),
    "echo": CommandSpec("[WORD...]", text_commands.echo),
    "env": CommandSpec("[NAME[=VALUE]...]", text_commands.env),
    "exec": CommandSpec("PROGRAM [ARGUMENT...] [&]", programs.exec_program, 1, starts=True),
    "exists": CommandSpec("[-readonly] [-exec] PATH...", file_commands.exists, 1),
    "go": CommandSpec("[ARGUMENT...] [&]", programs.go, starts=True),
    "grep": CommandSpec("[-count=N] [-q] 'PATTERN' FILE", text_commands.grep, 2, 4, _first_word),
    "help": CommandSpec("[-v] [NAME...]", _help),
    "label": CommandSpec("NAME", verdicts.label, 1, 1),
    "machine": CommandSpec("NAME [restore=…] [path=…] [mtimes=…] [toolchain=…]", machine_commands.machine, 1, 5),
    "mkdir": CommandSpec("PATH...", file_commands.mkdir, 1),
    "mv": CommandSpec("OLD NEW", file_commands.mv, 2, 2),
    "replace": CommandSpec("[OLD NEW]... FILE", file_commands.replace, 1),
    "repo": CommandSpec("", lambda *_: None, 0, 0),
    "reproducible": CommandSpec("[BUILD ARGUMENT...]", verdicts.reproducible, judges=True),
    "rm": CommandSpec("PATH...", file_commands.rm, 1),
    "skip": CommandSpec("[REASON]", programs.skip),
    "sleep": CommandSpec("DURATION [&]", programs.sleep, 1, 1, starts=True),
    "stale": CommandSpec("PACKAGE...", programs.stale, 1),
    "stderr": CommandSpec("[-count=N] [-q] 'PATTERN'", text_commands.stderr, 1, 3, _first_word),
    "stdin": CommandSpec("FILE", text_commands.stdin, 1, 1),
    "stdout": CommandSpec("[-count=N] [-q] 'PATTERN'", text_commands.stdout, 1, 3, _first_word),
    "stop": CommandSpec("[REASON]", programs.stop),
    "symlink": CommandSpec("PATH -> TARGET", file_commands.symlink, 3, 3),
    "touch": CommandSpec("PATH...", file_commands.touch, 1),
    "unset": CommandSpec("NAME...", text_commands.unset, 1),
    "wait": CommandSpec("[NAME]", programs.wait, 0, 1),
    **{
        name: CommandSpec(
            _USAGE[name], partial(verdicts.verdict, name), pattern=_why_pattern if name == "why" else None, judges=True
        )
        for name in VERDICTS
    },
}
