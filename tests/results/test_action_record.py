"""The actions of a recorded command in time, as plain JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from pytest_gocache import Result
from pytest_gocache.golang.action import Action, Kind, Status
from pytest_gocache.results.action_record import action_records
from tests.made_results import action, result

Recorded = Callable[[str], list[Result]]


def test_what_ran_waited_for_what_it_imports(recorded: Recorded) -> None:
    record = action_records(recorded("lib-edited")[0])
    assert json.loads(json.dumps(record)) == record
    rows = {tuple(row[:2]): row for row in record["actions"]}
    names = [tuple(row[:2]) for row in record["actions"]]
    app, lib = "example.com/app/cmd/app", "example.com/app/lib"
    waits = {name: {names[at] for at in row[5]} for name, row in rows.items()}
    assert ("compile", app) in waits["link", app]
    assert ("compile", lib) in waits["compile", "example.com/app/api"]
    assert waits["compile", lib] == set()
    for row in record["actions"]:
        assert 0 <= row[3] <= row[4]
        assert all(record["actions"][at][4] <= row[3] + 0.001 for at in row[5]), row
    assert rows["compile", lib][2] == "ran"
    assert rows["compile", "runtime"][2] == "cached"
    assert "runtime" in record["std"]
    assert lib not in record["std"]


def test_a_test_waits_for_its_binary_and_is_what_go_printed(recorded: Recorded) -> None:
    for result_of, status, waits in zip(
        recorded("tested"), ("ran", "cached"), ({("link", "lib.test")}, set()), strict=False
    ):
        actions = action_records(result_of)["actions"]
        (test,) = [row for row in actions if row[0] == "test"]
        assert test[1:3] == ["example.com/app/lib", status]
        before = {(actions[at][0], actions[at][1].rpartition("/")[2]) for at in test[5]}
        assert before & {("link", "lib.test")} == waits


def after(one: Action, *deps: int) -> Action:
    return replace(one, deps=deps)


def test_an_action_waits_for_the_last_one_below_what_is_cached() -> None:
    made = result(
        after(action(0, "top", span="5-6"), 1),
        after(action(1, "cached", Status.CACHED, span="4-4"), 2, 3),
        action(2, "early", span="0-1"),
        after(action(3, "also cached", Status.CACHED, span="4-4"), 4),
        action(4, "late", span="1-3"),
    )
    rows = action_records(made)["actions"]
    assert [row[1] for row in rows] == ["top", "cached", "early", "also cached", "late"]
    assert [row[5] for row in rows] == [[4], [], [], [], []]


def test_a_long_chain_of_imports_is_no_recursion() -> None:
    chain = [after(action(n, f"p{n}", Status.CACHED), n + 1) for n in range(1, 5000)]
    made = result(after(action(0, "top"), 1), *chain, action(5000, "bottom"))
    assert action_records(made)["actions"][0][5] == [5000]


def test_what_is_no_work_has_no_row() -> None:
    other = replace(action(2, "app", Status.CACHED, Kind.OTHER), mode="link-install")
    cgo = replace(action(3, "app", kind=Kind.OTHER), mode="cgo")
    facts = replace(action(4, "app", kind=Kind.VET), facts_only=True)
    made = result(action(0, "app", Status.NOT_RUN), other, cgo, facts, action(5, "app", Status.FAILED))
    assert [row[:3] for row in action_records(made)["actions"]] == [
        ["cgo", "app", "ran"],
        ["facts", "app", "ran"],
        ["compile", "app", "failed"],
    ]
