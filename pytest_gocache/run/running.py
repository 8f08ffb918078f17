"""How a command of a test runs, and what its earlier commands left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pytest_gocache.results.logs import Logs
from pytest_gocache.results.result import Result
from pytest_gocache.results.seen_files import Texts
from pytest_gocache.run.go_command import KnownInputs
from pytest_gocache.run.tree_scan import TreeScan

__all__ = ["Running", "Steps", "Work"]


@dataclass(frozen=True, slots=True)
class Running:
    """How a command runs."""

    env: Mapping[str, str | None]
    """Changes to the environment of the machine: an empty value is a value, and None removes a variable."""
    cwd: str | Path = "."
    """The folder in which it starts, from the module's root."""
    check: bool = False
    """Whether a command that fails raises `GoCommandError`."""
    timeout: float | None = None
    """Seconds."""
    stdin: Path | None = None
    """A file; None for an empty input."""
    pwd: str = ""
    """The value of PWD, if it is not the folder with all links resolved."""
    background: bool = False
    """Whether more commands start before it ends."""
    on_start: Callable[[int], None] = lambda _: None
    """Called with the number of the process group."""


Work = Callable[[], Callable[[], Result]]
"""A command that is ready to run. The call runs it, in any thread; the call of what that returns records its result, in
the thread of the test."""


@dataclass(slots=True)
class Steps:
    """The commands of one test so far, on all its machines, and what is known from them."""

    folder: Path
    """The parent of the commands' own folders."""
    taken: int = 0
    """The number of commands that were started."""
    last: Result | None = None
    """The latest result."""
    known: KnownInputs = field(default_factory=KnownInputs)
    texts: Texts = field(default_factory=Texts)
    """What the module's files were seen to contain."""
    trees: TreeScan = field(default_factory=TreeScan)
    """The scans of the modules' files."""
    logs: Logs = field(default_factory=Logs)
    """The logs that explanations have read."""
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)
    """Held while a command is made ready: a program in the background may call go at any time."""
    asked: set[Hashable] = field(default_factory=set)
    """What the test has asked about package patterns."""
