"""The exceptions of pytest-gocache: one tree, every leaf picklable for pytest-xdist."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence

__all__ = [
    "ActionGraphError",
    "GoCacheError",
    "GoCacheWarning",
    "GoCommandError",
    "GoTimeoutError",
    "HashLogError",
    "ModuleFileError",
    "NoEvidenceError",
    "PatternError",
    "RecordingError",
    "RepositoryError",
    "RerunError",
    "ScriptError",
    "StoreError",
    "ToolchainError",
    "UsageError",
    "called",
    "printable",
]


class GoCacheError(Exception):
    """Root of every exception that this library raises on purpose, except for assertion failures."""


class GoCacheWarning(UserWarning):
    """Something that the user should know, and that leaves every verdict right."""


class UsageError(GoCacheError):
    """A test or an option asks for something that the library does not have: an unknown keyword, a wrong value."""


@contextlib.contextmanager
def called(name: str) -> Iterator[None]:
    """Put the public name that the user called in front of the message of a `UsageError`."""
    try:
        yield
    except UsageError as error:
        error.args = (f"{name}: {error}",)
        raise


class ScriptError(UsageError):
    """A line of a script is malformed, or names a command or a condition that there is not."""


class NoEvidenceError(UsageError):
    """A verdict needs evidence that the command did not leave: it is not known what the command did."""


class PatternError(UsageError):
    """A package pattern is malformed, or matches nothing that the command considered."""


class ModuleFileError(UsageError):
    """A path or an edit of a module's file is wrong: outside the module, absent, or ambiguous."""


class RepositoryError(GoCacheError):
    """The repository under test cannot be checked: it cannot be copied, does not build, or prints no test verdict."""


class RecordingError(GoCacheError):
    """A recording of go commands cannot be written, read or compared."""


class ToolchainError(GoCacheError):
    """There is no usable Go toolchain: not found, broken, for a different platform, or not understood."""


class StoreError(GoCacheError):
    """The store of warm caches cannot be read or written."""


class ActionGraphError(GoCacheError):
    """The library cannot read an action graph that Go wrote."""


class HashLogError(GoCacheError):
    """The library cannot read a line that ``GODEBUG=gocachehash=1`` made Go print."""


_TAIL_LINES = 60


def _tail(text: str) -> str:
    lines = text.rstrip("\n").split("\n")
    if len(lines) <= _TAIL_LINES:
        return "\n".join(lines)
    return f"... {len(lines) - _TAIL_LINES} lines above\n" + "\n".join(lines[-_TAIL_LINES:])


# The log that GODEBUG=gocachehash=1 asks for, in what a test prints.
_LOGGED = re.compile(r'(^|\s|")HASH\[[^]\n]+\]')


class GoCommandError(GoCacheError):
    """A go command exited with a failure.

    Attributes: ``command`` (argument vector), ``cwd``, ``returncode`` (negative: the signal that killed it),
    ``stdout`` and ``stderr`` (text, without the library's own debug lines).
    """

    def __init__(self, command: Sequence[str], cwd: str, returncode: int, stdout: str, stderr: str) -> None:
        # Exception pickles through its args. They must be the constructor's, or xdist cannot report the failure.
        super().__init__(tuple(command), cwd, returncode, stdout, stderr)
        self.command = tuple(command)
        self.cwd = cwd
        self.returncode = returncode
        self.stdout = stdout
        self.stderr = stderr

    def _verdict(self) -> str:
        if self.returncode < 0:
            return f"was killed by signal {-self.returncode}"
        return f"failed with exit status {self.returncode}"

    def _advice(self) -> str:
        if not _LOGGED.search(self.stdout):
            return ""
        return (
            "a test printed Go's log of its cache keys, which a go command that it starts inherits: "
            "GODEBUG=gocachehash=0 in the environment of the command switches the log off for tests"
        )

    def _printed(self) -> tuple[tuple[str, str], ...]:
        return ("stderr", _tail(self.stderr)), ("stdout", _tail(self.stdout))

    def __str__(self) -> str:
        first = f"`{' '.join(self.command)}` {self._verdict()} in {self.cwd}"
        # An argument may hold bytes that are not UTF-8. Terminals and pytest-xdist refuse them.
        parts = [printable(text) for text in (first, self._advice()) if text]
        parts += [f"{name}:\n{text}" for name, text in self._printed() if text.strip()]
        return "\n".join(parts)


class GoTimeoutError(GoCommandError):
    """A command ran longer than its ``timeout``; its whole process group was killed.

    ``seconds`` is the limit that was exceeded. ``so_far`` is a text with what it had done; empty when unknown.
    ``packages`` are the import paths of the packages whose tests had no verdict: of those that still ran or, when
    these are unknown, of all without one. ``goroutines`` is the part of Go's list of their goroutines that has frames
    outside the standard library; empty when Go printed none.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what a reader of the failure needs
        self,
        command: Sequence[str],
        cwd: str,
        returncode: int,
        stdout: str,
        stderr: str,
        seconds: float,
        so_far: str = "",
        packages: Sequence[str] = (),
        goroutines: str = "",
    ) -> None:
        super().__init__(command, cwd, returncode, stdout, stderr)
        self.args = (*self.args, seconds, so_far, tuple(packages), goroutines)
        self.seconds = seconds
        self.so_far = so_far
        self.packages = tuple(packages)
        self.goroutines = goroutines

    def _advice(self) -> str:
        # Not every caller has the keyword: assert_reproducible and the checks have the ini option only.
        longer = "to allow more: the ini option gocache_timeout (0: no limit); build, test and exec also take timeout="
        return "\n".join(filter(None, [self.so_far, longer]))

    def _verdict(self) -> str:
        return f"did not finish within {self.seconds:g} seconds and was killed, with every process it started,"

    def _printed(self) -> tuple[tuple[str, str], ...]:
        if not self.goroutines:
            return super()._printed()
        # The end of stdout is the end of the list: registers, and goroutines of the runtime.
        return ("stderr", _tail(self.stderr)), ("goroutines of the tests", self.goroutines)


class RerunError(GoCommandError):
    """A command that succeeded in a test fails when `assert_up_to_date` runs it again in an empty build cache."""

    def _verdict(self) -> str:
        return f"{super()._verdict()} when it ran again in an empty build cache"

    def __str__(self) -> str:
        return f"assert_up_to_date: {super().__str__()}"


def printable(text: str) -> str:
    """The text with every byte that is not UTF-8 escaped: terminals and pytest-xdist refuse such bytes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
