"""The causes of a command in groups."""

from __future__ import annotations

from typing import Any

from pytest_gocache.plugin.report.causes import CauseGroup, cause_groups, rows_by_name
from pytest_gocache.plugin.report.timeline import spans_of
from tests.plugin.report.made_run import FOLLOWED, cause, command, made_test, row, run_of


def groups_of(made: dict[str, Any]) -> list[CauseGroup]:
    run = run_of(made_test("test_a", made))
    (packed,) = run["tests"][0]["commands"]
    spans = spans_of(packed)
    return cause_groups(packed["causes"], spans, rows_by_name(spans, run["packages"]))


def test_a_cause_has_its_followers_and_all_their_seconds() -> None:
    first, second = groups_of(FOLLOWED)
    assert (first.own, first.followers, first.seconds, first.again) == ([0], [1, 3], 9.0, True)
    assert (second.own, second.followers, second.seconds, second.again) == ([2], [], 1.0, False)


def test_packages_with_the_same_cause_are_one_group() -> None:
    flags = [{"kind": "FLAGS", "name": "compile flags", "old": "", "new": "-N", "diff": []}]
    same: dict[str, Any] = {"code": "CHANGED", "text": "compile flags changed since step 1", "inputs": flags}
    (group,) = groups_of(
        command(row("compile a", "0-1"), row("compile b", "0-2"), causes=[cause(f"compile {p}", **same) for p in "ab"])
    )
    assert (group.own, group.seconds) == ([0, 1], 3.0)


def test_different_inputs_are_different_groups() -> None:
    causes = [cause(f"compile {p}", text="changed", inputs=[{"name": p}]) for p in "ab"]
    assert len(groups_of(command(causes=causes))) == 2


def test_what_follows_a_cause_that_did_not_run_is_a_group() -> None:
    (group,) = groups_of(command(row("compile a", "0-1"), causes=[cause("compile a", follows="compile gone")]))
    assert (group.own, group.followers, group.seconds) == ([0], [], 1.0)


def test_a_code_of_a_later_version_counts_as_work_done_again() -> None:
    (group,) = groups_of(command(causes=[cause("compile a", "A_NEW_CODE")]))
    assert group.again
