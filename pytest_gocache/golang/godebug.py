"""The GODEBUG settings that make the go command print its hash inputs."""

from __future__ import annotations

__all__ = ["DEBUG_SETTING", "HASH_SETTING", "is_silent", "with_debug_setting", "without_debug_settings"]

_OURS = ("gocachehash=", "gocachetest=")
HASH_SETTING = "gocachehash=1"
DEBUG_SETTING = f"{HASH_SETTING},gocachetest=1"
"""The setting of observed commands. In a test it never varies: GODEBUG is an input of test results since Go 1.23."""


_SILENT = "gocachehash=0"


def is_silent(godebug: str) -> bool:
    """Whether a user's GODEBUG value says that tests must not inherit the library's setting."""
    return _SILENT in godebug.split(",")


def with_debug_setting(godebug: str, setting: str = DEBUG_SETTING) -> str:
    """A user's GODEBUG value with the library's setting added; in one that `is_silent`, it stays switched off."""
    added = _SILENT if is_silent(godebug) else setting
    return ",".join(filter(None, [without_debug_settings(godebug), added]))


def without_debug_settings(godebug: str) -> str:
    """A GODEBUG value without the library's settings."""
    return ",".join(setting for setting in godebug.split(",") if setting and not setting.startswith(_OURS))
