"""The commands of a script for output and content: stdout, stderr, grep, cmp, cmpenv, cat, echo, env."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from pytest_gocache.assertions.failure import fail
from pytest_gocache.errors import UsageError, printable
from pytest_gocache.golang.go_regexp import compile_go
from pytest_gocache.scripts.state import Output, State
from pytest_gocache.scripts.words import expanded

__all__ = ["cat", "cmp", "cmpenv", "echo", "env", "grep", "stderr", "stdin", "stdout", "unset"]

_MOST_LINES = 60
_BUFFERS = ("stdout", "stderr")


def stdout(state: State, args: Sequence[str]) -> None:
    """``stdout [-count=N] [-q] PATTERN``."""
    _match("stdout", state.stdout, "stdout", args)


def stderr(state: State, args: Sequence[str]) -> None:
    """``stderr [-count=N] [-q] PATTERN``."""
    _match("stderr", state.stderr, "stderr", args)


def grep(state: State, args: Sequence[str]) -> None:
    """``grep [-count=N] [-q] PATTERN FILE``."""
    *others, name = args
    _match("grep", _content(state, name, buffers=False), name, others)


def _match(command: str, text: str, name: str, args: Sequence[str]) -> None:
    count = 0
    rest = list(args)
    while rest and (rest[0] == "-q" or rest[0].startswith("-count=")):
        flag = rest.pop(0)
        if flag != "-q":
            number = flag.removeprefix("-count=")
            if not number.isdecimal() or int(number) < 1:
                raise UsageError(f"{flag}: the count is a number above 0")
            count = int(number)
    if len(rest) != 1:
        raise UsageError(f"one pattern is needed, and there are {len(rest)} words: {' '.join(rest)}")
    try:
        pattern = compile_go(rest[0])
    except ValueError as error:
        raise UsageError(str(error)) from error
    found = [match[0] for match in pattern.finditer(text)]
    if count and len(found) != count:
        fail(command, f"found {len(found)} matches of {rest[0]!r} in {name}, and not {count}", _shown(name, text))
    if not found:
        fail(command, f"no match of {rest[0]!r} in {name}", _shown(name, text))


def _shown(name: str, text: str) -> str:
    lines = text.rstrip("\n").split("\n")
    if not text.strip():
        return f"{name} is empty"
    more = f"\n  … {len(lines) - _MOST_LINES} more lines" if len(lines) > _MOST_LINES else ""
    return f"{name}:\n" + "\n".join(f"  {line}" for line in lines[:_MOST_LINES]) + more


def cmp(state: State, args: Sequence[str]) -> None:
    """``cmp [-q] FILE1 FILE2``: equal content; FILE1 can be ``stdout`` or ``stderr``."""
    _compare("cmp", state, args, expand=False)


def cmpenv(state: State, args: Sequence[str]) -> None:
    """``cmpenv [-q] FILE1 FILE2``: equal after variables are expanded in both."""
    _compare("cmpenv", state, args, expand=True)


def _compare(command: str, state: State, args: Sequence[str], *, expand: bool) -> None:
    names = [name for name in args if name != "-q"]
    try:
        first, second = names
    except ValueError:
        raise UsageError(f"two files are needed, and there are {len(names)}") from None
    # What a command printed has lost the bytes that are no text: a file is compared with it as text, too.
    errors = "replace" if first in _BUFFERS else "surrogateescape"
    actual, expected = _content(state, first, errors=errors), _content(state, second, buffers=False, errors=errors)
    if expand:
        actual, expected = expanded(actual, state.value), expanded(expected, state.value)
    if actual != expected:
        lines = list(difflib.unified_diff(expected.splitlines(), actual.splitlines(), second, first, lineterm="", n=2))
        shown = lines[:_MOST_LINES] or ["they differ in newlines at the end"]
        fail(command, f"{first} and {second} differ", "\n".join(f"  {printable(line)}" for line in shown))


def _content(state: State, name: str, *, buffers: bool = True, errors: str = "replace") -> str:
    if buffers and name in _BUFFERS:
        return state.stdout if name == "stdout" else state.stderr
    return state.path(name).read_bytes().decode("utf-8", errors)


def cat(state: State, args: Sequence[str]) -> Output:
    """``cat FILE...``: the content becomes stdout."""
    return Output("".join(_content(state, name) for name in args))


def echo(_: State, args: Sequence[str]) -> Output:
    """``echo WORD...``: the words become stdout."""
    return Output(" ".join(args) + "\n")


def env(state: State, args: Sequence[str]) -> Output | None:
    """``env [NAME[=VALUE]]...``: set variables, or print them."""
    shown = []
    for word in args:
        name, equals, value = word.partition("=")
        if not name:
            raise UsageError(f"{word!r} has no name of a variable")
        if equals:
            state.env[name] = value
        else:
            shown.append(f"{name}={state.value(name)}\n")
    if not args:
        shown = [f"{name}={state.value(name)}\n" for name in sorted(state.running().env)]
    return Output("".join(shown)) if shown else None


def unset(state: State, args: Sequence[str]) -> None:
    """``unset NAME...``: remove variables from the environment."""
    state.env |= dict.fromkeys(args)


def stdin(state: State, args: Sequence[str]) -> None:
    """``stdin FILE``: the input of the next ``go`` or ``exec``; FILE can be ``stdout`` or ``stderr``."""
    if args[0] in _BUFFERS:
        path = state.root / f"stdin-{len(state.results)}"
        state.write(path, _content(state, args[0]).encode("utf-8"))
    else:
        path = state.path(args[0])
        if not path.is_file():
            fail("stdin", f"there is no file {args[0]}")
    state.stdin = path
