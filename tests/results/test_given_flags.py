"""What a command was given: the last word on a flag, GOFLAGS before the command line, and the packages meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.explain.advice import advice_on_bare_flags
from pytest_gocache.explain.same_key import forced
from pytest_gocache.golang.action import Action, Kind, Status
from pytest_gocache.golang.command_line import compile_flag_set
from pytest_gocache.results.given_flags import cleans, package_flags, switched_on, words_given
from pytest_gocache.results.result import Circumstances, Result


def command(line: str, goflags: str = "") -> Result:
    around = Circumstances(env={"GOFLAGS": goflags}, goroot=Path("/go"), cwd=Path("/src"), started=0.0)
    modules = {".": "example.com/app"}
    return Result(("go", *line.split()), 1, Path("/src"), 0, "", "", 0.1, modules=modules, circumstances=around)


def package(name: str) -> Action:
    return Action(
        id=1,
        mode="build",
        kind=Kind.COMPILE,
        package=name,
        import_path=name,
        scaffold=False,
        status=Status.CACHED,
        action_id="",
        build_id="",
        deps=(),
        started=0.0,
        ended=0.0,
        commands=(),
    )


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
    assert switched_on(command(line, goflags), "a") == on
    assert forced(command(line, goflags)) == (f"forced by {on}" if on else "")


def test_nothing_is_known_of_the_goflags_of_a_result_without_circumstances() -> None:
    assert switched_on(Result(("go", "build"), 1, Path("/src"), 0, "", "", 0.1), "a") == ""


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
    assert words_given(command(line)) == words


def test_flags_for_packages() -> None:
    first, second, third = package_flags(
        command("build -gcflags=std=-l -gcflags= ./lib", "'-gcflags=-N -l'"), "gcflags"
    )
    assert (first.text, first.bare, first.patterns) == ("'-gcflags=-N -l' in GOFLAGS", True, ("./lib",))
    assert first.flags == {("N", ""), ("l", "")}
    assert (second.text, second.bare, second.patterns) == ("-gcflags=std=-l", False, ("std",))
    assert (third.bare, third.flags) == (True, frozenset())


@pytest.mark.parametrize(
    ("words", "flags"),
    [
        ([], set()),
        (["-N", "--l=1"], {("N", ""), ("l", "")}),
        (["-d", "a,b=1", "-m=2"], {("d", "a"), ("d", "b"), ("m", "2")}),
        (["stray", "-N"], {("N", "")}),
    ],
)
def test_compile_flags_however_they_are_written(words: list[str], flags: set[tuple[str, str]]) -> None:
    assert compile_flag_set(words) == flags


@pytest.mark.parametrize(
    ("line", "goflags", "advised"),
    [
        pytest.param("build -gcflags=-N ./cmd", "", "a bare -gcflags reaches only", id="bare"),
        pytest.param("build ./cmd", "-asmflags=-S", "a bare -asmflags in GOFLAGS reaches only", id="GOFLAGS"),
        pytest.param("-C cmd build -gcflags=-N ./lib", "", "a bare -gcflags reaches only", id="from-another-folder"),
        pytest.param("build -gcflags=-N ./lib", "", "", id="named"),
        pytest.param("-C lib build -gcflags=-N .", "", "", id="named-from-its-folder"),
        pytest.param("build -gcflags=all=-N ./cmd", "-gcflags=-N", "", id="another-reaches-it"),
        pytest.param("build -gcflags= ./cmd", "", "", id="no-flags"),
        pytest.param("build -gcflags=std=-N ./cmd", "", "", id="pattern"),
        pytest.param("build -gcflags=-N ../elsewhere", "", "a bare -gcflags reaches only", id="outside"),
    ],
)
def test_advice_on_flags_that_did_not_reach_a_package(line: str, goflags: str, advised: str) -> None:
    advice = advice_on_bare_flags(command(line, goflags), [package("example.com/app/lib")])
    assert [one.startswith(advised) for one in advice] == [True] * bool(advised)
