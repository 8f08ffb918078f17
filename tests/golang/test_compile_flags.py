"""Compile flags as the compiler reads them: the last counts, however they are written."""

from __future__ import annotations

import pytest

from pytest_gocache.golang.compile_flags import CompileFlags, compile_settings, has_setting, split_flags


@pytest.mark.parametrize(
    ("line", "settings"),
    [
        ("", {}),
        ("-N --l=1", {"N": "1", "l": "1"}),
        ("-N -N=false", {"N": "0"}),
        ("-N=0 -N", {"N": "1"}),
        ("-l=4 -l", {"l": "5"}),
        ("-l -l", {"l": "2"}),
        ("-m=x -m", {"m": "1"}),
        ("-race -race=F", {"race": "0"}),
        ("-race=false -race=T", {"race": "1"}),
        ("-d a,b=1,,c:02 -m=2", {"d=a": "1", "d=b": "1", "d=c": "2", "m": "2"}),
        ("-d=checkptr -d=checkptr=0", {"d=checkptr": "0"}),
        ("-d=ssa/prove/debug=1", {"d=ssa/prove/debug": "1"}),
        ("-lang=go1.20 -lang go1.21", {"lang": "go1.21"}),
        ("-lang -N", {"lang": "-N"}),
        ("-trimpath -N", {"trimpath=": "-N"}),
        ("-trimpath=/a=b", {"trimpath=": "/a=b"}),
        ("-env=A=1 -env B=2 -env=A=3", {"env=A": "3", "env=B": "2"}),
        ("-I a -I=b", {"I=a": "1", "I=b": "1"}),
        ("-future x -new -N -lately=false -last", {"future": "x", "new": "1", "N": "1", "lately": "0", "last": "1"}),
        ("-N file.go -l", {"N": "1"}),
        ("-lang", {"lang": ""}),
    ],
)
def test_the_last_value_of_a_flag_counts(line: str, settings: dict[str, str]) -> None:
    assert compile_settings(line.split()) == settings


@pytest.mark.parametrize(
    ("given", "name", "value", "there"),
    [
        ("", "N", "0", True),
        ("", "N", "1", False),
        ("-N=2", "N", "1", True),
        ("-N=2", "N", "2", True),
        ("-N=3", "N", "2", False),
        ("-l=2", "l", "1", False),
        ("", "wb", "1", True),
        ("", "wb", "0", False),
        ("", "dwarf", "0", False),
        ("", "dwarf", "1", False),
        ("", "lang", "", False),
        ("", "d=checkptr", "0", False),
    ],
)
def test_a_switch_without_a_flag_has_its_default(given: str, name: str, value: str, *, there: bool) -> None:
    assert has_setting(compile_settings(given.split()), name, value) is there


def test_the_flags_of_a_key() -> None:
    flags = CompileFlags(("-race", "-D", "a b", "@more"), trimmed=True)
    assert flags.text == "-trimpath -race -D 'a b' @more"
    assert flags.settings == {"trimpath": "1", "race": "1", "D": "a b"}
    assert flags.flag_files == ("more",)
    assert CompileFlags(()).text == "(none)"


def test_flags_end_at_the_first_word_that_is_none() -> None:
    assert split_flags(["--N", "-d", "a", "-l", "x", "-m"]) == ([("N", ""), ("d", "a"), ("l", "")], ["x", "-m"])
