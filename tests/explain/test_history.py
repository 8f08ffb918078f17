"""What recorded commands left behind, and when an action was last seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pytest_gocache import Result
from pytest_gocache.explain.history import History, block_of, key_of, log_of, vetted_by
from pytest_gocache.golang.action import Action, Kind

Recorded = Callable[[str], list[Result]]
APP = "example.com/app"


def compile_of(result: Result, name: str) -> Action:
    return next(action for action in result.compiles() if action.package == f"{APP}/{name}")


def test_a_log_has_the_inputs_of_each_compile_and_link(recorded: Recorded) -> None:
    first = recorded("lib-edited")[0]
    log = log_of(first)
    for action in first.actions:
        if action.kind in (Kind.COMPILE, Kind.LINK) and action.action_id:
            assert action.action_id in log.by_id
            assert block_of(first, action) is log.by_id[action.action_id]


def test_inputs_that_are_not_printed_again_are_those_of_an_earlier_command(recorded: Recorded) -> None:
    first, touched, *_ = recorded("lib-edited")
    assert log_of(touched).by_id == {} or compile_of(touched, "lib").action_id in log_of(touched).by_id
    assert block_of(touched, compile_of(touched, "lib")) == block_of(first, compile_of(first, "lib"))


def test_a_log_that_is_gone_is_an_empty_one(recorded: Recorded) -> None:
    first = recorded("lib-edited")[0]
    gone = replace(first, evidence=None)
    assert (dict(log_of(gone).by_id), log_of(gone).index.lookups.packages) == ({}, {})
    assert block_of(gone, compile_of(gone, "lib")) is None


def test_the_key_of_a_vet_is_the_hash_of_its_inputs(recorded: Recorded) -> None:
    result = recorded("vetted")[0]
    vet = next(a for a in result.actions if a.kind is Kind.VET and a.package == f"{APP}/lone" and not a.facts_only)
    block = block_of(result, vet)
    assert block is not None
    assert key_of(result, vet) == block.sum
    vetted = vetted_by(result, vet)
    assert vetted is not None
    assert (vetted.kind, vetted.package) == (Kind.COMPILE, f"{APP}/lone")


def test_an_action_was_last_seen_with_its_key_else_with_another(recorded: Recorded) -> None:
    first, touched, edited, *_ = recorded("lib-edited")
    assert History(first).last_seen(compile_of(first, "lib")) is None
    seen = History(touched).last_seen(compile_of(touched, "lib"))
    assert seen is not None
    assert (seen[0].step, seen[1].action_id) == (1, compile_of(touched, "lib").action_id)
    seen = History(edited).last_seen(compile_of(edited, "lib"))
    assert seen is not None
    assert seen[1].action_id == compile_of(first, "lib").action_id
    assert History(edited).last_seen(replace(compile_of(edited, "lib"), package=f"{APP}/new")) is None
