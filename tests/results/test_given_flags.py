"""What a command was given: the last word on a flag, GOFLAGS before the command line, and the packages meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.results.given_flags import cleans, enabled_flag, package_arguments, package_flags
from pytest_gocache.results.result import Result
from tests.made_results import command


@pytest.mark.parametrize(
    ("line", "goflags", "on"),
    [
        ("build .", "", ""),
        ("build -a .", "", "-a"),
        ("build .", "-a", "-a in GOFLAGS"),
        ("build -a .", "-a", "-a"),
        ("build -a=false .", "-a", ""),
        ("build -a -a=0 .", "", ""),
        ("build --a=true .", "-a=false", "-a"),
        ("test . -args -a", "", ""),
    ],
)
def test_the_last_word_on_a_switch_counts(line: str, goflags: str, on: str) -> None:
    assert enabled_flag(command(line, goflags), "a") == on


def test_nothing_is_known_of_the_goflags_of_a_result_without_circumstances() -> None:
    assert enabled_flag(Result(("go", "build"), 1, Path("/src"), 0, "", "", 0.1), "a") == ""


@pytest.mark.parametrize(
    ("line", "goflags", "what", "does"),
    [
        ("clean -cache", "", "cache", True),
        ("clean -cache", "", "testcache", False),
        ("clean", "-testcache", "testcache", True),
        ("clean -cache=false", "-cache", "cache", False),
        ("build -cache", "", "cache", False),
    ],
)
def test_what_cleans_a_cache(line: str, goflags: str, what: str, *, does: bool) -> None:
    assert cleans(command(line, goflags), what) is does


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("build", (".",)),
        ("build -o x ./a ./b", ("./a", "./b")),
        ("run ./a ./b", ("./a",)),
    ],
)
def test_the_words_for_packages(line: str, words: tuple[str, ...]) -> None:
    assert package_arguments(command(line)) == words


def test_flags_for_packages() -> None:
    first, second, third = package_flags(
        command("build -gcflags=std=-l -gcflags= ./lib", "'-gcflags=-N -l'"), "gcflags"
    )
    assert (first.text, first.bare, first.patterns) == ("'-gcflags=-N -l' in GOFLAGS", True, ("./lib",))
    assert first.flags == {("N", ""), ("l", "")}
    assert (second.text, second.bare, second.patterns) == ("-gcflags=std=-l", False, ("std",))
    assert (third.bare, third.flags) == (True, frozenset())
