"""GODEBUG: our settings beside a user's."""

from __future__ import annotations

import pytest

from pytest_gocache.golang.godebug import is_silent, with_debug_setting, without_debug_settings


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
    ("theirs", "kept"), [("gocachehash=0", "gocachehash=0"), ("a=1,gocachehash=0,gocachetest=1", "a=1,gocachehash=0")]
)
def test_a_user_can_switch_the_log_off(theirs: str, kept: str) -> None:
    assert is_silent(theirs)
    assert with_debug_setting(theirs) == kept
    assert is_silent(with_debug_setting(with_debug_setting(theirs)))


@pytest.mark.parametrize("theirs", ["", "gocachehash=1", "gocachehash=00", "a=gocachehash=0"])
def test_only_one_setting_switches_it_off(theirs: str) -> None:
    assert not is_silent(theirs)
