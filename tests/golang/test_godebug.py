"""GODEBUG: our settings beside a user's."""

from __future__ import annotations

import pytest

from pytest_gocache.golang.godebug import chosen_log, with_debug_setting, without_debug_settings


@pytest.mark.parametrize(
    ("theirs", "combined"),
    [
        ("", ""),
        ("http2client=0", "http2client=0,"),
        ("a=1,b=2", "a=1,b=2,"),
        ("gocachetest=0,gocachehash=1", ""),
        ("a=1,gocachehash=1,b=2", "a=1,b=2,"),
        ("gocachehashes=0", "gocachehashes=0,"),
        (",a=1,", "a=1,"),
    ],
)
def test_a_users_debug_settings_stay_beside_ours(theirs: str, combined: str) -> None:
    assert with_debug_setting(theirs) == combined + "gocachehash=1,gocachetest=1"
    assert without_debug_settings(with_debug_setting(theirs)) == combined.rstrip(",")
    assert with_debug_setting(with_debug_setting(theirs)) == with_debug_setting(theirs)


@pytest.mark.parametrize(
    ("theirs", "chosen"),
    [
        ("gocachehash=0", False),
        ("a=1,gocachehash=0,gocachetest=1", False),
        ("gocachehash=1", True),
        ("gocachehash=0,gocachehash=1", True),
        ("", None),
        ("gocachehash=00", None),
        ("a=gocachehash=0", None),
    ],
)
def test_a_user_can_switch_the_log_on_and_off(theirs: str, *, chosen: bool | None) -> None:
    assert chosen_log(theirs) is chosen
