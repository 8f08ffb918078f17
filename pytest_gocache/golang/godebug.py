"""The GODEBUG settings that make the go command print its hash inputs."""

from __future__ import annotations

__all__ = ["DEBUG_SETTING", "with_debug_setting", "without_debug_settings"]

_OURS = ("gocachehash=", "gocachetest=")
DEBUG_SETTING = "gocachehash=1,gocachetest=1"
"""The setting of every observed command. It never varies: GODEBUG is an input of test results since Go 1.23."""


def with_debug_setting(godebug: str) -> str:
    """A user's GODEBUG value with the library's setting added."""
    return ",".join(filter(None, [without_debug_settings(godebug), DEBUG_SETTING]))


def without_debug_settings(godebug: str) -> str:
    """A GODEBUG value without the library's settings."""
    return ",".join(setting for setting in godebug.split(",") if setting and not setting.startswith(_OURS))
