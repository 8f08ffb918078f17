"""The gate's comparison: what is a change, what is not, what cannot be compared, and what is accepted."""

from __future__ import annotations

from typing import Any

import pytest
from inline_snapshot import snapshot

from pytest_gocache.gocache_toml import Accepted
from pytest_gocache.plugin.gate.compare import TestRun, compare
from pytest_gocache.plugin.gate.render import as_text
from tests.plugin.gate.made_runs import BUILD, command, held, run, texts, writes


def test_the_same_is_no_change() -> None:
    comparison = held(run(command(compile_app="ran")), run(command(compile_app="ran")))
    assert comparison.changes == ()
    assert comparison.passed
    assert comparison.compared == 1


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ({"compile_app": "cached"}, {"compile_app": "ran"}, "compile app: cached -> ran"),
        ({"compile_app": "ran"}, {"compile_app": "failed"}, "compile app: ran -> failed"),
        ({}, {"compile_app": "ran"}, "compile app: absent -> ran"),
        ({"compile_app": "ran"}, {}, "compile app: ran -> absent"),
        ({"link_app": "cached"}, {"link_app": "not run"}, "link app: cached -> not run"),
        ({"test_app": "failed"}, {"test_app": "cached"}, "test app: failed -> cached"),
        ({"download_m": "downloaded"}, {}, "download m: downloaded -> absent"),
        ({}, {"download_m": "downloaded"}, "download m: absent -> downloaded"),
        ({"exit_status": 0}, {"exit_status": 1}, "exit status: 0 -> 1"),
    ],
)
def test_every_kind_of_change(old: dict[str, Any], new: dict[str, Any], text: str) -> None:
    comparison = held(run(command(**old)), run(command(**new)))
    assert texts(comparison) == [text]
    assert (comparison.changes[0].step, comparison.changes[0].command) == (1, BUILD)
    assert not comparison.passed


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ({"compile_app": "ran"}, {"compile_app": "cached"}, "compile app: ran -> cached"),
        ({"compile_app": "ran"}, {"compile_app": "not run"}, "compile app: ran -> not run"),
        ({"link_app": "ran"}, {"link_app": "cached"}, "link app: ran -> cached"),
        ({"vet_app": "ran"}, {"vet_app": "not run"}, "vet app: ran -> not run"),
        ({"test_app": "passed"}, {"test_app": "cached"}, "test app: passed -> cached"),
    ],
)
def test_less_work_is_an_improvement_and_fails_only_the_strict_gate(
    old: dict[str, Any], new: dict[str, Any], text: str
) -> None:
    sides = {"old": run(command(**old)), "new": run(command(**new))}
    comparison = held(sides["old"], sides["new"])
    assert texts(comparison) == [text]
    assert comparison.improvements == comparison.changes
    assert comparison.passed
    strict = compare("old", "new", {"test_a": sides}, strict=True)
    assert (strict.improvements, len(strict.failing), strict.passed) == ((), 1, False)


@pytest.mark.parametrize(("before", "after"), [(1, 1), (0, 1), (1, 0)])
def test_less_work_of_a_command_that_fails_is_no_improvement(before: int, after: int) -> None:
    old = run(command(exit_status=before, compile_app="ran"))
    comparison = held(old, run(command(exit_status=after, compile_app="not run")))
    assert comparison.improvements == ()
    assert not comparison.passed


def test_bytes_are_compared_with_earlier_ones_of_the_same_toolchain() -> None:
    same = run(writes("a", 1), writes("a", 2))
    assert held(same, run(writes("b", 1), writes("b", 2))).changes == ()
    assert texts(held(same, run(writes("b", 1), writes("c", 2)))) == snapshot(
        ["output bin/app: the same as in step 1 -> changed"]
    )
    assert (
        texts(
            held(
                run(writes("a", 1), writes("b", 2), writes("a", 3)),
                run(*(writes(d, n) for d, n in zip("aba", (1, 2, 3), strict=True))),
            )
        )
        == []
    )
    assert texts(held(same, run(writes("b", 1), command(step=2)))) == snapshot(
        ["output bin/app: the same as in step 1 -> absent"]
    )


def test_verdicts() -> None:
    comparison = held(run(), run(outcome="failed", detail="AssertionError: no"))
    assert texts(comparison) == snapshot(["verdict: passed -> failed (AssertionError: no)"])
    assert not comparison.passed
    assert texts(held(run(outcome="failed"), run())) == ["verdict: failed -> passed"]
    assert texts(held(run(outcome="xfailed"), run(outcome="xpassed"))) == ["verdict: xfailed -> xpassed"]


def test_of_a_test_that_failed_on_one_side_the_commands_up_to_where_it_left_the_way_are_compared() -> None:
    old = run(command(compile_app="cached"), command("go vet", step=2, vet_app="ran"))
    new = run(command(compile_app="ran"), outcome="failed")
    assert texts(held(old, new)) == ["verdict: passed -> failed", "compile app: cached -> ran"]
    new = run(command(compile_app="cached"), command("go env", step=2), outcome="failed")
    assert texts(held(old, new)) == ["verdict: passed -> failed"]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (run(outcome="skipped", detail="needs Go >=1.24"), run(), "skipped on old: needs Go >=1.24"),
        (run(), run(outcome="skipped"), "skipped on new"),
        (None, run(), "not run on old"),
        (run(), None, "not run on new"),
        (run(outcome="failed"), run(outcome="failed"), "fails on both"),
        (run(command("go a")), run(command("go b")), "different commands: `go a` on old, `go b` on new"),
        (run(command()), run(command(), command(step=2)), "different commands: 1 on old, 2 on new"),
    ],
)
def test_what_cannot_be_compared_is_said_and_not_guessed_at(old: TestRun | None, new: TestRun | None, why: str) -> None:
    comparison = held(old, new)
    assert comparison.incomparable == (("test_a.py::test_a", why),)
    assert comparison.changes == ()
    assert comparison.compared == 0
    assert comparison.passed


def test_the_order_in_which_make_calls_go_in_one_step_is_no_change() -> None:
    one, other = command("go build a", compile_a="ran"), command("go build b", compile_b="ran")
    assert held(run(one, other), run(other, one)).incomparable == ()
    assert held(run(one, {**other, "step": 2}), run(other, {**one, "step": 2})).incomparable != ()


class TestAccepting:
    CHANGED = (run(command(vet_app="ran", compile_app="cached")), run(command(vet_app="cached", compile_app="ran")))

    def test_a_change_that_fits_is_accepted_with_its_reason(self) -> None:
        comparison = held(*self.CHANGED, Accepted("test_a.py::*", "go build *", "vet *: ran -> cached", "Go 1.26"))
        assert [(change.text, change.reason) for change in comparison.changes] == [
            ("compile app: cached -> ran", ""),
            ("vet app: ran -> cached", "Go 1.26"),
        ]
        assert [change.text for change in comparison.failing] == ["compile app: cached -> ran"]
        assert not comparison.passed

    def test_all_accepted_is_passed(self) -> None:
        assert held(*self.CHANGED, Accepted("*", "*", "*", "known")).passed

    @pytest.mark.parametrize(
        "entry",
        [
            Accepted("test_b.py::*", "*", "*", "r"),
            Accepted("*", "go vet", "*", "r"),
            Accepted("*", "*", "vet", "r"),
            Accepted("*", "*", "ran", "r"),
            Accepted("test_a.py::test_.", "*", "*", "r"),
        ],
    )
    def test_an_entry_that_fits_nothing_accepts_nothing_and_is_told(self, entry: Accepted) -> None:
        comparison = held(*self.CHANGED, entry)
        assert (len(comparison.failing), len(comparison.improvements)) == (1, 1)
        assert comparison.unused == (entry,)
        assert any("gocache.toml accepts a change that did not happen" in line for line in as_text(comparison))

    def test_brackets_of_a_test_id_are_themselves(self) -> None:
        runs = {"test_a[x-1]": {"old": self.CHANGED[0], "new": self.CHANGED[1]}}
        assert compare("old", "new", runs, [Accepted("test_a[x-1]", "*", "*", "r")]).passed
