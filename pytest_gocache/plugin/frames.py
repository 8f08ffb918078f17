"""Tracebacks that end at the user's line."""

from __future__ import annotations

import os
import sysconfig
import traceback
from pathlib import Path

import pytest

__all__ = ["cut_our_frames", "is_of_our_assertion"]

_PACKAGE = Path(__file__).parent.parent
_OWN = f"{_PACKAGE}{os.sep}"
_ASSERTION = str(_PACKAGE / "assertions" / "failure.py")
_NOT_USERS = tuple(sysconfig.get_path(name) + os.sep for name in ("stdlib", "purelib", "platlib"))


def is_of_our_assertion(error: BaseException) -> bool:
    """Whether an assertion of the library raised the error, and not an assert statement."""
    names = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    return isinstance(error, AssertionError) and names[-1:] == [_ASSERTION]


def cut_our_frames(error: BaseException) -> bool:
    """End the traceback of a failed assertion or command at the user's line: the frames after it are the library's.

    Returns False when the traceback has no line of the user's: the error comes from a fixture or a hook of the library.
    """
    interrupted = isinstance(error, (KeyboardInterrupt, pytest.fail.Exception))
    if interrupted:
        return _cut_below_us(error)
    if not isinstance(error, AssertionError) and type(error).__module__ != "pytest_gocache.errors":
        return True
    if not isinstance(error, AssertionError):
        # The message contains the text of the cause, and the cause's traceback is the library's too.
        error.__cause__, error.__suppress_context__ = None, True
    last_user_frame = None
    frame = error.__traceback__
    while frame is not None:
        if not frame.tb_frame.f_code.co_filename.startswith(_OWN):
            last_user_frame = frame
        frame = frame.tb_next
    if last_user_frame is None or last_user_frame.tb_next is None:
        return True
    if last_user_frame.tb_frame.f_globals.get("__name__", "").partition(".")[0] in ("_pytest", "pluggy"):
        return False
    last_user_frame.tb_next = None
    return True


def _cut_below_us(error: BaseException) -> bool:
    """End the traceback of an interrupt (Ctrl-C, pytest-timeout) where the user's code called the library.

    The frames of whoever interrupted follow. When the library called code of the user's, nothing is cut.
    """
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    names = [frame.f_code.co_filename for frame in frames]
    first = next((index for index, name in enumerate(names) if name.startswith(_OWN)), None)
    if first is None:
        return True
    if any(not name.startswith((_OWN, *_NOT_USERS)) for name in names[first:]):
        return True
    last = error.__traceback__
    for _ in range(first - 1):
        last = last.tb_next if last is not None else None
    if first == 0 or last is None or names[first - 1].startswith(_NOT_USERS):
        return False
    last.tb_next = None
    return True
