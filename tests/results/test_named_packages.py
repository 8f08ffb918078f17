"""parse_patterns: Go is asked what it alone knows, about each go command of a program, and its answers are joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from pytest_gocache import NoEvidenceError, PatternError, Result
from pytest_gocache.results.named_packages import parse_patterns
from pytest_gocache.results.result import Circumstances
from tests.made_results import action, result
from tests.messages import failure


def asked_of(answer: Mapping[str, frozenset[str]], asked: list[tuple[str, ...]]) -> Result:
    def list_packages(_: Result, patterns: Sequence[str]) -> Mapping[str, frozenset[str]]:
        asked.append(tuple(patterns))
        return {text: answer.get(text, frozenset()) for text in patterns}

    return replace(result(action(1, "m/lib")), circumstances=Circumstances(list_packages=list_packages))


def test_go_is_asked_once_about_all_patterns_that_only_it_knows() -> None:
    asked: list[tuple[str, ...]] = []
    command = asked_of({"./...": frozenset({"m/lib"}), "./x": frozenset({"m/x"})}, asked)
    everything, fmt, x = parse_patterns(command, ["./...", "fmt", "./x"])
    assert asked == [("./...", "./x")]
    assert (everything.matches("m/lib"), everything.matches("m/x"), x.matches("m/x"), fmt.matches("fmt")) == (
        *(True, False),
        *(True, True),
    )


def test_go_is_not_asked_about_what_is_no_pattern() -> None:
    asked: list[tuple[str, ...]] = []
    with pytest.raises(PatternError, match="absolute path"):
        parse_patterns(asked_of({}, asked), ["./...", "/src/lib"])
    parse_patterns(asked_of({}, asked), ["m/lib", "std", "all"])
    assert asked == []


def test_a_program_has_the_packages_of_all_its_go_commands() -> None:
    one, two = (asked_of({"./...": frozenset({name})}, []) for name in ("m/a", "m/b"))
    program = replace(result(action(1, "m/a")), command=("make",), commands=(one, two))
    (pattern,) = parse_patterns(program, ["./..."])
    assert [pattern.matches(name) for name in ("m/a", "m/b", "m/c")] == [True, True, False]


def test_a_result_that_no_command_returned_knows_no_folders() -> None:
    assert failure(parse_patterns, result(), ["./lib"], raises=NoEvidenceError) == snapshot(
        "it is not known which packages ./lib names in `go build 'a b'` (step 1), because no command of this process returned this Result: name the packages by their import paths"
    )
