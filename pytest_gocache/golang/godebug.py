"""The GODEBUG settings that make the go command print its hash inputs."""

from __future__ import annotations

__all__ = ["DEBUG_SETTING", "HASH_SETTING", "chosen_log", "with_debug_setting", "without_debug_settings"]

_OURS = ("gocachehash=", "gocachetest=")
HASH_SETTING = "gocachehash=1"
DEBUG_SETTING = f"{HASH_SETTING},gocachetest=1"
"""The setting of observed commands. In a test it never varies: GODEBUG is an input of test results since Go 1.23."""

_CHOICES = {HASH_SETTING: True, "gocachehash=0": False}


def chosen_log(godebug: str) -> bool | None:
    """Whether a user's GODEBUG value switches Go's log on or off for tests; None when it says nothing."""
    chosen = [_CHOICES[setting] for setting in godebug.split(",") if setting in _CHOICES]
    return chosen[-1] if chosen else None


def with_debug_setting(godebug: str, setting: str = DEBUG_SETTING) -> str:
    """A user's GODEBUG value with the library's setting in place of their choice."""
    return ",".join(filter(None, [without_debug_settings(godebug), setting]))


def without_debug_settings(godebug: str) -> str:
    """A GODEBUG value without the library's settings."""
    return ",".join(setting for setting in godebug.split(",") if setting and not setting.startswith(_OURS))
