"""Reads the goroutines that a Go program prints when SIGQUIT ends it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

__all__ = ["own_goroutines"]

_QUIT = "SIGQUIT: quit"
_STATE = re.compile(r"goroutine (\d+) [^\[]*(\[[^\]]+\]).*:")
_CALL = re.compile(r"(?:created by )?((?:[^\s(]*/)?[^\s./(]+)\.\S")
_RUNNER = "testing.tRunner("


@dataclass(frozen=True, slots=True)
class _Goroutine:
    name: str
    """``goroutine 5 [select, 9 minutes]:``."""
    frames: tuple[str, ...]
    """A line for each call, and one for its place, as Go prints them; addresses are left out."""
    of_test: bool
    """Whether it runs a test function."""


def own_goroutines(printed: str, is_std: Callable[[str], bool], most_lines: int) -> tuple[str, ...]:
    """The goroutines with a frame outside the standard library, as lines; those that run a test function come first.

    ``printed`` is the output of ``go test``, plain or ``-json``. Frames of the standard library before the first other
    frame are left out. Of goroutines with the same frames, one is shown. Empty without a list of goroutines.
    """
    found: dict[tuple[str, ...], list[_Goroutine]] = {}
    for text in _texts(printed):
        for goroutine in _goroutines(text.partition(f"{_QUIT}\n")[2], is_std):
            found.setdefault(goroutine.frames, []).append(goroutine)
    lines: list[str] = []
    left = 0
    for same in sorted(found.values(), key=lambda same: not same[0].of_test):
        more = [f"  and {len(same) - 1} more with the same frames"] if len(same) > 1 else []
        block = [same[0].name, *(f"  {line}" for line in same[0].frames), *more]
        if lines and len(lines) + len(block) > most_lines:
            left += len(same)
        else:
            lines += block[:most_lines]
    return (*lines, *([f"and {left} more goroutines"] if left else []))


def _texts(printed: str) -> Iterator[str]:
    """The text of each package: ``-json`` mixes the lines of packages whose tests run at the same time."""
    texts: dict[str, list[str]] = {}
    for line in printed.splitlines(keepends=True):
        package, text = _event(line) if line.startswith("{") and '"Action"' in line else ("", line)
        texts.setdefault(package, []).append(text)
    return map("".join, texts.values())


def _event(line: str) -> tuple[str, str]:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return "", line
    return f"{event.get('Package', '')}", f"{event.get('Output', '')}"


def _goroutines(text: str, is_std: Callable[[str], bool]) -> Iterator[_Goroutine]:
    for block in text.split("\n\n"):
        first, *rest = block.strip("\n").split("\n")
        state = _STATE.fullmatch(first)
        frames = _own_frames(rest, is_std) if state else []
        if state and frames:
            name = f"goroutine {state[1]} {state[2]}:"
            yield _Goroutine(name, tuple(frames), any(line.startswith(_RUNNER) for line in rest))


def _own_frames(lines: Sequence[str], is_std: Callable[[str], bool]) -> list[str]:
    """The frames from the first to the last one outside the standard library; empty without one.

    A frame is a call and its place. ``runtime.goexit``, the start of each goroutine, is left out.
    """

    def is_own(line: str) -> bool:
        call = _CALL.match(line)
        # Package main of a test binary is generated. The functions of a main package under test have its import path.
        return call is not None and call[1] != "main" and not is_std(call[1])

    calls = [number for number, line in enumerate(lines) if not line.startswith(("\t", "runtime.goexit("))]
    own = [number for number in calls if is_own(lines[number])]
    shown = [number for number in calls if own and own[0] <= number <= own[-1]]
    return [line.partition(" +0x")[0].replace("\t", "  ") for number in shown for line in lines[number : number + 2]]
