"""What a command was given: the last word on a flag, GOFLAGS before the command line, and the packages meant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_gocache.results.given_flags import (
    cleans,
    compile_limit,
    enabled_flag,
    package_arguments,
    package_flags,
    profiles_of,
)
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
        ("build .", "-a -ldflags=-X=main.owner=O'Brien", "-a in GOFLAGS"),
        ("build .", "-tags=a\\ -a", "-a in GOFLAGS"),
        ("build .", "'-ldflags=-s -a'", ""),
        ("build .", "-a '-tags=b", ""),
        ("build .", "-a ---x", ""),
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
    assert first.settings == {"N": "1", "l": "1"}
    assert (second.text, second.bare, second.patterns) == ("-gcflags=std=-l", False, ("std",))
    assert (third.bare, third.settings) == (True, {})


@pytest.mark.parametrize("value", ["-l '-N", "std", "=-N", "'std'=-N"])
def test_flags_that_go_refuses_are_for_no_package(value: str) -> None:
    assert package_flags(replace(command(""), command=("go", "build", f"-gcflags={value}")), "gcflags") == []


@pytest.mark.parametrize(
    ("line", "most"),
    [("build -p=3", 3), ("build -p=010", 8), ("build -p=0x10", 16), ("build -p=1_0", 10), ("build -p=x", 7)],
)
def test_how_many_actions_may_run_at_a_time(line: str, most: int) -> None:
    result = command(line)
    result = replace(result, circumstances=replace(result.circumstances, cpus=7))
    assert compile_limit(result)[0] == most
    env = {"GOMAXPROCS": "٣"}
    assert (
        compile_limit(replace(result, command=("go", "build"), circumstances=replace(result.circumstances, env=env)))[0]
        == 7
    )


def test_the_flags_in_a_file_are_flags_of_the_command() -> None:
    result = command("build .")
    ran = replace(result.circumstances, from_files={"GOFLAGS": "-n -a=false"})
    result = replace(result, circumstances=ran)
    assert (enabled_flag(result, "n"), enabled_flag(result, "a")) == ("-n in GOFLAGS", "")


def test_a_flag_of_a_test_binary_in_goflags_has_its_short_name() -> None:
    assert profiles_of(command("test .", "-test.coverprofile=c.out")) == {"coverprofile": Path("/src/c.out")}


def test_profiles_start_from_the_output_folder() -> None:
    given = profiles_of(command("test -trace=t.out -cpuprofile /old/cpu.out -outputdir=out ."))
    assert given == {"cpuprofile": Path("/old/cpu.out"), "trace": Path("/src/out/t.out")}
    assert not profiles_of(command("build -o trace ."))
