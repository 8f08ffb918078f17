"""The commands of a script for files and folders."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from pathlib import Path

from pytest_gocache.assertions.failure import fail
from pytest_gocache.errors import UsageError
from pytest_gocache.host.files import remove_tree
from pytest_gocache.scripts.state import State

__all__ = ["cd", "chmod", "cp", "exists", "mkdir", "mv", "replace", "rm", "symlink", "touch"]

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\\": "\\", '"': '"'}
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{3})|(.)|$)", re.DOTALL)


def cd(state: State, args: Sequence[str]) -> None:
    """``cd DIR``."""
    folder = state.path(args[0])
    if not folder.is_dir():
        fail("cd", f"there is no folder {folder}")
    state.cwd = folder


def chmod(state: State, args: Sequence[str]) -> None:
    """``chmod MODE PATH...``."""
    try:
        mode = int(args[0], 8)
    except ValueError:
        raise UsageError(f"{args[0]!r} is no mode: only octal numbers are, like 0644") from None
    for name in args[1:]:
        state.changeable(name).chmod(mode)


def cp(state: State, args: Sequence[str]) -> None:
    """``cp SOURCE... TARGET``; a source can be ``stdout`` or ``stderr``."""
    *sources, last = args
    target = state.changeable(last)
    if len(sources) > 1 and not target.is_dir():
        fail("cp", f"{last} is not a folder, and there are {len(sources)} files to copy")
    for name in sources:
        to = target / Path(name).name if target.is_dir() else target
        if name in ("stdout", "stderr"):
            state.write(to, (state.stdout if name == "stdout" else state.stderr).encode("utf-8"))
            continue
        source = state.path(name)
        state.write(to, source.read_bytes(), source.stat().st_mode & 0o777)


def exists(state: State, args: Sequence[str]) -> None:
    """``exists [-readonly] [-exec] PATH...``."""
    names = list(args)
    flags = set()
    while names and names[0] in ("-readonly", "-exec"):
        flags.add(names.pop(0))
    if not names:
        raise UsageError("a path is missing")
    for name in names:
        path = state.path(name)
        if not path.exists():
            near = sorted(one.name for one in path.parent.iterdir())[:20] if path.parent.is_dir() else None
            fail("exists", f"there is no {name}", f"in {path.parent}: {', '.join(near) or 'nothing'}" if near else "")
        mode = path.stat().st_mode
        if "-readonly" in flags and mode & 0o222:
            fail("exists", f"{name} is writable: its mode is {mode & 0o7777:04o}")
        if "-exec" in flags and not mode & 0o111:
            fail("exists", f"{name} is not executable: its mode is {mode & 0o7777:04o}")


def mkdir(state: State, args: Sequence[str]) -> None:
    """``mkdir PATH...``, with the folders above."""
    for name in args:
        state.changeable(name).mkdir(parents=True, exist_ok=True)


def mv(state: State, args: Sequence[str]) -> None:
    """``mv OLD NEW``."""
    old, new = map(state.changeable, args)
    state.changing(new)
    old.rename(new)


def rm(state: State, args: Sequence[str]) -> None:
    """``rm PATH...``, folders with their content; an absent one is fine."""
    for name in args:
        remove_tree(state.changing(state.changeable(name)))


def replace(state: State, args: Sequence[str]) -> None:
    """``replace [OLD NEW]... FILE``; the texts have the escapes of a Go string."""
    if len(args) % 2 != 1:
        raise UsageError("the texts come in pairs, an old one and a new one, and then the file")
    texts = [_unescaped(text) for text in args[:-1]]
    pairs = dict(zip(texts[-2::-2], texts[:0:-2], strict=True))  # of equal old texts, the first one counts
    path = state.changeable(args[-1])
    content = path.read_bytes().decode("utf-8", "surrogateescape")
    # At each place the first pair that matches counts, as in Go's strings.NewReplacer.
    wanted = re.compile("|".join(map(re.escape, dict.fromkeys(texts[::2])))) if texts else None
    changed = wanted.sub(lambda match: pairs[match[0]], content) if wanted else content
    state.write(path, changed.encode("utf-8", "surrogateescape"))


def _unescaped(text: str) -> str:
    def value(match: re.Match[str]) -> str:
        for group, base in ((1, 16), (2, 16), (3, 16), (4, 8)):
            if match[group]:
                return chr(int(match[group], base))
        if match[5] not in _ESCAPES:
            raise UsageError(f"{text!r} has {match[0]!r}, which is no escape of a Go string")
        return _ESCAPES[match[5]]

    return _ESCAPE.sub(value, text)


def symlink(state: State, args: Sequence[str]) -> None:
    """``symlink PATH -> TARGET``."""
    name, arrow, target = args
    if arrow != "->":
        raise UsageError(f"write {name} -> {target}")
    state.changeable(name).symlink_to(target)


def touch(state: State, args: Sequence[str]) -> None:
    """``touch PATH...``: the modification time is now; a file that is absent is made, and empty."""
    now = time.time()
    for name in args:
        path = state.changeable(name)
        if not path.exists():
            state.write(path, b"")
        elif path.is_file() and path.stat().st_nlink > 1:
            state.write(path, path.read_bytes())
        os.utime(path, (now, now))
