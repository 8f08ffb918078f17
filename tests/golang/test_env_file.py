"""settings_in: files with settings of the go command."""

from __future__ import annotations

from hypothesis import given, strategies as st

from pytest_gocache.golang.env_file import settings_in


def test_the_settings_of_a_file() -> None:
    text = "# GOFLAGS=-x\nGOFLAGS=-tags=a -n \n\n GOOS=plan9\nGOARCH\ngoos=linux\nCGO_ENABLED='0'\r\nGOFLAGS=-v=1\nCC="
    assert settings_in(text) == {"GOFLAGS": "-v=1", "CGO_ENABLED": "'0'\r", "CC": ""}


def test_what_go_does_not_take_from_a_file_is_not_a_setting() -> None:
    assert settings_in("GODEBUG=x=1\nGOMAXPROCS=1\nPATH=/x\nGOROOT=/x\nGOENV=/x\n") == {}


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert all(name.isupper() for name in settings_in(text))
