"""The exceptions of pytest-gocache: one tree, every leaf picklable for pytest-xdist."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "ActionGraphError",
    "GoCacheError",
    "GoCacheWarning",
    "GoCommandError",
    "GoTimeoutError",
    "HashLogError",
    "ModuleFileError",
    "PatternError",
    "StoreError",
    "ToolchainError",
    "UsageError",
    "printable",
]


class GoCacheError(Exception):
    """Root of everything this library raises on purpose, assertion failures excepted."""


class GoCacheWarning(UserWarning):
    """Something that does not make a verdict wrong, and that the user should know of."""


class UsageError(GoCacheError):
    """The library was asked for something it does not understand (a mark keyword, an option value)."""


class PatternError(UsageError):
    """A package pattern is malformed, or matches nothing that the command considered."""


class ModuleFileError(UsageError):
    """A file of a test module was asked for in a way that would hide a mistake (outside, absent, ambiguous)."""


class ToolchainError(GoCacheError):
    """No usable Go toolchain: not found, broken, foreign, or not understood."""


class StoreError(GoCacheError):
    """The store of warm caches cannot be read or written."""


class ActionGraphError(GoCacheError):
    """An action graph that Go wrote could not be understood."""


class HashLogError(GoCacheError):
    """A line of ``GODEBUG=gocachehash=1`` output could not be understood."""


_TAIL_LINES = 60


def _tail(text: str) -> str:
    lines = text.rstrip("\n").split("\n")
    if len(lines) <= _TAIL_LINES:
        return "\n".join(lines)
    return f"... {len(lines) - _TAIL_LINES} lines above\n" + "\n".join(lines[-_TAIL_LINES:])


class GoCommandError(GoCacheError):
    """A go command exited with a failure.

    Attributes: ``command`` (argument vector), ``cwd``, ``returncode`` (negative: the signal that killed it),
    ``stdout`` and ``stderr`` (text, without the library's own debug lines).
    """

    def __init__(self, command: Sequence[str], cwd: str, returncode: int, stdout: str, stderr: str) -> None:
        # Exception pickles through its args: they must be the constructor's, or xdist cannot report the failure.
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

    def __str__(self) -> str:
        first = f"`{' '.join(self.command)}` {self._verdict()} in {self.cwd}"
        # An argument that is not UTF-8: neither a terminal nor pytest-xdist takes it as it is.
        parts = [printable(first)]
        for name, text in (("stderr", self.stderr), ("stdout", self.stdout)):
            if text.strip():
                parts.append(f"{name}:\n{_tail(text)}")
        return "\n".join(parts)


class GoTimeoutError(GoCommandError):
    """A command ran longer than its ``timeout``; its whole process group was killed.

    ``seconds`` is the limit that was exceeded.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what a reader of the failure needs
        self, command: Sequence[str], cwd: str, returncode: int, stdout: str, stderr: str, seconds: float
    ) -> None:
        super().__init__(command, cwd, returncode, stdout, stderr)
        self.args = (*self.args, seconds)
        self.seconds = seconds

    def _verdict(self) -> str:
        return f"did not finish within {self.seconds:g} seconds and was killed, with every process it started,"


def printable(text: str) -> str:
    """A text whose bytes that are not UTF-8 are escaped: neither a terminal nor pytest-xdist takes them as they are."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
