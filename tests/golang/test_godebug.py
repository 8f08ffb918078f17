"""GODEBUG: our settings beside a user's."""

from __future__ import annotations

import pytest

from pytest_gocache.golang.godebug import with_debug_setting, without_debug_settings


@pytest.mark.parametrize(
    ("theirs", "combined"),
    [
        ("", ""),
        ("http2client=0", "http2client=0,"),
        ("a=1,b=2", "a=1,b=2,"),
        ("gocachehash=0", ""),
        ("gocachetest=0,gocachehash=1", ""),
        ("a=1,gocachehash=0,b=2", "a=1,b=2,"),
        ("gocachehashes=0", "gocachehashes=0,"),
        (",a=1,", "a=1,"),
    ],
)
def test_a_users_debug_settings_stay_beside_ours(theirs: str, combined: str) -> None:
    assert with_debug_setting(theirs) == combined + "gocachehash=1,gocachetest=1"
    assert without_debug_settings(with_debug_setting(theirs)) == combined.rstrip(",")
    assert with_debug_setting(with_debug_setting(theirs)) == with_debug_setting(theirs)
